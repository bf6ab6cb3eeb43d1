// Parsers of source code. Making one ready is asynchronous (WebAssembly), a merge is not: whoever is about to merge
// says so first, and an engine that finds no parser goes without the check and notes it.
import { grammarFile, loadTreeSitter, type Parser } from '../packages.ts';
import { type GrammarName, grammarOf, languageAt } from './languages.ts';
import { startMachine } from './machine.ts';

/** A grammar that is ready. */
export interface Grammar {
  readonly parser: Parser;
  /** After an error came out of the parser: another one takes its place. */
  readonly replace: () => void;
}

/** What a broken parser held may be lost, so a thread has only so many of them; then it goes without the check. */
const MAX_FAULTS = 16;

let faults = 0;
const ready = new Map<GrammarName, Grammar>();
const loading = new Map<GrammarName, Promise<boolean>>();

/**
 * Makes the parser for that path ready, once in each thread; does nothing for a path that needs none. Gives false where
 * a parser is needed and cannot be had (its packages are optional); never rejects. `await` it before `mergeContents`.
 */
export async function prepareGrammar(path: string | undefined): Promise<boolean> {
  const name = grammarOf(languageAt(path));
  if (name === undefined || ready.has(name)) return true;
  let under = loading.get(name);
  if (under === undefined) {
    under = load(name);
    loading.set(name, under);
  }
  return (await under) && ready.has(name);
}

/** The parser, if it was made ready. */
export function grammarFor(name: GrammarName): Grammar | undefined {
  return ready.get(name);
}

async function load(name: GrammarName): Promise<boolean> {
  try {
    const { recover } = await startMachine();
    const { Parser, Language } = loadTreeSitter();
    const language = await Language.load(grammarFile(name));
    const use = (): void => {
      const parser = new Parser().setLanguage(language);
      ready.set(name, { parser, replace: () => replace(parser) });
    };
    const replace = (parser: Parser): void => {
      recover();
      discard(parser);
      recover();
      faults += 1;
      if (faults < MAX_FAULTS) use();
      else ready.clear();
    };
    use();
    return true;
  } catch {
    // Not installed, or another version: the merge goes on without the check, and says so.
    return false;
  }
}

/** What is left of a broken parser may not be freed without a further error; it is not left to be freed later. */
function discard(parser: Parser): void {
  try {
    parser.delete();
  } catch {
    // Its memory stays taken.
  }
}
