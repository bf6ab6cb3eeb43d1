// What a policy would have made of a clash that the log remembers. Nothing is stored, and nothing but the merge is run:
// code (a custom strategy) is not called for what is over.
import type { ConflictKind } from '../core/conflict-kind.ts';
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

/** The same engine with the same options merges the same texts alike. */
function isSameMerge(strategy: Merge, label: string | undefined): boolean {
  if (label === undefined) return false;
  try {
    const before = parseStrategy(label.startsWith('{') ? JSON.parse(label) : label);
    if (before.name !== 'merge' || before.engine !== strategy.engine) return false;
    return JSON.stringify(before.options ?? {}) === JSON.stringify(strategy.options ?? {});
  } catch {
    // Several strategies at once, or code: their label is no strategy.
    return false;
  }
}

/** Undefined: the merge leaves something, and `otherwise` decides. */
async function mergeOutcome(
  context: Context,
  { resource, kind, sides, mergedBy }: PastClash,
  strategy: Merge,
): Promise<'merged' | 'unclear' | undefined> {
  if (kind === 'modified-deleted' || kind === 'hash-only') return undefined;
  if (sides === undefined) return isSameMerge(strategy, mergedBy) ? 'merged' : 'unclear';
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
