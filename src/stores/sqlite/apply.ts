// One commit inside a transaction: look, compare, write. The rules are those of the contract in ../store.ts; nothing
// here waits, so whatever it reads stays true until COMMIT.
import { EntenteError } from '../../core/errors.ts';
import type { ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import type { CommitReply, CommitRequest, Write } from '../store.ts';
import type { Connection, SpaceState } from './connection.ts';
import { putRecord, staleRecords } from './records.ts';
import { entryOf, headOf, packBody, toText } from './rows.ts';
import { MAX_REVISION, MILESTONE } from './schema.ts';

type Heads = Map<ResourceId, Head | undefined>;

/** `certain`: look the commitId up first, even where the request says that its guards make that needless. */
export function applyCommit(connection: Connection, request: CommitRequest, certain: boolean): CommitReply {
  if (request.epoch !== connection.epoch) return { status: 'epoch-changed', epoch: connection.epoch };
  const state = connection.space(request.space);
  const heads = readHeads(connection, state, request);
  const holds = guardsHold(heads, request);
  // Guards on the very token that names the commit cannot hold after it landed (rule A5).
  if (certain || !holds || !request.tokenBound) {
    const landed = findLanded(connection, state, request);
    if (landed !== undefined) return landed;
  }
  const { sql } = connection;
  const stale = request.records.length === 0 ? [] : staleRecords(sql, state.sid, request.records);
  if (holds && stale.length === 0) return store(connection, state, request, heads);
  if (request.asOf < state.trimmed) return { status: 'expired', trimmed: state.trimmed };
  const current = [...heads.values()].filter((head) => head !== undefined);
  return { status: 'stale', revision: state.revision, heads: current, staleRecords: stale };
}

function readHeads({ sql }: Connection, state: SpaceState, request: CommitRequest): Heads {
  const heads: Heads = new Map();
  for (const { resource } of request.guards) {
    if (heads.has(resource)) continue;
    const row = sql.head.get(state.sid, resource);
    heads.set(resource, row === undefined ? undefined : headOf(row));
  }
  return heads;
}

function guardsHold(heads: Heads, request: CommitRequest): boolean {
  return request.guards.every(({ resource, revision, hash }) => {
    const head = heads.get(resource);
    return (head?.revision ?? 0) === revision && (head?.hash ?? '') === hash;
  });
}

function findLanded({ sql }: Connection, state: SpaceState, request: CommitRequest): CommitReply | undefined {
  const row = sql.byCommit.get(toText(request.commitId), request.agent, state.sid);
  if (row === undefined || row.revision <= state.trimmed) return undefined;
  const entry = entryOf(row);
  return entry.fingerprint === request.fingerprint ? { status: 'replayed', entry } : { status: 'mismatch' };
}

function store(connection: Connection, state: SpaceState, request: CommitRequest, before: Heads): CommitReply {
  const { sql, contents } = connection;
  const revision = state.revision + 1;
  if (revision > MAX_REVISION) {
    throw new EntenteError('revision-overflow', 'The space has used up its revisions.', { next: 'Use another space.' });
  }
  const sid = connection.sidFor(request.space, state);
  const heads = request.writes.map((write) => {
    const head = nextHead(write, request, revision, before.get(write.resource));
    putHead(connection, sid, head);
    if (write.kind === 'content') contents.put(write.hash, write.content);
    return head;
  });
  const keeps = request.keeps.map(({ hash, content }) => {
    contents.put(hash, content);
    return hash;
  });
  for (const record of request.records) {
    const { opened, passed } = putRecord(connection, sid, record, revision);
    state.open += opened;
    keeps.push(...passed);
  }
  state.revision = revision;
  for (const head of heads) state.resources += lives(head) - lives(before.get(head.resource));
  if (request.meta.outcome === 'merged') state.merged += 1;
  else if (request.meta.outcome === 'escalated') state.escalated += 1;
  const { resources, merged, escalated, open } = state;
  const priors = heads.map(({ resource }) => before.get(resource));
  const body = packBody(request, heads, priors, keeps);
  const { agent, at } = request;
  sql.addLog.run(sid, revision, sid, agent, toText(request.commitId), at, resources, merged, escalated, open, body);
  return { status: 'committed', revision, heads };
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
  return {
    resource,
    version,
    revision,
    born,
    hash,
    size,
    ...(mediaType === undefined ? {} : { mediaType }),
    agent,
    at,
    deleted: false,
  };
}

function putHead({ sql }: Connection, sid: number, head: Head): void {
  const { resource, version, revision, born, hash, size, mediaType, agent, at, deleted } = head;
  const type = mediaType === undefined ? null : toText(mediaType);
  sql.putHead.run(sid, resource, version, revision, born, hash, size ?? null, type, agent, at, deleted ? 1 : 0);
  if (version % MILESTONE === 0) sql.addMilestone.run(sid, resource, version, revision);
}
