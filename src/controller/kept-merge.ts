// Kept decisions on a conflicted merge: applied, or looked for in decided bytes. Small documents here, the others in a
// thread, as merges are (rule C8).
import { prepareGrammar } from '../merge/code/grammars.ts';
import { findDecisions } from '../merge/find-decisions.ts';
import { offloadApply, offloadFind } from '../merge/offload.ts';
import { applyRecorded, type Evidence, unfit } from '../merge/recorded.ts';
import type { ConflictedMerge, MergeInput, MergeResult, SettledConflict } from '../merge/types.ts';
import type { Context } from './context.ts';

/** They merge several times, and without a clock: only a thread can be stopped. */
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
  if (isSmall(result.input) && decided.length <= INLINE_BYTES) return findDecisions(result, decided, use);
  return offloadFind(result, decided, { ms: context.limits.mergeMs * MERGES, use });
}

function isSmall({ base, current, proposed }: MergeInput): boolean {
  return [base, current, proposed].every((side) => (side?.length ?? 0) <= INLINE_BYTES);
}
