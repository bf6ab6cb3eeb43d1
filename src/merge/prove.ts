// A clean merge, proved before it counts: the independent checker (check-receipt.ts) replays its receipt against the
// three inputs. What it does not prove is a conflict of the whole value, never a result.
import type { MergeConflict } from '../core/region.ts';
import { checkReceipt } from './check-receipt.ts';
import { conflictId } from './conflict-id.ts';
import { inputOf, type MergeContents } from './contents.ts';
import { engineNames, mergeContents } from './merge.ts';
import { TRIVIAL } from './receipt.ts';
import type { MergeInput, MergeResult } from './types.ts';

/** The code of the note on a result that was clean until the checker saw it: a fault of an engine. */
export const UNPROVED = 'unproved';

/** `mergeContents`, with the checker's proof of every clean result. */
export function mergeProved(contents: MergeContents): MergeResult {
  return proved(contents, mergeContents(contents));
}

/**
 * The result, or the conflict that it becomes where the checker does not prove it; its note `unproved` says what does
 * not add up. A receipt of an engine that is not ours is nothing that could be checked, and passes; one that bears the
 * name of ours is held to it.
 */
export function proved(contents: MergeContents, result: MergeResult): MergeResult {
  if (result.status !== 'clean' || !isOurs(result.receipt.engine)) return result;
  const input = inputOf(contents);
  const problem = problemOf(input, result);
  if (problem === undefined) return result;
  const { engine } = result.stats;
  const message = `the merge (${engine}) does not prove itself: ${problem}`.slice(0, 500);
  return {
    status: 'conflict',
    conflicts: [wholeRegion(input, `${UNPROVED}: ${message}`)],
    partial: input.current,
    stats: { engine, clean: 0, conflicts: 1 },
    notes: [...result.notes, { code: UNPROVED, message }],
    input,
  };
}

function isOurs(engine: string): boolean {
  return engine === TRIVIAL || engineNames.includes(engine);
}

/** A checker that cannot read a receipt has proved nothing. */
function problemOf(input: MergeInput, result: MergeResult): string | undefined {
  try {
    const { ok, problems } = checkReceipt(input, result);
    return ok ? undefined : (problems[0] ?? 'the receipt is not that of this merge');
  } catch (error) {
    return `its receipt cannot be read (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** At the root and not by lines: which lines are right is just what is in doubt. */
function wholeRegion({ base, current, proposed }: MergeInput, reason: string): MergeConflict {
  return {
    id: conflictId(base, current, proposed),
    kind: 'content',
    at: { pointer: '' },
    reason,
    ...(base === null ? {} : { base }),
    ...(current === null ? {} : { current }),
    ...(proposed === null ? {} : { proposed }),
  };
}
