// Decided bytes on their way to the resource: written where it is as the decider saw it, merged with what came after where
// it moved, and handed back where that is not clean (rule E3).
import { hashOf } from '../core/hash.ts';
import type { Outcome } from '../core/outcome.ts';
import { sideOf } from '../core/resolution.ts';
import { type Head, hasContent, writtenOf } from '../core/version.ts';
import type { MergeResult } from '../merge/types.ts';
import type { Keep, Write } from '../stores/store.ts';
import { contentOf } from './base.ts';
import { isSame } from './clash.ts';
import { changedRecord, headOfSide, mergeOfConflict, placesOf, sideContent } from './conflicts.ts';
import type { Context } from './context.ts';
import { receiptBytes } from './kept-receipt.ts';
import { runMerge } from './merging.ts';
import { makePacket } from './packet.ts';
import { matchPolicy } from './policy.ts';
import type { Proposal } from './proposal.ts';
import { replay } from './replay.ts';
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
import { submit } from './submit.ts';

function moved(settlement: Settlement): boolean {
  return (settlement.head?.revision ?? 0) !== (settlement.conflict.current.revision ?? 0);
}

export async function writeDecided(
  context: Context,
  settlement: Settlement,
  proposal: Proposal,
): Promise<Outcome | undefined> {
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
