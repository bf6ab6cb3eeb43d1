// A conflict as a caller may see it, with its ETag, who has taken it, and what was proposed.
import { EntenteError } from '../core/errors.ts';
import type { Conflict, StoredSide } from '../core/resolution.ts';
import { parseResourceId, type ResourceId } from '../core/resource.ts';
import { encodeContent, type WireContent } from '../core/wire.ts';
import type { StoredRecord } from '../stores/store.ts';
import { recordEtag } from './etag.ts';
import type { Call } from './operation.ts';
import { absent, may, mayActAs } from './rights.ts';
import type { WireDecision } from './schemas/decision.ts';
import { shownCommitId, toWire, visibleOffer, type Wire } from './wire.ts';

export const CLAIM = 'claim';
export const PROPOSAL = 'proposal';
/** Bytes of a side that are told with the conflict; larger ones are read by themselves. */
const INLINE = 64 * 1024;

export interface Claim {
  readonly agent: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly until: number;
}

export interface Proposed extends WireDecision {
  readonly agent: string;
  readonly at: number;
  readonly reason: string;
  /** Whoever looked does not want to decide: a person has to. */
  readonly decline?: true;
}

export type WireSide = StoredSide & Partial<WireContent>;

export interface WireConflict extends Omit<Wire<Conflict>, 'base' | 'current' | 'proposed'> {
  /** For If-Match of a resolution. */
  readonly etag: string;
  readonly base?: WireSide;
  readonly current: WireSide;
  readonly proposed: WireSide;
  readonly claim?: Claim;
  readonly proposals?: readonly Proposed[];
}

export function noSuchConflict(): Error {
  return absent('The conflict');
}

/** Conflicts are seen by who may read their resource, or decide on it. */
export function seesConflict(call: Call, conflict: Conflict): boolean {
  return (['read', 'resolve', 'resolve-own'] as const).some((right) =>
    may(call.principal, right, call.space, conflict.resource),
  );
}

/** `not-found` for what is not there and for what may not be seen. */
export async function visibleConflict(call: Call, id: string): Promise<Conflict & { readonly resource: ResourceId }> {
  const conflict = await call.controller.conflict(id);
  if (conflict === undefined || !seesConflict(call, conflict)) throw noSuchConflict();
  return { ...conflict, resource: parseResourceId(conflict.resource) };
}

/** Throws for what is decided: nobody takes it, and nothing is proposed on it any more. */
export function assertOpen(conflict: Conflict): void {
  if (conflict.state === 'open') return;
  throw new EntenteError('precondition-failed', 'The conflict is resolved.', {
    next: 'Look at what was decided, or take another one from the queue.',
  });
}

/** A side's author is this principal, or somebody it may write as. */
export function isAuthor(call: Call, conflict: Conflict): boolean {
  const authors = [conflict.current.agent, conflict.proposed.agent];
  return authors.some((agent) => agent !== undefined && mayActAs(call.principal, call.space, agent as never));
}

/** Without the contents of its sides: an item of the queue. */
export function conflictItem(call: Call, epoch: string, conflict: Conflict): WireConflict {
  const { offer, commitId, ...rest } = conflict;
  const shown = offer === undefined ? undefined : visibleOffer(call, offer);
  return {
    ...(toWire(rest) as Wire<Omit<Conflict, 'offer' | 'commitId'>>),
    commitId: shownCommitId(call, commitId),
    etag: recordEtag(epoch, conflict.revision),
    ...(shown === undefined ? {} : { offer: toWire(shown) as Wire<typeof shown> }),
  };
}

export async function claimOf(call: Call, id: string): Promise<{ record: StoredRecord; claim: Claim } | undefined> {
  const record = await call.service.store.record(call.space, CLAIM, id);
  return record === undefined ? undefined : { record, claim: record.value as Claim };
}

async function withContent(call: Call, conflict: Conflict, side: 'base' | 'current' | 'proposed'): Promise<WireSide> {
  const stored = conflict[side] as StoredSide;
  const small = !stored.deleted && stored.size !== undefined && stored.size <= INLINE;
  const content = small ? await call.controller.conflictContent(conflict.id, side) : undefined;
  return content === undefined ? stored : { ...stored, ...encodeContent(content) };
}

/** The whole of a conflict: the contents of its sides where they are small, its claim and its proposals. */
export async function conflictView(call: Call, conflict: Conflict): Promise<WireConflict> {
  const { store, clock } = call.service;
  const item = conflictItem(call, await store.epoch(), conflict);
  const found = await claimOf(call, conflict.id);
  const proposals = await store.records(call.space, PROPOSAL, { state: conflict.id }, { limit: 100 });
  const [current, proposed] = await Promise.all([
    withContent(call, conflict, 'current'),
    withContent(call, conflict, 'proposed'),
  ]);
  return {
    ...item,
    ...(conflict.base === undefined ? {} : { base: await withContent(call, conflict, 'base') }),
    ...{ current, proposed },
    ...(conflict.state === 'open' && found !== undefined && clock() < found.claim.until ? { claim: found.claim } : {}),
    proposals: proposals.items.map(({ value }) => value as Proposed),
  };
}
