// The questions that change nothing. Each runs on one snapshot of the database.
import type { Page, PageRequest } from '../../core/page.ts';
import type { ResourceId, Space } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import type { CommitStatus, Counts, LogPage, Snapshot, VersionEntry } from '../store.ts';
import type { Connection, SpaceState } from './connection.ts';
import { entryOf, headOf, toText, versionIn } from './rows.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

export function limitOf(limit: number | undefined): number {
  if (limit === undefined || Number.isNaN(limit)) return DEFAULT_LIMIT;
  return Math.min(MAX_LIMIT, Math.max(1, Math.trunc(limit)));
}

export function readSnapshot(connection: Connection, space: Space, ids: readonly ResourceId[]): Snapshot {
  const { sid, revision, trimmed } = connection.space(space);
  const heads = ids.map((id) => {
    const row = connection.sql.head.get(sid, id);
    return row === undefined ? undefined : headOf(row);
  });
  return { epoch: connection.epoch, revision, trimmed, heads };
}

export function commitStatus(connection: Connection, space: Space, agent: string, commitId: string): CommitStatus {
  const { sid, trimmed } = connection.space(space);
  const row = connection.sql.byCommit.get(toText(commitId), agent, sid);
  return row === undefined ? { status: 'absent', trimmed } : { status: 'committed', entry: entryOf(row) };
}

/** A range of the primary key: no pattern is ever built from user text. */
export function listHeads(connection: Connection, space: Space, prefix: string, page: PageRequest): Page<Head> {
  const { sid } = connection.space(space);
  const { headsFrom, headsAfter } = connection.sql;
  const limit = limitOf(page.limit);
  const { after } = page;
  const goesOn = after !== undefined && Buffer.compare(Buffer.from(after), Buffer.from(prefix)) >= 0;
  const found = goesOn ? headsAfter.all(sid, after, limit + 1) : headsFrom.all(sid, prefix, limit + 1);
  // Ids that start with the prefix stand together, and first.
  const end = found.findIndex(({ resource }) => !resource.startsWith(prefix));
  const rows = end === -1 ? found : found.slice(0, end);
  const items = rows.slice(0, limit).map(headOf);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: last.resource } : { items };
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
  { sql }: Connection,
  { sid, trimmed }: SpaceState,
  id: ResourceId,
  below: number,
): Generator<VersionEntry> {
  const start = Number.isFinite(below) ? sql.milestone.get(sid, id, below)?.revision : undefined;
  const head = sql.head.get(sid, id);
  let revision = start ?? head?.revision ?? 0;
  let known = start === undefined && head !== undefined ? headOf(head) : undefined;
  while (revision > trimmed) {
    const row = sql.entry.get(sid, revision);
    const found = row === undefined ? undefined : versionIn(row, id);
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

export function readLog(connection: Connection, space: Space, after: number, limit: number): LogPage {
  const { sid, revision, trimmed } = connection.space(space);
  if (after < trimmed) return { status: 'gone', oldest: trimmed };
  const rows = connection.sql.log.all(sid, Math.min(after, revision), sid, revision, Math.max(0, Math.trunc(limit)));
  return { status: 'ok', entries: rows.map(entryOf), revision };
}
