// One commit inside a transaction: look, compare, write. The rules are those of the contract in ../store.ts; nothing
// here waits, so whatever it reads stays true until COMMIT.
import { EntenteError } from '../../core/errors.ts';
import type { ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import { guardHolds, guardsHeld } from '../check.ts';
import type { CommitReply, CommitRequest, Write } from '../store.ts';
import type { Connection, SpaceState } from './connection.ts';
import { SMALL_BYTES } from './entries.ts';
import { findEntry, findLanded } from './reads.ts';
import { putRecord, staleRecords } from './records.ts';
import { MAX_REVISION } from './schema.ts';

export function applyCommit(connection: Connection, request: CommitRequest): CommitReply {
  if (request.epoch !== connection.epoch) return { status: 'epoch-changed', epoch: connection.epoch };
  const state = connection.space(request.space);
  const heads: (Head | undefined)[] = [];
  let holds = true;
  for (const guard of request.guards) {
    const head = connection.head(state.sid, guard.resource);
    heads.push(head);
    holds &&= guardHolds(guard, head);
  }
  const landed = replayOf(connection, state, request, holds && request.tokenBound && request.writes.length > 0);
  if (landed !== undefined) return landed;
  const { sql } = connection;
  const stale = request.records.length === 0 ? [] : staleRecords(sql, state.sid, request.records);
  if (holds && stale.length === 0) return store(connection, state, request, heads);
  if (request.asOf < state.trimmed) return { status: 'expired', trimmed: state.trimmed };
  const current = new Map<ResourceId, Head>();
  for (const head of heads) if (head !== undefined) current.set(head.resource, { ...head });
  return { status: 'stale', revision: state.revision, heads: [...current.values()], staleRecords: stale };
}

/**
 * The same outside a transaction, for a request that only appends to the log of a space that is there. Undefined unless
 * it is committed: every other answer needs a look at one moment of the store.
 */
export function applyPlain(connection: Connection, request: CommitRequest): CommitReply | undefined {
  const { epoch, records, keeps, writes } = request;
  if (epoch !== connection.epoch || records.length > 0 || keeps.length > 0) return undefined;
  for (const write of writes) if (write.kind === 'content' && write.content.length > SMALL_BYTES) return undefined;
  if (connection.space(request.space).sid === 0) return undefined;
  const reply = applyCommit(connection, request);
  return reply.status === 'committed' ? reply : undefined;
}

/** `bound`: guards that hold on the very token that names the commit, and that it moves, prove that it never landed (A5). */
function replayOf(
  connection: Connection,
  state: SpaceState,
  request: CommitRequest,
  bound: boolean,
): CommitReply | undefined {
  const { agent, commitId, fingerprint } = request;
  // A look into the tail costs next to nothing, and finds out a caller that breaks its word.
  const revision = bound
    ? connection.tail.landed(state.sid, agent, commitId)
    : findLanded(connection, state, agent, commitId);
  if (revision === undefined) return undefined;
  // It may have landed a moment ago, in this very transaction.
  connection.log.flush();
  const entry = findEntry(connection, state.sid, revision);
  return entry.fingerprint === fingerprint ? { status: 'replayed', entry } : { status: 'mismatch' };
}

function store(
  connection: Connection,
  state: SpaceState,
  request: CommitRequest,
  before: readonly (Head | undefined)[],
): CommitReply {
  const revision = state.revision + 1;
  if (revision > MAX_REVISION) {
    throw new EntenteError('revision-overflow', 'The space has used up its revisions.', { next: 'Use another space.' });
  }
  const sid = connection.sidFor(request.space, state);
  const { guards, writes, records, meta } = request;
  const priors: (Head | undefined)[] = [];
  const heads: Head[] = [];
  for (let index = 0; index < writes.length; index += 1) {
    const write = writes[index] as Write;
    const isNext = guards[index]?.resource === write.resource;
    const prior = before[isNext ? index : guards.findIndex(({ resource }) => resource === write.resource)];
    const head = nextHead(write, request, revision, prior);
    priors.push(prior);
    heads.push(head);
    state.resources += lives(head) - lives(prior);
  }
  const passed: string[] = [];
  for (const record of records) {
    const effect = putRecord(connection.sql, sid, record, revision);
    state.open += effect.opened;
    passed.push(...effect.passed);
    for (const hash of effect.held) connection.contents.hold(hash);
  }
  state.revision = revision;
  if (meta.outcome === 'merged') state.merged += 1;
  else if (meta.outcome === 'escalated') state.escalated += 1;
  const held = guardsHeld(guards, (_, index) => before[index]);
  const logged = held === guards ? request : { ...request, guards: held };
  connection.log.add(state, { request: logged, revision, heads, priors, passed });
  return { status: 'committed', revision, heads: heads.map((head) => ({ ...head })) };
}

function lives(head: Head | undefined): 0 | 1 {
  return head === undefined || head.deleted ? 0 : 1;
}

function nextHead(write: Write, request: CommitRequest, revision: number, before: Head | undefined): Head {
  const { resource } = write;
  const { agent, at } = request;
  const version = before === undefined ? 1 : before.version + 1;
  const born = before === undefined || before.deleted ? revision : before.born;
  if (write.kind === 'delete') return { resource, version, revision, born, hash: '', agent, at, deleted: true };
  const { hash } = write;
  if (write.kind === 'hash') return { resource, version, revision, born, hash, agent, at, deleted: false };
  const size = write.content.length;
  const { mediaType } = write;
  if (mediaType === undefined) return { resource, version, revision, born, hash, size, agent, at, deleted: false };
  return { resource, version, revision, born, hash, size, mediaType, agent, at, deleted: false };
}
