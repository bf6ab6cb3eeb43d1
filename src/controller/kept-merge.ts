// Kept decisions on a conflicted merge: applied, or looked for in decided bytes. Small documents here, the others in a
// thread, as merges are (rule C8).
import { prepareGrammar } from '../merge/code/grammars.ts';
import { findDecisions } from '../merge/find-decisions.ts';
import { offloadApply, offloadFind } from '../merge/offload.ts';
import { applyRecorded, type Evidence, unfit } from '../merge/recorded.ts';
import type { ConflictedMerge, MergeInput, MergeResult, SettledConflict } from '../merge/types.ts';
import { isLight } from '../merge/weight.ts';
import type { Context } from './context.ts';

/** They merge several times, and without a clock: only a thread can be stopped. Less than a light merge may have. */
const INLINE_BYTES = 32 * 1024;
const MERGES = 4;

export async function applyKept(
  context: Context,
  result: ConflictedMerge,
  evidence: readonly Evidence[],
  strict: boolean,
): Promise<MergeResult> {
  const { input } = result;
  if (isSmall(input)) {
    await prepareGrammar(input.path);
    return applyRecorded(result, evidence, strict);
  }
  const ms = context.limits.mergeMs * MERGES;
  return (await offloadApply(result, evidence, { ms, strict })) ?? unfit(result, `it took more than ${ms} ms`);
}

export async function findKept(
  context: Context,
  result: ConflictedMerge,
  decided: Uint8Array,
  use: 'base' | 'current' | 'proposed' | undefined,
): Promise<readonly SettledConflict[] | undefined> {
  // What was decided is searched like the sides, line by line.
  const { input } = result;
  if (isSmall(input) && isSmall({ ...input, proposed: decided })) return findDecisions(result, decided, use);
  return offloadFind(result, decided, { ms: context.limits.mergeMs * MERGES, use });
}

function isSmall(input: MergeInput): boolean {
  const { base, current, proposed } = input;
  return [base, current, proposed].every((side) => (side?.length ?? 0) <= INLINE_BYTES) && isLight(input);
}
