// A decision on an open conflict is itself a guarded commit: head, conflict record and log entry in one. It never goes
// over what came after the decider looked (rule E3).
import { EntenteError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import type { Outcome } from '../core/outcome.ts';
import { type Decision, sideOf } from '../core/resolution.ts';
import { parseAgentId, parseResourceId } from '../core/resource.ts';
import { type Head, hasContent, writtenOf } from '../core/version.ts';
import type { MergeResult } from '../merge/types.ts';
import type { Keep, Write } from '../stores/store.ts';
import { recordedProposal } from './apply-recorded.ts';
import { contentOf } from './base.ts';
import { isSame } from './clash.ts';
import {
  changedRecord,
  headOfSide,
  mergeOfConflict,
  noConflict,
  placesOf,
  readConflict,
  sideContent,
} from './conflicts.ts';
import type { Context } from './context.ts';
import { decidedProposal, decisionKind } from './decided.ts';
import { fingerprintOf, parseCommitId, parseNote } from './intent.ts';
import { keepCopy } from './keep-copy.ts';
import { keeping } from './keep-decisions.ts';
import { runMerge } from './merging.ts';
import { makePacket } from './packet.ts';
import { matchPolicy } from './policy.ts';
import type { Proposal } from './proposal.ts';
import { receiptBytes, replay } from './replay.ts';
import {
  close,
  freshToken,
  handBack,
  handedBackToken,
  headGuard,
  metaFor,
  requestFor,
  type Settlement,
  writeFor,
} from './settlement.ts';
import { Mismatch, mismatchError, submit } from './submit.ts';
import { takenDecision } from './taken.ts';
import type { ResolveOptions } from './types.ts';

export async function resolve(
  context: Context,
  conflictId: string,
  given: Decision,
  options: ResolveOptions,
): Promise<Outcome> {
  const decision = takenDecision(given);
  const agent = parseAgentId(options?.agent);
  const reason = parseNote(options.reason);
  const kind = decisionKind(decision);
  const hash = kind === 'content' ? hashOf((decision as { content: string | Uint8Array }).content) : undefined;
  const ownId = options.commitId === undefined;
  const commitId = ownId ? `resolve-${conflictId}` : parseCommitId(options.commitId);
  const fingerprint = fingerprintOf('resolve', agent, conflictId, hash === undefined ? kind : `content ${hash}`);
  // What the decider goes by: a record that is pointed elsewhere while this looks again was not decided on.
  let seen = options.revision;
  try {
    for (let losses = 0; losses < context.limits.swaps; losses += 1) {
      const conflict = await readConflict(context, conflictId);
      if (conflict === undefined) throw noConflict(conflictId);
      seen ??= conflict.revision;
      const resource = parseResourceId(conflict.resource);
      const snapshot = await context.store.read(context.space, [resource]);
      const settlement: Settlement = {
        conflict,
        resource,
        agent,
        commitId,
        fingerprint,
        epoch: snapshot.epoch,
        asOf: snapshot.revision,
        head: snapshot.heads[0],
        decided: {
          decision: kind,
          agent,
          at: context.clock(),
          ...(reason === undefined ? {} : { reason }),
          ...(hash === undefined ? {} : { hash }),
        },
        ...(options.principal === undefined ? {} : { principal: options.principal }),
        ...(options.may === undefined ? {} : { may: options.may }),
        ...(options.mayApply === undefined ? {} : { mayApply: options.mayApply }),
      };
      const outcome = await settleOnce(context, settlement, decision, { revision: seen, ownId }).catch(
        (error: unknown) => {
          // Another decision of this agent took the id: the record says which.
          if (ownId && error instanceof Mismatch && conflict.state === 'open') return undefined;
          throw error;
        },
      );
      if (outcome !== undefined) return outcome;
    }
  } catch (error) {
    throw mismatchError(error, false);
  }
  throw new EntenteError(
    'store-unavailable',
    `The conflict ${conflictId} could not be settled: its resource keeps moving.`,
    { next: 'Try again.' },
  );
}

interface Asked {
  /** The record's revision, as the decider saw it. */
  readonly revision: number;
  /** The commitId was made here, from the conflict's id, and not chosen by the caller. */
  readonly ownId: boolean;
}

/** Undefined: the head or the record moved while this was made; look again. */
async function settleOnce(
  context: Context,
  settlement: Settlement,
  decision: Decision,
  { revision, ownId }: Asked,
): Promise<Outcome | undefined> {
  const { conflict, decided } = settlement;
  if (conflict.state === 'resolved') return alreadyResolved(context, settlement, ownId);
  if (revision !== conflict.revision)
    return handBack(context, settlement, 'the conflict changed since it was looked at');
  switch (decided.decision) {
    case 'abort':
      return close(context, settlement, {
        outcome: 'aborted',
        reason: `decided by ${settlement.agent}: neither goes on`,
      });
    case 'current':
      return close(context, await keeping(context, settlement, await sideContent(context, conflict.current)), {
        outcome: 'unchanged',
        extra: settlement.head === undefined ? {} : { head: settlement.head },
      });
    case 'both':
      return keepCopy(context, settlement);
    case 'recorded':
      return write(context, settlement, await recordedProposal(context, settlement));
    default: {
      const proposal = await decidedProposal(context, settlement, decision);
      const decided = proposal.kind === 'content' ? proposal.content : undefined;
      return write(context, await keeping(context, settlement, decided), proposal);
    }
  }
}

/** An id that the caller chose is looked at before the conflict, as before guards: it is used, whatever was decided. */
async function alreadyResolved(context: Context, settlement: Settlement, ownId: boolean): Promise<Outcome> {
  const { conflict, agent, commitId, fingerprint, resource, epoch } = settlement;
  const landed = await context.store.commitStatus(context.space, agent, commitId);
  if (landed.status === 'committed') {
    if (landed.entry.fingerprint === fingerprint) return replay(context, landed.entry, { resource, agent, epoch });
    if (!ownId) throw new Mismatch();
  }
  const { resolution } = conflict;
  const reason = `already-resolved: ${resolution?.decision ?? 'decided'} by ${resolution?.agent ?? 'somebody'}`;
  return { status: 'rejected', commitId, saved: false, reason };
}

function moved(settlement: Settlement): boolean {
  return (settlement.head?.revision ?? 0) !== (settlement.conflict.current.revision ?? 0);
}

async function write(context: Context, settlement: Settlement, proposal: Proposal): Promise<Outcome | undefined> {
  const { head, resource } = settlement;
  if (isSame(head, proposal))
    return close(context, settlement, { outcome: 'unchanged', extra: head === undefined ? {} : { head } });
  if (!moved(settlement))
    return land(context, settlement, { write: writeFor(resource, proposal), outcome: 'committed', merge: undefined });
  // The decision is re-applied onto what came after: from the current that was decided against, not from the base,
  // which would bring back what was decided against.
  const merge = await remerge(context, settlement, proposal);
  if (merge?.status === 'clean') {
    const { content } = merge;
    const next: Write =
      content === null
        ? { resource, kind: 'delete' }
        : { resource, kind: 'content', hash: hashOf(content), content, mediaType: head?.mediaType };
    return land(context, settlement, { write: next, outcome: 'merged', merge });
  }
  return repoint(context, settlement, merge);
}

async function remerge(context: Context, settlement: Settlement, proposal: Proposal): Promise<MergeResult | undefined> {
  const { conflict, head, resource } = settlement;
  if (proposal.kind === 'hash') return undefined;
  // Bytes of another life, equal or not, are no base (rule B2).
  const sameLife = head === undefined || head.deleted || head.born === conflict.current.born;
  const base = sameLife ? await sideContent(context, conflict.current) : null;
  const current =
    head === undefined || head.deleted ? null : hasContent(head) ? await contentOf(context, head) : undefined;
  if (base === undefined || current === undefined) return undefined;
  const proposed = proposal.kind === 'content' ? proposal.content : null;
  // By the resource's own way of merging: what its validator would veto is not merged for a decision either.
  const { strategy } = await matchPolicy(context, resource);
  const merging = strategy.name === 'merge' ? strategy : undefined;
  return runMerge(context, { base, current, proposed, path: resource }, merging);
}

interface Landing {
  readonly write: Write;
  readonly outcome: 'committed' | 'merged';
  readonly merge: Extract<MergeResult, { status: 'clean' }> | undefined;
}

async function land(context: Context, settlement: Settlement, landing: Landing): Promise<Outcome | undefined> {
  const { commitId, resource, agent } = settlement;
  const keeps: Keep[] = [];
  if (landing.merge !== undefined) {
    const bytes = receiptBytes(landing.merge.receipt);
    keeps.push({ hash: hashOf(bytes), content: bytes });
  }
  const request = requestFor(context, settlement, {
    guards: [headGuard(settlement)],
    writes: [landing.write],
    keeps,
    meta: metaFor(
      settlement,
      landing.outcome,
      keeps[0] === undefined
        ? {}
        : { receipt: keeps[0].hash, extra: { base: settlement.conflict.current.version ?? 0 } },
    ),
  });
  const reply = await submit(context, request);
  if (reply.status === 'unknown') return { status: 'unknown', commitId, resource };
  if (reply.status === 'replayed') return replay(context, reply.entry, { resource, agent, epoch: settlement.epoch });
  if (reply.status === 'stale') return undefined;
  const head = reply.heads[0] as Head;
  const token = freshToken(context, settlement, head);
  if (landing.merge === undefined) return { status: 'committed', commitId, ...writtenOf(head), token };
  const content = landing.merge.content ?? new Uint8Array();
  return { status: 'merged', commitId, ...writtenOf(head), content, receipt: landing.merge.receipt, token };
}

/** Not clean: the conflict stays open with the new head as its current, and the decider is told. */
async function repoint(
  context: Context,
  settlement: Settlement,
  merge: MergeResult | undefined,
): Promise<Outcome | undefined> {
  const { conflict, head, resource } = settlement;
  const moved = { ...conflict, current: sideOf(head) };
  const { engine: _engine, ...before } = conflict;
  const places = placesOf(context, await mergeOfConflict(context, moved));
  const record = changedRecord(before, 'open', { current: moved.current, ...places });
  // Under an id of its own: the decision's commitId stays free for the decision.
  const request = {
    ...requestFor(context, settlement, {
      guards: [headGuard(settlement)],
      record,
      meta: metaFor(settlement, 'recorded', { reason: 'repointed' }),
    }),
    commitId: context.newId(),
  };
  const reply = await submit(context, request);
  if (reply.status !== 'committed') return undefined;
  const reason = 'the resource moved, and the decision does not merge with what came after';
  if (merge === undefined) {
    const packet = await makePacket(context, {
      resource,
      expected: {
        version: conflict.current.version ?? 0,
        revision: conflict.current.revision ?? 0,
        hash: conflict.current.hash,
      },
      actual: head ?? headOfSide(resource, sideOf(undefined)),
      reason,
    });
    return {
      status: 'conflict',
      commitId: settlement.commitId,
      saved: false,
      packet,
      token: handedBackToken(context, settlement, conflict.current),
    };
  }
  return handBack(context, settlement, reason, merge);
}
