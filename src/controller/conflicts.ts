// Conflicts as stored objects: opened in one commit under the caller's commitId, with no head (rule E1).
import { EntenteError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import type { Packet } from '../core/outcome.ts';
import type { Page, PageRequest } from '../core/page.ts';
import { type Conflict, type ConflictRegion, type StoredSide, sideOf } from '../core/resolution.ts';
import { parseResourceId, type ResourceId } from '../core/resource.ts';
import type { Head } from '../core/version.ts';
import type { MergeResult, MergeSide } from '../merge/types.ts';
import type { RecordWrite, StoredRecord } from '../stores/store.ts';
import { parsePattern } from '../strategies/pattern.ts';
import type { Origin } from './base.ts';
import type { Context } from './context.ts';
import type { Intent } from './intent.ts';
import { runMerge } from './merging.ts';
import { makePacket } from './packet.ts';
import { isOfferable, offerFor } from './recorded.ts';

export const CONFLICT = 'conflict';

/** One id for each commitId, the same for every attempt and replay. */
export function conflictIdOf(context: Context, intent: Pick<Intent, 'agent' | 'commitId'>): string {
  return `c-${hashOf(`${context.space}\n${intent.agent}\n${intent.commitId}`).slice(0, 16)}`;
}

/** What a conflict record holds; `number` and `revision` are the store's. */
type ConflictValue = Omit<Conflict, 'number' | 'revision' | 'state'>;

export interface Opening {
  readonly intent: Intent;
  readonly origin: Origin;
  readonly current: Head | undefined;
  readonly reason: string;
  readonly merge: MergeResult | undefined;
  readonly strategy: string;
  readonly at: number;
}

export function openingRecord(context: Context, opening: Opening): RecordWrite {
  const { intent, origin, current, reason, merge, strategy, at } = opening;
  const value: ConflictValue = {
    id: conflictIdOf(context, intent),
    resource: intent.token.resource,
    base: baseSide(intent, origin),
    current: sideOf(current),
    proposed: proposedSide(intent, at),
    reason,
    ...placesOf(context, merge),
    strategy,
    commitId: intent.commitId,
    openedAt: at,
    ...(intent.note === undefined ? {} : { note: intent.note }),
  };
  return { kind: CONFLICT, id: value.id, state: 'open', value, expected: 0 };
}

const MAX_REGIONS = 100;
/** JSON characters of one place: a member's name may be longer than a whole record. */
const MAX_PLACE = 2000;

/** The places of a merge, and which engine found them where that is all of them. */
export function placesOf(context: Context, merge: MergeResult | undefined): Pick<ConflictValue, 'regions' | 'engine'> {
  const regions = regionsOf(merge);
  if (!isOfferable(context, merge) || merge.conflicts.length !== regions.length) return { regions };
  return { regions, engine: merge.stats.engine };
}

/** What a record may hold of a merge: places, not bytes, and none that is too long for it or is no data. */
export function regionsOf(merge: MergeResult | undefined): ConflictRegion[] {
  if (merge?.status !== 'conflict') return [];
  return merge.conflicts
    .slice(0, MAX_REGIONS)
    .map(({ id, kind, at, reason }) => ({ id, kind, at, ...(reason === undefined ? {} : { reason }) }))
    .filter(isSmall);
}

/** What an engine of others answered may be anything. */
function isSmall(region: ConflictRegion): boolean {
  try {
    return JSON.stringify(region).length <= MAX_PLACE;
  } catch {
    return false;
  }
}

function baseSide(intent: Intent, origin: Origin): StoredSide {
  if (origin.head !== undefined) return sideOf(origin.head);
  if (origin.state === 'gone') return { revision: intent.token.revision, hash: intent.token.hash, deleted: false };
  return sideOf(undefined);
}

function proposedSide(intent: Intent, at: number): StoredSide {
  const { proposal } = intent;
  return {
    hash: proposal.hash,
    agent: intent.agent,
    at,
    deleted: proposal.kind === 'delete',
    ...(proposal.kind === 'content' ? { size: proposal.content.length } : {}),
    ...(proposal.kind === 'content' && proposal.mediaType !== undefined ? { mediaType: proposal.mediaType } : {}),
  };
}

export function conflictOf(record: StoredRecord): Conflict {
  const value = record.value as ConflictValue;
  return {
    ...value,
    regions: value.regions ?? [],
    number: record.created,
    state: record.state === 'open' ? 'open' : 'resolved',
    revision: record.revision,
  };
}

/** The record of a conflict changed: its next state, guarded by the revision that was seen. */
export function changedRecord(
  conflict: Conflict,
  state: Conflict['state'],
  changes: Partial<ConflictValue>,
): RecordWrite {
  const { number: _number, revision: _revision, state: _state, ...value } = conflict;
  return { kind: CONFLICT, id: conflict.id, state, value: { ...value, ...changes }, expected: conflict.revision };
}

export async function readConflict(context: Context, id: string): Promise<Conflict | undefined> {
  if (typeof id !== 'string' || id === '' || id.length > 64) return undefined;
  const record = await context.store.record(context.space, CONFLICT, id);
  return record === undefined ? undefined : conflictOf(record);
}

/** A conflict as it is read: an open one with the decisions that are kept for its places. */
export async function withOffer(context: Context, conflict: Conflict): Promise<Conflict> {
  const { engine, regions, state } = conflict;
  if (engine === undefined || state !== 'open') return conflict;
  const offer = await offerFor(context, engine, regions);
  return offer === undefined ? conflict : { ...conflict, offer };
}

export interface ConflictFilter {
  readonly state?: 'open' | 'resolved';
  readonly pattern?: string;
}

export async function listConflicts(
  context: Context,
  filter: ConflictFilter,
  page: PageRequest,
): Promise<Page<Conflict>> {
  const { state } = filter;
  if (state !== undefined && state !== 'open' && state !== 'resolved') {
    throw new EntenteError('misuse', `The state of a conflict is 'open' or 'resolved', not ${JSON.stringify(state)}.`);
  }
  const pattern = filter.pattern === undefined ? undefined : parsePattern(filter.pattern);
  const states = state === undefined ? {} : { state };
  let after = page.after;
  // A page may hold fewer than it could, but an empty one means that there are no more.
  for (;;) {
    const place = after === undefined ? {} : { after };
    const found = await context.store.records(context.space, CONFLICT, states, { ...page, ...place });
    const matching = found.items
      .map(conflictOf)
      .filter((conflict) => pattern === undefined || pattern.matches(conflict.resource));
    const items = await Promise.all(matching.map((conflict) => withOffer(context, conflict)));
    if (found.next === undefined) return { items };
    if (items.length > 0) return { items, next: found.next };
    after = found.next;
  }
}

/** The bytes of a stored side; null: the side is absent; undefined: hash-only or no longer kept. */
export async function sideContent(
  context: Pick<Context, 'store'>,
  side: StoredSide | undefined,
): Promise<MergeSide | undefined> {
  if (side === undefined || side.deleted) return null;
  return side.size === undefined ? undefined : context.store.content(side.hash);
}

/** The three-way merge of a stored conflict, where all its bytes are here. */
export async function mergeOfConflict(context: Context, conflict: Conflict): Promise<MergeResult | undefined> {
  const [base, current, proposed] = await Promise.all(
    [conflict.base, conflict.current, conflict.proposed].map((side) => sideContent(context, side)),
  );
  if (base === undefined || current === undefined || proposed === undefined) return undefined;
  return runMerge(context, { base, current, proposed, path: conflict.resource });
}

export async function packetOfConflict(context: Context, conflict: Conflict): Promise<Packet> {
  const resource: ResourceId = parseResourceId(conflict.resource);
  const { base, current, reason } = conflict;
  const actual = (current.version ?? 0) === 0 ? undefined : headOfSide(resource, current);
  return makePacket(context, {
    resource,
    expected: { version: base?.version ?? 0, revision: base?.revision ?? 0, hash: base?.hash ?? '' },
    actual,
    merge: await mergeOfConflict(context, conflict),
    reason,
  });
}

export function headOfSide(resource: ResourceId, side: StoredSide): Head {
  const { version = 0, revision = 0, born = 0, hash, size, mediaType, agent = '', at = 0, deleted } = side;
  return {
    resource,
    version,
    revision,
    born,
    hash,
    ...(size === undefined ? {} : { size }),
    ...(mediaType === undefined ? {} : { mediaType }),
    agent: agent as Head['agent'],
    at,
    deleted,
  };
}

export function noConflict(id: string): EntenteError {
  return new EntenteError('not-found', `There is no conflict ${JSON.stringify(String(id).slice(0, 80))} here.`, {
    next: 'List the open ones with conflicts({ state: "open" }) or `entente conflicts`.',
  });
}
