// The questions that change nothing. Each runs on one snapshot of the database.
import type { Page, PageRequest } from '../../core/page.ts';
import type { ResourceId, Space } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import type { CommitStatus, Counts, LogPage, Snapshot, VersionEntry } from '../store.ts';
import type { Connection } from './connection.ts';
import { entryOf, headOf, toText, versionEntryOf } from './rows.ts';

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
  const row = connection.sql.byCommit.get(sid, agent, toText(commitId));
  return row === undefined ? { status: 'absent', trimmed } : { status: 'committed', entry: entryOf(row) };
}

/** One seek for each head: the versions in between are stepped over, and no pattern is ever built from user text. */
export function listHeads(connection: Connection, space: Space, prefix: string, page: PageRequest): Page<Head> {
  const { sid } = connection.space(space);
  const { headFrom, headAfter } = connection.sql;
  const limit = limitOf(page.limit);
  const { after } = page;
  const goesOn = after !== undefined && Buffer.compare(Buffer.from(after), Buffer.from(prefix)) >= 0;
  const items: Head[] = [];
  let row = goesOn ? headAfter.get(sid, after) : headFrom.get(sid, prefix);
  while (row?.resource.startsWith(prefix)) {
    const last = items.at(-1);
    if (items.length === limit && last !== undefined) return { items, next: last.resource };
    items.push(headOf(row));
    row = headAfter.get(sid, row.resource);
  }
  return { items };
}

export function readHistory(
  connection: Connection,
  space: Space,
  id: ResourceId,
  page: PageRequest,
): Page<VersionEntry> {
  const { sid } = connection.space(space);
  const limit = limitOf(page.limit);
  const below = page.after === undefined ? Number.MAX_SAFE_INTEGER : Number(page.after);
  const rows = connection.sql.history.all(sid, id, below, limit + 1);
  const items = rows.slice(0, limit).map(versionEntryOf);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: String(last.head.version) } : { items };
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
