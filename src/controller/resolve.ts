// A decision on an open conflict is itself a guarded commit: head, conflict record and log entry in one. It never goes
// over what came after the decider looked (rule E3).
import { EntenteError } from '../core/errors.ts';
import { bytesOf, hashOf } from '../core/hash.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Conflict, ConflictDecision, Decision } from '../core/resolution.ts';
import { sideOf } from '../core/resolution.ts';
import { type AgentId, parseAgentId, parseResourceId, type ResourceId } from '../core/resource.ts';
import type { Token } from '../core/token.ts';
import { type Head, hasContent, writtenOf } from '../core/version.ts';
import { hasMarkers } from '../merge/render.ts';
import type { MergeResult } from '../merge/types.ts';
import type { CommitRequest, EntryMeta, Guard, Keep, RecordWrite, Write } from '../stores/store.ts';
import { copyId, safeSuffix } from '../strategies/keep-both.ts';
import { contentOf } from './base.ts';
import { isSame } from './clash.ts';
import { changedRecord, headOfSide, noConflict, packetOfConflict, readConflict, sideContent } from './conflicts.ts';
import { type Context, tokenOn } from './context.ts';
import { fingerprintOf, parseCommitId, parseNote, requestOf } from './intent.ts';
import { runMerge } from './merging.ts';
import { makePacket } from './packet.ts';
import type { Proposal } from './proposal.ts';
import { receiptBytes, replay } from './replay.ts';
import { mismatchError, submit } from './submit.ts';
import type { ResolveOptions } from './types.ts';

/** One attempt to settle one conflict against one head. */
interface Settlement {
  readonly conflict: Conflict;
  readonly resource: ResourceId;
  readonly agent: AgentId;
  readonly commitId: string;
  readonly fingerprint: string;
  readonly epoch: string;
  readonly asOf: number;
  readonly head: Head | undefined;
  readonly decided: ConflictDecision;
}

export async function resolve(
  context: Context,
  conflictId: string,
  decision: Decision,
  options: ResolveOptions,
): Promise<Outcome> {
  const agent = parseAgentId(options?.agent);
  const reason = parseNote(options.reason);
  const kind = decisionKind(decision);
  const hash = kind === 'content' ? hashOf((decision as { content: string | Uint8Array }).content) : undefined;
  const commitId = options.commitId === undefined ? `resolve-${conflictId}` : parseCommitId(options.commitId);
  const fingerprint = fingerprintOf('resolve', agent, conflictId, hash === undefined ? kind : `content ${hash}`);
  try {
    for (let losses = 0; losses < context.limits.swaps; losses += 1) {
      const conflict = await readConflict(context, conflictId);
      if (conflict === undefined) throw noConflict(conflictId);
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
      };
      const outcome = await settleOnce(context, settlement, decision, options.revision);
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

function decisionKind(decision: Decision): ConflictDecision['decision'] {
  if (typeof decision === 'object' && decision !== null) {
    if ('abort' in decision && decision.abort === true) return 'abort';
    if ('content' in decision && (typeof decision.content === 'string' || decision.content instanceof Uint8Array))
      return 'content';
    if ('use' in decision && ['current', 'proposed', 'base', 'both'].includes(decision.use)) return decision.use;
  }
  throw new EntenteError(
    'misuse',
    'A decision is { use: "current" | "proposed" | "base" | "both" }, { content } or { abort: true }.',
  );
}

/** Undefined: the head or the record moved while this was made; look again. */
async function settleOnce(
  context: Context,
  settlement: Settlement,
  decision: Decision,
  revision: number | undefined,
): Promise<Outcome | undefined> {
  const { conflict, decided } = settlement;
  if (conflict.state === 'resolved') return alreadyResolved(context, settlement);
  if (revision !== undefined && revision !== conflict.revision)
    return handBack(context, settlement, 'the conflict changed since it was looked at');
  switch (decided.decision) {
    case 'abort':
      return close(context, settlement, {
        outcome: 'aborted',
        reason: `decided by ${settlement.agent}: neither goes on`,
      });
    case 'current':
      return close(context, settlement, {
        outcome: 'unchanged',
        extra: settlement.head === undefined ? {} : { head: settlement.head },
      });
    case 'both':
      return keepCopy(context, settlement);
    default:
      return write(context, settlement, await decidedProposal(context, settlement, decision));
  }
}

async function alreadyResolved(context: Context, settlement: Settlement): Promise<Outcome> {
  const { conflict, agent, commitId, fingerprint, resource, epoch } = settlement;
  const landed = await context.store.commitStatus(context.space, agent, commitId);
  if (landed.status === 'committed' && landed.entry.fingerprint === fingerprint) {
    return replay(context, landed.entry, { resource, agent, epoch });
  }
  const { resolution } = conflict;
  const reason = `already-resolved: ${resolution?.decision ?? 'decided'} by ${resolution?.agent ?? 'somebody'}`;
  return { status: 'rejected', commitId, saved: false, reason };
}

async function handBack(
  context: Context,
  settlement: Settlement,
  reason: string,
  merge?: MergeResult,
): Promise<Outcome> {
  const { conflict, resource, head, commitId } = settlement;
  const { version = 0, revision = 0, hash } = conflict.current;
  const packet =
    merge === undefined
      ? { ...(await packetOfConflict(context, conflict)), reason }
      : await makePacket(context, { resource, expected: { version, revision, hash }, actual: head, merge, reason });
  return { status: 'conflict', commitId, saved: false, packet, token: freshToken(context, settlement, head) };
}

function freshToken(context: Context, settlement: Settlement, head: Head | undefined): Token {
  const { resource, agent, epoch, asOf } = settlement;
  return tokenOn(context, resource, agent, head, {
    epoch,
    asOf: Math.max(asOf, head?.revision ?? 0),
    at: context.clock(),
  });
}

/** The bytes that a decision comes to. An absent side means a delete. */
async function decidedProposal(context: Context, settlement: Settlement, decision: Decision): Promise<Proposal> {
  const { conflict } = settlement;
  if ('content' in decision) return decidedContent(context, settlement, decision);
  const side = settlement.decided.decision === 'base' ? conflict.base : conflict.proposed;
  const content = await sideContent(context, side);
  if (content === null) return { kind: 'delete', hash: '' };
  if (content !== undefined)
    return { kind: 'content', hash: side?.hash ?? hashOf(content), content, mediaType: side?.mediaType };
  if (side !== undefined && side.size === undefined && side.version !== undefined)
    return { kind: 'hash', hash: side.hash };
  if (side !== undefined && side === conflict.proposed && side.size === undefined)
    return { kind: 'hash', hash: side.hash };
  throw new EntenteError('base-gone', `The ${settlement.decided.decision} side of ${conflict.id} is no longer kept.`, {
    next: 'Decide with another side, or send the content itself.',
  });
}

async function decidedContent(
  context: Context,
  settlement: Settlement,
  decision: Extract<Decision, { content: unknown }>,
): Promise<Proposal> {
  const content = bytesOf(decision.content);
  const { conflict } = settlement;
  const limit = context.limits.contentBytes;
  if (content.length > limit)
    throw new EntenteError('too-large', `The content has ${content.length} bytes; the limit is ${limit}.`);
  if (decision.allowMarkers !== true && hasMarkers(content)) {
    const sides = await Promise.all(
      [conflict.base, conflict.current, conflict.proposed].map((side) => sideContent(context, side)),
    );
    // Text about conflict markers is content like any other: only markers that no side had are left-overs.
    if (!sides.some((side) => side !== undefined && side !== null && hasMarkers(side))) {
      throw new EntenteError('markers-left', 'The content still holds conflict markers.', {
        next: 'Settle the marked regions, or say allowMarkers: true when they are meant.',
      });
    }
  }
  return { kind: 'content', hash: hashOf(content), content: content.slice(), mediaType: settlement.head?.mediaType };
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

function writeFor(resource: ResourceId, proposal: Proposal): Write {
  if (proposal.kind === 'delete') return { resource, kind: 'delete' };
  if (proposal.kind === 'hash') return { resource, kind: 'hash', hash: proposal.hash };
  return { resource, kind: 'content', hash: proposal.hash, content: proposal.content, mediaType: proposal.mediaType };
}

async function remerge(context: Context, settlement: Settlement, proposal: Proposal): Promise<MergeResult | undefined> {
  const { conflict, head, resource } = settlement;
  if (proposal.kind === 'hash') return undefined;
  const base = await sideContent(context, conflict.current);
  const current =
    head === undefined || head.deleted ? null : hasContent(head) ? await contentOf(context, head) : undefined;
  if (base === undefined || current === undefined) return undefined;
  return runMerge(context, {
    base,
    current,
    proposed: proposal.kind === 'content' ? proposal.content : null,
    path: resource,
  });
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
    meta: metaFor(settlement, landing.outcome, keeps[0] === undefined ? {} : { receipt: keeps[0].hash }),
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

function headGuard(settlement: Settlement): Guard {
  const { head, resource } = settlement;
  return { resource, revision: head?.revision ?? 0, hash: head?.hash ?? '' };
}

function metaFor(settlement: Settlement, outcome: EntryMeta['outcome'], more: Partial<EntryMeta>): EntryMeta {
  const { decided, conflict } = settlement;
  const { extra = {}, ...rest } = more;
  return {
    outcome,
    strategy: `resolve(${decided.decision})`,
    conflictId: conflict.id,
    ...(decided.reason === undefined ? {} : { note: decided.reason }),
    ...rest,
    extra: { ...extra, resource: conflict.resource },
  };
}

interface Parts {
  readonly guards: readonly Guard[];
  readonly writes?: readonly Write[];
  readonly keeps?: readonly Keep[];
  readonly meta: EntryMeta;
  readonly record?: RecordWrite;
}

/** The conflict record is closed in the same commit, guarded by the revision at which it was read. */
function requestFor(context: Context, settlement: Settlement, parts: Parts): CommitRequest {
  const { agent, commitId, fingerprint, epoch, asOf, conflict, decided } = settlement;
  const record = parts.record ?? changedRecord(conflict, 'resolved', { resolution: decided });
  return requestOf(
    context,
    { agent, commitId, fingerprint, reads: [], token: { epoch, asOf } },
    { ...parts, records: [record] },
  );
}

/** Closes the conflict without touching the resource. */
async function close(
  context: Context,
  settlement: Settlement,
  meta: Partial<EntryMeta> & Pick<EntryMeta, 'outcome'>,
): Promise<Outcome | undefined> {
  const { commitId, resource, head, agent, epoch } = settlement;
  const request = requestFor(context, settlement, { guards: [], meta: metaFor(settlement, meta.outcome, meta) });
  const reply = await submit(context, request);
  if (reply.status === 'unknown') return { status: 'unknown', commitId, resource };
  if (reply.status === 'replayed') return replay(context, reply.entry, { resource, agent, epoch });
  if (reply.status === 'stale') return undefined;
  if (meta.outcome === 'aborted')
    return { status: 'aborted', commitId, saved: false, reason: meta.reason ?? 'aborted' };
  return {
    status: 'unchanged',
    commitId,
    token: freshToken(context, settlement, head),
    ...(head === undefined ? {} : { head }),
  };
}

/** Both are kept: the proposal goes beside the resource. */
async function keepCopy(context: Context, settlement: Settlement): Promise<Outcome | undefined> {
  const { conflict, resource, commitId, head, agent, epoch } = settlement;
  const proposal = await decidedProposal(context, settlement, { use: 'proposed' });
  if (proposal.kind === 'delete')
    return close(context, settlement, { outcome: 'unchanged', extra: head === undefined ? {} : { head } });
  const suffix = safeSuffix(conflict.proposed.agent ?? 'copy');
  const ids = ['', '-2', '-3', '-4', '-5', '-6', '-7', '-8', '-9'].map((tail) =>
    parseResourceId(copyId(resource, suffix + tail)),
  );
  const snapshot = await context.store.read(context.space, ids);
  const index = ids.findIndex((_, place) => {
    const there = snapshot.heads[place];
    return there === undefined || there.deleted || isSame(there, proposal);
  });
  const id = ids[index];
  if (id === undefined)
    throw new EntenteError('id-collision', `Every name for a copy of ${resource} is taken.`, {
      next: 'Decide with content, or free one of the names.',
    });
  const there = snapshot.heads[index];
  const reuse = there !== undefined && isSame(there, proposal);
  const kept = head === undefined ? { resource, version: 0, revision: 0, hash: '' } : writtenOf(head);
  const request = requestFor(context, settlement, {
    guards: [{ resource: id, revision: there?.revision ?? 0, hash: there?.hash ?? '' }],
    writes: reuse ? [] : [writeFor(id, proposal)],
    meta: metaFor(settlement, 'split', {
      extra: { kept, copy: reuse && there !== undefined ? writtenOf(there) : null },
    }),
  });
  const reply = await submit(context, request);
  if (reply.status === 'unknown') return { status: 'unknown', commitId, resource };
  if (reply.status === 'replayed') return replay(context, reply.entry, { resource, agent, epoch });
  if (reply.status === 'stale') return undefined;
  const copy = writtenOf((reply.heads[0] ?? there) as Head);
  return { status: 'split', commitId, resource, kept, copy };
}

/** Not clean: the conflict stays open with the new head as its current, and the decider is told. */
async function repoint(
  context: Context,
  settlement: Settlement,
  merge: MergeResult | undefined,
): Promise<Outcome | undefined> {
  const { conflict, head, resource } = settlement;
  const record = changedRecord(conflict, 'open', { current: sideOf(head) });
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
      token: freshToken(context, settlement, head),
    };
  }
  return handBack(context, settlement, reason, merge);
}
