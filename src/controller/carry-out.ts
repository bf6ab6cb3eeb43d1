// Carries a plan out: one guarded commit, or an answer that stores nothing. Nothing is forced: what goes over another
// version is guarded by the version it goes over, and a head that moved means a new plan.
import { invariant } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import type { Merged, Outcome } from '../core/outcome.ts';
import { type Head, writtenOf } from '../core/version.ts';
import { afterStep } from '../merge/transfer.ts';
import type { MergeResult } from '../merge/types.ts';
import type { CommitRequest } from '../stores/store.ts';
import { type Clash, committed, freshToken, repairsOf, unchanged } from './clash.ts';
import { conflictIdOf } from './conflicts.ts';
import { type Context, tokenOn } from './context.ts';
import { conflicted, expectedOf } from './hand-back.ts';
import { type Case, mergeOf } from './judge.ts';
import { note } from './ledger.ts';
import { makePacket } from './packet.ts';
import {
  abortReason,
  abortRequest,
  copyRequest,
  holderOf,
  keptOf,
  mergedRequest,
  openRequest,
  overwriteRequest,
  type Plan,
} from './plan-requests.ts';
import { replay } from './replay.ts';
import { staleReads } from './requests.ts';
import { type Sender, submit, submitBy } from './submit.ts';

/**
 * One attempt at the plan. A clash means that the head moved meanwhile: make a new plan. Where it is the one that the plan
 * was made from, what that was to go on from came to nothing. `by`: how a merge gets to the store.
 */
export async function carryOut(
  context: Context,
  found: Case,
  plan: Plan,
  merge: MergeResult | undefined,
  by?: Sender,
): Promise<Outcome | Clash> {
  const { intent, clash } = found;
  invariant(clash.ahead === undefined || plan.type === 'merged', 'a version that is not there yet is only merged with');
  switch (plan.type) {
    case 'reject':
    case 'retry':
    case 'handBack': {
      const outcome = await answer(context, found, plan, merge);
      note(context, found, plan);
      return outcome;
    }
    case 'merged': {
      const hash = plan.content === null ? '' : hashOf(plan.content);
      await afterStep(plan.content);
      // What kept decisions leave out is never an `unchanged`: the log has to show it.
      if (plan.resolvedBy === undefined && hash !== '' && isHead(hash, clash.head)) {
        // The head has more than what was sent: sent again, that would take the rest out (rule A1).
        const same = unchanged(context, intent, clash.head, clash.revision, repairsOf(intent, clash.head));
        const { notes } = plan.receipt;
        return notes === undefined ? same : { ...same, notes };
      }
      return send(context, found, plan, mergedRequest(context, found, plan, hash), merge, by);
    }
    case 'overwrite':
      return send(context, found, plan, overwriteRequest(context, found), merge);
    case 'copy':
      return send(context, found, plan, copyRequest(context, found, plan), merge);
    case 'abort':
      return send(context, found, plan, abortRequest(context, found, plan), merge);
    case 'open': {
      const known = merge ?? (await mergeOf(context, found));
      return send(context, found, plan, openRequest(context, found, plan, known), known);
    }
  }
}

function isHead(hash: string, head: Head | undefined): boolean {
  return head?.hash === hash && !head.deleted;
}

async function answer(
  context: Context,
  found: Case,
  plan: Extract<Plan, { type: 'reject' | 'retry' | 'handBack' }>,
  merge: MergeResult | undefined,
): Promise<Outcome> {
  const { intent, clash } = found;
  if (plan.type === 'handBack') return conflicted(context, intent, clash, plan.reason, merge);
  const reason =
    plan.type === 'reject'
      ? `first writer wins: ${holderOf(clash)} holds version ${clash.head?.version ?? 0}`
      : `attempt ${intent.token.attempt + 1} of ${plan.maxAttempts}`;
  const packet = await packetFor(context, found, merge, reason);
  if (plan.type === 'reject') return { status: 'rejected', commitId: intent.commitId, saved: false, reason, packet };
  const attempt = intent.token.attempt + 1;
  const token = freshToken(context, intent, clash, attempt);
  return {
    status: 'retry',
    commitId: intent.commitId,
    saved: false,
    attempt,
    maxAttempts: plan.maxAttempts,
    packet,
    token,
  };
}

async function packetFor(
  context: Context,
  found: Case,
  merge: MergeResult | undefined,
  reason: string,
): ReturnType<typeof makePacket> {
  const { intent, clash } = found;
  return makePacket(context, {
    resource: intent.token.resource,
    expected: await expectedOf(context, intent),
    actual: clash.head,
    merge: merge ?? (await mergeOf(context, found)),
    reason,
  });
}

async function send(
  context: Context,
  found: Case,
  plan: Plan,
  request: CommitRequest,
  merge: MergeResult | undefined,
  by?: Sender,
): Promise<Outcome | Clash> {
  const { intent, clash } = found;
  const { resource } = intent.token;
  const { signal } = intent;
  const reply = await (by === undefined ? submit(context, request, signal) : submitBy(by, context, request, signal));
  switch (reply.status) {
    case 'unsent':
      return clash;
    case 'unknown':
      return { status: 'unknown', commitId: intent.commitId, resource };
    case 'replayed':
      return replay(context, reply.entry, { resource, agent: intent.agent, epoch: intent.token.epoch });
    case 'stale': {
      const headOf = (id: string): Head | undefined => reply.heads.find((head) => head.resource === id);
      const watched = request.guards.some((guard) => guard.resource === resource);
      const stalePremises = staleReads(intent.reads, headOf);
      return {
        status: 'clash',
        head: watched ? headOf(resource) : clash.head,
        revision: reply.revision,
        stalePremises,
      };
    }
    case 'committed': {
      const outcome = await told(context, found, plan, reply.heads, request, merge);
      note(context, found, plan);
      return outcome;
    }
  }
}

/** What the caller hears of a plan that landed. */
async function told(
  context: Context,
  found: Case,
  plan: Plan,
  heads: readonly Head[],
  request: CommitRequest,
  merge: MergeResult | undefined,
): Promise<Outcome> {
  const { intent, clash } = found;
  const { commitId } = intent;
  switch (plan.type) {
    case 'overwrite':
      return committed(context, intent.token, commitId, heads[0] as Head, request.at);
    case 'merged':
      return mergedOutcome(context, found, plan, heads[0] as Head, request.at);
    case 'copy': {
      const copy = plan.reuse && plan.at !== undefined ? writtenOf(plan.at) : writtenOf(heads[0] as Head);
      return {
        status: 'split',
        commitId,
        resource: intent.token.resource,
        kept: keptOf(found),
        copy,
        label: plan.suffixes[0],
      };
    }
    case 'abort':
      return {
        status: 'aborted',
        commitId,
        saved: false,
        reason: abortReason(found),
        packet: await packetFor(context, found, merge, abortReason(found)),
      };
    case 'open': {
      const packet = await packetFor(context, { ...found, clash }, merge, plan.reason);
      return { status: 'escalated', commitId, conflictId: conflictIdOf(context, intent), reason: plan.reason, packet };
    }
    default:
      return answer(context, found, plan, merge);
  }
}

function mergedOutcome(
  context: Context,
  found: Case,
  plan: Extract<Plan, { type: 'merged' }>,
  head: Head,
  at: number,
): Merged {
  const { intent } = found;
  const token = tokenOn(context, head.resource, intent.agent, head, {
    epoch: intent.token.epoch,
    asOf: head.revision,
    at,
  });
  const content = plan.content ?? new Uint8Array();
  const { receipt, resolvedBy } = plan;
  const by = resolvedBy === undefined ? {} : { resolvedBy };
  return { status: 'merged', commitId: intent.commitId, ...writtenOf(head), content, receipt, token, ...by };
}
