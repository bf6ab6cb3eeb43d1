// The policy at work: a clash becomes a case, the case a verdict, and the verdict a plan. What becomes of the plan, and of
// one whose head moves meanwhile, stands in swap.ts.
import type { ConflictKind } from '../core/conflict-kind.ts';
import { type Head, hasContent } from '../core/version.ts';
import type { MergeResult, MergeSide } from '../merge/types.ts';
import { decide } from '../strategies/decide.ts';
import type { Facts, Verdict } from '../strategies/facts.ts';
import type { Strategy } from '../strategies/types.ts';
import { settledByPolicy, unfitReason } from './apply-recorded.ts';
import type { Origin } from './base.ts';
import type { Clash } from './clash.ts';
import type { Context } from './context.ts';
import { runCustom } from './custom.ts';
import type { Intent } from './intent.ts';
import { runMerge } from './merging.ts';
import { planOf } from './plan.ts';
import type { Plan } from './plan-requests.ts';

/** All that a plan is made from: one clash, seen against the base that the agent really read. */
export interface Case {
  readonly intent: Intent;
  readonly clash: Clash;
  readonly origin: Origin;
  readonly kind: ConflictKind;
  readonly strategy: Strategy;
  /** How the strategy is called in the log: its text form. */
  readonly label: string;
}

const ABSENT: Origin = { state: 'absent' };

export function caseOf(intent: Intent, clash: Clash, origin: Origin, strategy: Strategy, label: string): Case {
  const { head } = clash;
  // Equal bytes from an earlier life are no base (rule B2).
  const sameLife = head === undefined || head.deleted || lifeOf(intent) >= head.born;
  const base = sameLife ? origin : ABSENT;
  return { intent, clash, origin: base, kind: kindOf(intent, head, base), strategy, label };
}

/** A revision in the life of the resource that the base belongs to. */
function lifeOf(intent: Intent): number {
  const { token } = intent;
  return intent.relapsed && token.repairs !== undefined ? token.repairs.revision : token.revision;
}

function kindOf(intent: Intent, head: Head | undefined, base: Origin): ConflictKind {
  if (intent.proposal.kind === 'delete') return 'deleted-modified';
  if (head === undefined || head.deleted) return 'modified-deleted';
  if (base.state === 'gone') return 'base-gone';
  if (base.state === 'hash-only' || intent.proposal.kind === 'hash' || !hasContent(head)) return 'hash-only';
  return base.state === 'absent' ? 'both-added' : 'modified';
}

export function factsOf(found: Case): Facts {
  const { intent, clash, kind } = found;
  return { kind, agent: intent.agent, holder: clash.head?.agent ?? '', attempt: intent.token.attempt };
}

/** The plan, and the merge that was made on the way (for the packet). */
export async function planFor(context: Context, found: Case): Promise<{ plan: Plan; merge: MergeResult | undefined }> {
  const facts = factsOf(found);
  let strategy = found.strategy;
  let why: string | undefined;
  let merge: MergeResult | undefined;
  // Each turn goes one `otherwise` deeper; the chain is as long as the caller wrote it.
  for (;;) {
    const verdict: Verdict = decide(strategy, facts);
    if (verdict.type === 'custom')
      return { plan: await planOf(context, found, await runCustom(context, found, verdict.fn), undefined), merge };
    if (verdict.type !== 'merge') return { plan: await planOf(context, found, verdict, why), merge };
    const plain = await mergeOf(context, found, verdict.strategy);
    const result = await settledByPolicy(context, found.intent, verdict.strategy, plain);
    merge = result ?? merge;
    // Not even where the agent never knew that something was here: merge re-creates nothing in silence (rule B4).
    if (result?.status === 'clean' && found.kind !== 'modified-deleted') {
      const { content, receipt } = result;
      const by = plain?.status === 'conflict' ? ({ resolvedBy: 'recorded' } as const) : {};
      return { plan: { type: 'merged', content, receipt, ...by }, merge };
    }
    why = whyNot(verdict.strategy.engine, result, found.kind);
    strategy = verdict.strategy.otherwise;
  }
}

/** The clean merge with what is only about to be there; undefined for every other plan, which has to wait for it. */
export async function planAhead(
  context: Context,
  found: Case,
): Promise<Extract<Plan, { readonly type: 'merged' }> | undefined> {
  const verdict = decide(found.strategy, factsOf(found));
  if (verdict.type !== 'merge' || found.kind === 'modified-deleted') return undefined;
  const result = await mergeOf(context, found, verdict.strategy);
  return result?.status === 'clean' ? { type: 'merged', content: result.content, receipt: result.receipt } : undefined;
}

const NO_SILENCE = 'it was deleted, and a merge does not make it again';

/** A reason stands in a record, which has its own limit; what an engine of others says may be of any length. */
const MAX_REASON = 500;

function whyNot(engine: string, result: MergeResult | undefined, kind: ConflictKind): string {
  return `${reasonOf(engine, result, kind)}${unfitReason(result)}`.slice(0, MAX_REASON);
}

function reasonOf(engine: string, result: MergeResult | undefined, kind: ConflictKind): string {
  if (kind === 'modified-deleted') return `modified-deleted: ${NO_SILENCE}`;
  if (result === undefined) return kind === 'hash-only' ? 'no-content: only hashes are known here' : kind;
  if (result.status === 'error') return `${result.code}: ${result.message}`;
  const conflicts = result.status === 'conflict' ? result.conflicts : [];
  const reason = conflicts.find((conflict) => conflict.reason !== undefined)?.reason;
  if (reason !== undefined) return String(reason);
  const kinds = [...new Set(conflicts.map((conflict) => conflict.kind))].join(', ');
  return `merge(${engine}): ${conflicts.length} ${conflicts.length === 1 ? 'region clashes' : 'regions clash'} (${kinds})`;
}

/** Undefined where a side has no bytes here. */
export async function mergeOf(
  context: Context,
  found: Case,
  strategy?: Extract<Strategy, { name: 'merge' }>,
): Promise<MergeResult | undefined> {
  const { intent, clash, origin } = found;
  const { proposal, token } = intent;
  if (origin.state === 'hash-only' || origin.state === 'gone') return undefined;
  const proposed: MergeSide | undefined =
    proposal.kind === 'content' ? proposal.content : proposal.kind === 'delete' ? null : undefined;
  const current = clash.ahead?.content ?? (await currentSide(context, clash.head));
  if (proposed === undefined || current === undefined) return undefined;
  const base = origin.content ?? null;
  const mediaType = clash.head?.mediaType;
  const engine = strategy?.engine ?? 'auto';
  const chosen = engine === 'auto' && proposal.kind === 'content' && proposal.appended === true ? 'append' : engine;
  return runMerge(
    context,
    { base, current, proposed, path: token.resource, ...(mediaType === undefined ? {} : { mediaType }) },
    { ...strategy, engine: chosen },
  );
}

async function currentSide(context: Context, head: Head | undefined): Promise<MergeSide | undefined> {
  if (head === undefined || head.deleted) return null;
  return hasContent(head) ? context.store.content(head.hash) : undefined;
}
