// The names that a source declares at its top level, so that a merge which declares one twice is found.
import type { Node } from '../packages.ts';
import type { Declared } from './declared.ts';
import { declaredInGo } from './declared-go.ts';
import { declaredInPython } from './declared-python.ts';
import { declaredInScript } from './declared-script.ts';
import type { GrammarName } from './languages.ts';

type Reader = (item: Node) => readonly Declared[];

const readers: { readonly [name in GrammarName]: Reader } = {
  typescript: declaredInScript,
  tsx: declaredInScript,
  javascript: declaredInScript,
  python: declaredInPython,
  go: declaredInGo,
};

/** What one item at the top level declares. */
export function declaredBy(language: GrammarName, item: Node): readonly Declared[] {
  return readers[language](item);
}

/** What a whole source declares, in its order. */
export function declaredIn(language: GrammarName, root: Node): readonly Declared[] {
  return root.namedChildren.flatMap((item) => readers[language](item));
}
