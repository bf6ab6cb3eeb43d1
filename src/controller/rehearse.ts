// What a policy would have made of a clash that the log remembers. Nothing is stored, and nothing but the merge is run:
// code (a custom strategy) is not called for what is over.
import type { ConflictKind } from '../core/conflict-kind.ts';
import type { Receipt } from '../core/receipt.ts';
import { proposedOf } from '../merge/proposed-of.ts';
import type { MergeSide } from '../merge/types.ts';
import { decide } from '../strategies/decide.ts';
import type { Facts } from '../strategies/facts.ts';
import { describeStrategy, parseStrategy } from '../strategies/policy-file.ts';
import type { Merge, Strategy } from '../strategies/types.ts';
import type { Context } from './context.ts';
import { runMerge } from './merging.ts';
import { matchPolicy } from './policy.ts';
import type { PolicyMatch } from './types.ts';

/** A clash of the past, as far as it is kept. */
export interface PastClash {
  readonly resource: string;
  readonly kind: ConflictKind;
  readonly agent: string;
  readonly holder: string;
  /** Absent where what was sent is no longer kept: then no merge can be tried again. */
  readonly sides?: { readonly base: MergeSide; readonly current: MergeSide; readonly proposed: MergeSide };
  /** The label of the strategy that merged it, where one did. */
  readonly mergedBy?: string;
  /** What that merge went by and came to, as far as it is kept: then what was sent may be worked out from it. */
  readonly merge?: {
    readonly receipt: Receipt;
    readonly base: Uint8Array;
    readonly current: Uint8Array;
    readonly result: Uint8Array;
  };
}

export const rehearsedOutcomes = [
  'merged',
  'escalated',
  'handedBack',
  'rejected',
  'retry',
  'split',
  'aborted',
  'overwritten',
  'unclear',
] as const;

export type RehearsedOutcome = (typeof rehearsedOutcomes)[number];

export interface Rehearsed {
  readonly outcome: RehearsedOutcome;
  /** The rule that decides, as `explainPolicy` tells it. */
  readonly match: Pick<PolicyMatch, 'pattern' | 'index' | 'source'>;
  readonly strategy: string;
}

/** The merge that a label names; undefined for several strategies at once, and for code. */
function mergeNamed(label: string | undefined): Merge | undefined {
  if (label === undefined) return undefined;
  try {
    const strategy = parseStrategy(label.startsWith('{') ? JSON.parse(label) : label);
    return strategy.name === 'merge' ? strategy : undefined;
  } catch {
    return undefined;
  }
}

/** The same engine with the same options merges the same texts alike. */
function isSameMerge(strategy: Merge, before: Merge | undefined): boolean {
  if (before === undefined || before.engine !== strategy.engine) return false;
  return JSON.stringify(before.options ?? {}) === JSON.stringify(strategy.options ?? {});
}

/** The sides of a clash that was merged, where merging them comes to just what was stored. */
async function sidesOfMerge(
  context: Context,
  { resource, merge }: PastClash,
  before: Merge | undefined,
): Promise<PastClash['sides']> {
  if (merge === undefined || before === undefined) return undefined;
  const { receipt, base, current, result } = merge;
  const proposed = proposedOf(receipt, base, result);
  if (proposed === undefined) return undefined;
  const sides = { base, current, proposed };
  const again = await runMerge(context, { ...sides, path: resource }, before);
  const same = again.status === 'clean' && again.content !== null && Buffer.compare(again.content, result) === 0;
  return same ? sides : undefined;
}

/** Undefined: the merge leaves something, and `otherwise` decides. */
async function mergeOutcome(
  context: Context,
  clash: PastClash,
  strategy: Merge,
): Promise<'merged' | 'unclear' | undefined> {
  const { resource, kind, mergedBy } = clash;
  if (kind === 'modified-deleted' || kind === 'hash-only') return undefined;
  const before = mergeNamed(mergedBy);
  if (isSameMerge(strategy, before)) return 'merged';
  const sides = clash.sides ?? (await sidesOfMerge(context, clash, before));
  if (sides === undefined) return 'unclear';
  const result = await runMerge(context, { ...sides, path: resource }, strategy);
  return result.status === 'clean' ? 'merged' : undefined;
}

async function outcomeOf(context: Context, clash: PastClash, first: Strategy): Promise<RehearsedOutcome> {
  const { kind, agent, holder } = clash;
  const facts: Facts = { kind, agent, holder, attempt: 0 };
  let strategy = first;
  // Each turn goes one `otherwise` deeper.
  for (;;) {
    const verdict = decide(strategy, facts);
    switch (verdict.type) {
      case 'merge': {
        const merged = await mergeOutcome(context, clash, verdict.strategy);
        if (merged !== undefined) return merged;
        strategy = verdict.strategy.otherwise;
        continue;
      }
      case 'useVersion':
        return verdict.side === 'current' ? 'rejected' : 'overwritten';
      case 'keepBoth':
        return 'split';
      case 'abortBoth':
        return 'aborted';
      case 'escalate':
        return 'escalated';
      case 'handBack':
        return 'handedBack';
      case 'retry':
        return 'retry';
      case 'merged':
      case 'custom':
        return 'unclear';
    }
  }
}

/** By the policy of this controller. */
export async function rehearse(context: Context, clash: PastClash): Promise<Rehearsed> {
  const { strategy, pattern, index, source } = await matchPolicy(context, clash.resource);
  return {
    outcome: await outcomeOf(context, clash, strategy),
    match: { source, ...(pattern === undefined ? {} : { pattern }), ...(index === undefined ? {} : { index }) },
    strategy: describeStrategy(strategy),
  };
}
