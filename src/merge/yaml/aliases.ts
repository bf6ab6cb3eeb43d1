// What the aliases of a stream of YAML speak of. The parser tells neither that an anchor is missing nor that one comes
// twice, and lines of two sides can leave both: an alias without what it stood for, or with another one in front of it.
import type { Document } from '../packages.ts';
import { loadYaml } from '../packages.ts';

interface Aliases {
  /** An alias has no anchor of its name in front of it. */
  readonly isLost: boolean;
  /** Names with aliases of which an anchor comes more than once. */
  readonly doubled: number;
}

/** Looks through documents that parse. Throws `RangeError` where they are nested too deeply. */
export function aliasesIn(documents: readonly Document[]): Aliases {
  let isLost = false;
  let doubled = 0;
  for (const document of documents) {
    const anchors = new Map<string, number>();
    const asked = new Set<string>();
    loadYaml().visit(document, {
      Alias(_, { source }) {
        asked.add(source);
        if (!anchors.has(source)) isLost = true;
      },
      Value(_, { anchor }) {
        if (anchor !== undefined) anchors.set(anchor, (anchors.get(anchor) ?? 0) + 1);
      },
    });
    for (const name of asked) if ((anchors.get(name) ?? 0) > 1) doubled += 1;
  }
  return { isLost, doubled };
}
