// The policy at work: a clash becomes a verdict, the verdict a plan, the plan one guarded commit or an answer. When
// the head moves meanwhile, the plan is made anew against the new head; the base stays what the agent read (trap T1).
import type { ConflictKind } from '../core/conflict-kind.ts';
import type { Outcome } from '../core/outcome.ts';
import { type Head, hasContent } from '../core/version.ts';
import type { MergeResult, MergeSide } from '../merge/types.ts';
import { decide } from '../strategies/decide.ts';
import type { Facts, Verdict } from '../strategies/facts.ts';
import { describeStrategy } from '../strategies/policy-file.ts';
import type { Strategy } from '../strategies/types.ts';
import { settledByPolicy, unfitReason } from './apply-recorded.ts';
import { jitter } from './backoff.ts';
import { type Origin, originOfIntent } from './base.ts';
import { carryOut } from './carry-out.ts';
import { type Clash, isSame, unchanged } from './clash.ts';
import type { Context } from './context.ts';
import { runCustom } from './custom.ts';
import { conflicted } from './hand-back.ts';
import { type Intent, staleReads } from './intent.ts';
import { turnUntil } from './lanes.ts';
import { note } from './ledger.ts';
import { runMerge } from './merging.ts';
import { planOf } from './plan.ts';
import type { Plan } from './plan-requests.ts';
import { matchPolicy } from './policy.ts';

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

const PATIENCE_MS = 1000;

export async function judge(context: Context, intent: Intent, first: Clash): Promise<Outcome> {
  if (first.stalePremises.length > 0) return handedBack(context, intent, first, 'a premise moved');
  const { strategy } = await matchPolicy(context, intent.token.resource);
  const contends = strategy.name === 'merge' || strategy.name === 'lastWriterWins';
  if (!contends) return swap(context, intent, first, strategy);
  const { resource } = intent.token;
  const alone = context.lanes.length(resource) === 0;
  const leave = await turnUntil(context.lanes.enter(resource, PATIENCE_MS), intent.signal);
  try {
    const clash = alone ? first : await lookAgain(context, intent, first);
    return await swap(context, intent, clash, strategy);
  } finally {
    leave();
  }
}

/**
 * After a wait the head has moved: merging against an old one would be work for nothing. A read that lags behind what the
 * store answered to the commit does not take its place (trap T8).
 */
async function lookAgain(context: Context, intent: Intent, known: Clash): Promise<Clash> {
  const ids = [intent.token.resource, ...intent.reads.map((read) => read.resource)];
  const snapshot = await context.store.read(context.space, ids);
  if (snapshot.revision < known.revision) return known;
  const stalePremises = staleReads(intent.reads, (id) => snapshot.heads.find((head) => head?.resource === id));
  return { status: 'clash', head: snapshot.heads[0], revision: snapshot.revision, stalePremises };
}

async function swap(context: Context, intent: Intent, first: Clash, strategy: Strategy): Promise<Outcome> {
  const origin = await originOfIntent(context, intent);
  const label = describeStrategy(strategy);
  let clash = first;
  for (let losses = 0; losses < context.limits.swaps; losses += 1) {
    if (clash.stalePremises.length > 0) return handedBack(context, intent, clash, 'a premise moved');
    if (isSame(clash.head, intent.proposal)) return unchanged(context, intent, clash.head, clash.revision);
    const found = caseOf(intent, clash, origin, strategy, label);
    const { plan, merge } = await planFor(context, found);
    const done = await carryOut(context, found, plan, merge);
    if (done.status !== 'clash') return done;
    clash = done;
    if (losses === 0) continue;
    await context.sleep(jitter(context, losses - 1), intent.signal);
    clash = await lookAgain(context, intent, clash);
  }
  return handedBack(
    context,
    intent,
    clash,
    `contended: the resource moved ${context.limits.swaps} times while this was being settled`,
  );
}

/** Not for any strategy to decide: counted like every conflict that goes back to its author (rule E7). */
async function handedBack(context: Context, intent: Intent, clash: Clash, reason: string): Promise<Outcome> {
  const outcome = await conflicted(context, intent, clash, reason);
  note(context, { intent, clash }, { type: 'handBack', reason });
  return outcome;
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
  const current = await currentSide(context, clash.head);
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
