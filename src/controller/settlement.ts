// What every way of settling a conflict shares: the state that was seen, and the one commit that closes the record.
import type { Outcome } from '../core/outcome.ts';
import type { Conflict, ConflictDecision, StoredSide } from '../core/resolution.ts';
import type { AgentId, ResourceId } from '../core/resource.ts';
import type { Repairs, Token } from '../core/token.ts';
import type { Head } from '../core/version.ts';
import type { MergeResult } from '../merge/types.ts';
import type { CommitRequest, EntryMeta, Guard, Keep, RecordWrite, Write } from '../stores/store.ts';
import { changedRecord, packetOfConflict } from './conflicts.ts';
import { type Context, tokenOn } from './context.ts';
import { makePacket } from './packet.ts';
import type { Proposal } from './proposal.ts';
import { replay } from './replay.ts';
import { requestOf } from './requests.ts';
import { submit } from './submit.ts';

/** One attempt to settle one conflict against one head. */
export interface Settlement {
  readonly conflict: Conflict;
  readonly resource: ResourceId;
  readonly agent: AgentId;
  readonly commitId: string;
  readonly fingerprint: string;
  readonly epoch: string;
  readonly asOf: number;
  readonly head: Head | undefined;
  readonly decided: ConflictDecision;
  /** What is kept of the decision, in the same commit. */
  readonly kept?: readonly RecordWrite[];
  /** Who is behind the agent, and what else may be written for them: as for a commit. */
  readonly principal?: string;
  readonly may?: (resource: ResourceId) => boolean;
  readonly mayApply?: (resource: string) => boolean;
}

export async function handBack(
  context: Context,
  settlement: Settlement,
  reason: string,
  merge?: MergeResult,
): Promise<Outcome> {
  const { conflict, resource, head, commitId } = settlement;
  // Without a merge the record was pointed elsewhere: its current is not what this decider went by.
  const token = handedBackToken(context, settlement, merge === undefined ? conflict.base : conflict.current);
  const { version = 0, revision = 0, hash } = conflict.current;
  const packet =
    merge === undefined
      ? { ...(await packetOfConflict(context, conflict)), reason }
      : await makePacket(context, { resource, expected: { version, revision, hash }, actual: head, merge, reason });
  return { status: 'conflict', commitId, saved: false, packet, token };
}

export function freshToken(context: Context, settlement: Settlement, head: Head | undefined, repairs?: Repairs): Token {
  const { resource, agent, epoch, asOf } = settlement;
  return tokenOn(context, resource, agent, head, {
    epoch,
    asOf: Math.max(asOf, head?.revision ?? 0),
    at: context.clock(),
    ...(repairs === undefined ? {} : { repairs }),
  });
}

/**
 * The token of a decision that was handed back launders it no more than any other: the decided content, sent as a plain
 * change, is judged from what it was decided against (rule A1).
 */
export function handedBackToken(context: Context, settlement: Settlement, against: StoredSide | undefined): Token {
  const { conflict, decided, head } = settlement;
  const { base, proposed } = conflict;
  const proposedHash = decided.hash ?? (decided.decision === 'base' ? base?.hash : proposed.hash) ?? '';
  const repairs = { revision: against?.revision ?? 0, hash: against?.hash ?? '', proposedHash };
  return freshToken(context, settlement, head, proposedHash === '' ? undefined : Object.freeze(repairs));
}

export function headGuard(settlement: Settlement): Guard {
  const { head, resource } = settlement;
  return { resource, revision: head?.revision ?? 0, hash: head?.hash ?? '' };
}

export function metaFor(settlement: Settlement, outcome: EntryMeta['outcome'], more: Partial<EntryMeta>): EntryMeta {
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

export interface Parts {
  readonly guards: readonly Guard[];
  readonly writes?: readonly Write[];
  readonly keeps?: readonly Keep[];
  readonly meta: EntryMeta;
  readonly record?: RecordWrite;
}

/** The conflict record is closed in the same commit, guarded by the revision at which it was read. */
export function requestFor(context: Context, settlement: Settlement, parts: Parts): CommitRequest {
  const { agent, commitId, fingerprint, epoch, asOf, conflict, decided, principal } = settlement;
  const record = parts.record ?? changedRecord(conflict, 'resolved', { resolution: decided });
  const kept = parts.record === undefined ? (settlement.kept ?? []) : [];
  const extra = kept.length === 0 ? {} : { extra: { ...parts.meta.extra, recorded: kept.map(({ id }) => id) } };
  return requestOf(
    context,
    {
      ...{ agent, commitId, fingerprint, reads: [], token: { epoch, asOf } },
      ...(principal === undefined ? {} : { principal }),
    },
    { ...parts, meta: { ...parts.meta, ...extra }, records: [record, ...kept] },
  );
}

/** Closes the conflict without touching the resource. */
export async function close(
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

export function writeFor(resource: ResourceId, proposal: Proposal): Write {
  if (proposal.kind === 'delete') return { resource, kind: 'delete' };
  if (proposal.kind === 'hash') return { resource, kind: 'hash', hash: proposal.hash };
  return { resource, kind: 'content', hash: proposal.hash, content: proposal.content, mediaType: proposal.mediaType };
}
