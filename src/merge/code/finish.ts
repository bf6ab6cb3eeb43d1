// What becomes of a merge by lines when its text is source code: a clean one is checked, and the additions in a
// conflicted one may be put together where their order means nothing. Other merges pass as they are.
import type { ConflictedMerge, MergeInput, MergeResult } from '../types.ts';
import { createWatch, OverBudget } from '../watch.ts';
import { wholeConflict } from '../whole.ts';
import { checkSource } from './check.ts';
import { type Language, languageAt } from './languages.ts';
import { MAX_SOURCE } from './parse.ts';
import { weaveConflicts } from './weave-conflicts.ts';

/** Engines that know nothing of syntax; the others read their results again themselves. */
const BY_LINES: readonly string[] = ['text', 'append'];

/** A source that would need longer than there is, at these rates, is not begun: not all parsers can be stopped. */
const BYTES_PER_MS = 1024;
const JSON_BYTES_PER_MS = 8192;

/** The code of the note on conflicts that might have been woven in more time. */
export const UNWOVEN = 'unwoven';

/** The same result, a checked one, or a conflict. Pure, but for the parser that `prepareGrammar` made ready. */
export function finishSource(input: MergeInput, result: MergeResult): MergeResult {
  const language = languageAt(input.path);
  const { syntax = 'check', commutative = false, budget } = input.options ?? {};
  if (language === undefined || result.status === 'error' || !BY_LINES.includes(result.stats.engine)) return result;
  if (result.status === 'conflict' ? !commutative : syntax === 'ignore') return result;
  const watch = createWatch(budget);
  try {
    if (isLong(language, input, budget?.ms ?? Infinity)) throw new OverBudget();
    const woven = result.status === 'conflict' && commutative ? weaveConflicts(language, result, watch) : result;
    if (woven.status !== 'clean' || syntax === 'ignore') return woven;
    const checked = checkSource(language, input, woven, watch);
    // What is wrong when it is put together stays the conflict of lines that it was.
    return checked.status === 'conflict' && result.status === 'conflict' ? result : checked;
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error;
    if (result.status === 'conflict') return commutative ? unwoven(result, budget?.ms) : result;
    return wholeConflict(input, result.stats.engine, 'budget', `the check needed more than ${budget?.ms} ms`);
  }
}

function unwoven(result: ConflictedMerge, ms: number | undefined): ConflictedMerge {
  const message = `whether the additions can stand together was not found within ${ms} ms`;
  return { ...result, notes: [...result.notes, { code: UNWOVEN, message }] };
}

/** Beyond the longest source nothing is parsed, so nothing takes long. */
function isLong(language: Language, { current, proposed }: MergeInput, ms: number): boolean {
  const bytes = Math.max(current?.length ?? 0, proposed?.length ?? 0);
  if (language === 'json' || language === 'jsonc') return bytes > ms * JSON_BYTES_PER_MS;
  return bytes <= MAX_SOURCE && bytes > ms * BYTES_PER_MS;
}
