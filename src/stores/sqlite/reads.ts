// The questions that change nothing. Each runs on one snapshot of the database: what the tables say, and over it what the
// tail of the log says.
import { EntenteError } from '../../core/errors.ts';
import type { Page, PageRequest } from '../../core/page.ts';
import type { ResourceId, Space } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import { toText } from '../escaped-text.ts';
import type { CommitStatus, Counts, LogEntry, LogPage, Snapshot, VersionEntry } from '../store.ts';
import type { Connection, SpaceState } from './connection.ts';
import { logEntryOf, versionIn } from './entries.ts';
import { headOf } from './rows.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

export function limitOf(limit: number | undefined): number {
  if (limit === undefined || Number.isNaN(limit)) return DEFAULT_LIMIT;
  return Math.min(MAX_LIMIT, Math.max(1, Math.trunc(limit)));
}

export function readSnapshot(connection: Connection, space: Space, ids: readonly ResourceId[]): Snapshot {
  const { sid, revision, trimmed } = connection.space(space);
  const heads = ids.map((id) => {
    const head = connection.head(sid, id);
    return head === undefined ? undefined : { ...head };
  });
  return { epoch: connection.epoch, revision, trimmed, heads };
}

/** The snapshot where it is at hand, for a connection that is current; undefined where `readSnapshot` has to be asked. */
export function standingSnapshot(
  connection: Connection,
  name: Space,
  ids: readonly ResourceId[],
): Snapshot | undefined {
  const found = connection.standing(name, ids);
  if (found === undefined) return undefined;
  const { space, heads } = found;
  const { revision, trimmed } = space;
  return { epoch: connection.epoch, revision, trimmed, heads: heads.map((head) => ({ ...head })) };
}

/** The revision of a commit that landed and is not trimmed. */
export function findLanded(
  { sql, tail }: Connection,
  { sid, trimmed }: SpaceState,
  agent: string,
  commitId: string,
): number | undefined {
  const revision = tail.landed(sid, agent, commitId) ?? sql.landed.get(toText(commitId), agent, sid)?.revision;
  return revision === undefined || revision <= trimmed ? undefined : revision;
}

/** An entry that must be there. */
export function findEntry(connection: Connection, sid: number, revision: number): LogEntry {
  const line = new LineReader(connection, sid).line(revision);
  if (line !== undefined) return logEntryOf(line, revision);
  throw new EntenteError('store-corrupt', `${connection.place} has no log entry ${revision}, which its index names.`, {
    next: 'Run entente doctor, and restore a backup: entente restore FILE.',
  });
}

/** Lines of the log by revision; the segment that was read last is kept, since neighbours are often asked for. */
class LineReader {
  readonly #connection: Connection;
  readonly #sid: number;
  #first = 1;
  #lines: readonly string[] = [];

  constructor(connection: Connection, sid: number) {
    this.#connection = connection;
    this.#sid = sid;
  }

  line(revision: number): string | undefined {
    const { sql, tail } = this.#connection;
    if (revision < this.#first || revision >= this.#first + this.#lines.length) {
      const seq = tail.seqOf(this.#sid, revision);
      const row = seq === undefined ? sql.segmentWith.get(this.#sid, revision) : sql.segment.get(seq);
      this.#first = row?.first ?? 1;
      this.#lines = row?.body.split('\n') ?? [];
    }
    return this.#lines[revision - this.#first];
  }
}

export function commitStatus(connection: Connection, space: Space, agent: string, commitId: string): CommitStatus {
  const state = connection.space(space);
  const revision = findLanded(connection, state, agent, commitId);
  if (revision === undefined) return { status: 'absent', trimmed: state.trimmed };
  return { status: 'committed', entry: findEntry(connection, state.sid, revision) };
}

/** A range of the primary key: no pattern is ever built from user text. */
export function listHeads(connection: Connection, space: Space, prefix: string, page: PageRequest): Page<Head> {
  const { sid } = connection.space(space);
  const { headsFrom, headsAfter } = connection.sql;
  const limit = limitOf(page.limit);
  const { after } = page;
  const goesOn = after !== undefined && compareBytes(after, prefix) >= 0;
  const found = goesOn ? headsAfter.all(sid, after, limit + 1) : headsFrom.all(sid, prefix, limit + 1);
  const heads = new Map<ResourceId, Head>();
  // Ids that start with the prefix stand together, and first.
  for (const row of found) {
    if (!row.resource.startsWith(prefix)) break;
    heads.set(row.resource as ResourceId, headOf(row));
  }
  for (const [resource, head] of connection.tail.space(sid).fresh) {
    if (resource.startsWith(prefix) && !(goesOn && compareBytes(resource, after) <= 0)) heads.set(resource, head);
  }
  const all = [...heads.values()].sort((left, right) => compareBytes(left.resource, right.resource));
  const items = all.slice(0, limit).map((head) => ({ ...head }));
  const last = items.at(-1);
  return all.length > limit && last !== undefined ? { items, next: last.resource } : { items };
}

/** Texts by their UTF-8 bytes, as SQLite orders them. */
function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/**
 * Each log entry tells the version that it superseded: history is read from one to the next, down to the trim point.
 * A version from before it that is still held (its successor is not trimmed) comes without what its commit said.
 */
export function readHistory(
  connection: Connection,
  space: Space,
  id: ResourceId,
  page: PageRequest,
): Page<VersionEntry> {
  const state = connection.space(space);
  const limit = limitOf(page.limit);
  const below = page.after === undefined ? Number.POSITIVE_INFINITY : Number(page.after);
  const items: VersionEntry[] = [];
  for (const version of versionsFrom(connection, state, id, below)) {
    if (!(version.head.version < below)) continue;
    const last = items.at(-1);
    if (items.length === limit && last !== undefined) return { items, next: String(last.head.version) };
    items.push(version);
  }
  return { items };
}

function* versionsFrom(
  connection: Connection,
  { sid, trimmed }: SpaceState,
  id: ResourceId,
  below: number,
): Generator<VersionEntry> {
  const reader = new LineReader(connection, sid);
  const start = Number.isFinite(below) ? connection.sql.milestone.get(sid, id, below)?.revision : undefined;
  const head = connection.head(sid, id);
  let revision = start ?? head?.revision ?? 0;
  let known = start === undefined && head !== undefined ? { ...head } : undefined;
  while (revision > trimmed) {
    const line = reader.line(revision);
    const found = line === undefined ? undefined : versionIn(line, revision, id);
    if (found === undefined) break;
    yield found.version;
    known = found.prior;
    revision = known?.revision ?? 0;
  }
  if (known !== undefined) yield { head: known, commitId: '', outcome: 'committed' };
}

export function readCounts(connection: Connection, space: Space): Counts {
  const { revision, resources, merged, escalated, open } = connection.space(space);
  // Revisions have no holes here, so the last one is the number of entries ever written.
  return { revision, resources, commits: revision, merged, escalated, open };
}

/** Rows that are fetched at once: they may have 64 entries each. */
const ROWS = 16;

export function readLog(connection: Connection, space: Space, after: number, limit: number): LogPage {
  const { sid, revision, trimmed } = connection.space(space);
  if (after < trimmed) return { status: 'gone', oldest: trimmed };
  const entries: LogEntry[] = [];
  let next = Math.trunc(after) + 1;
  const take = (first: number, lines: readonly string[]): void => {
    for (let line = lines[next - first]; line !== undefined && entries.length < limit; line = lines[next - first]) {
      entries.push(logEntryOf(line, next));
      next += 1;
    }
  };
  for (let more = next <= revision; more && entries.length < limit; ) {
    const most = Math.min(ROWS, Math.ceil(limit) - entries.length);
    const rows = connection.sql.segmentsAfter.all(sid, next - 1, most);
    for (const { first, body } of rows) take(first, body.split('\n'));
    more = rows.length === most;
  }
  for (const { seq, first, entries: fresh } of connection.tail.space(sid).segments) {
    if (next < first || next >= first + fresh.length || entries.length >= limit) continue;
    take(first, connection.sql.segment.get(seq)?.body.split('\n') ?? []);
  }
  return { status: 'ok', entries, revision };
}
