// Everything that only reads. Each is one statement, so that it sees one moment of the database.

import type { Page, PageRequest } from '../../core/page.ts';
import type { ResourceId, Space } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import { recordPlace } from '../check.ts';
import { fromText, toText } from '../escaped-text.ts';
import type { CommitStatus, Counts, LogEntry, LogPage, Snapshot, StoredRecord, VersionEntry } from '../store.ts';
import type { Connection, Reader } from './connection.ts';
import { commitKey, markOf } from './encode.ts';
import { entryOf, type HeadRow, headOf, metaOf, recordOf } from './rows.ts';
import type { Row } from './session.ts';

const headColumns = ['id', 'version', 'revision', 'born', 'hash', 'size', 'media', 'agent', 'at', 'deleted'] as const;

/** The head columns of a table, under `h_…` names, beside others. */
const asHead = (table: string): string => headColumns.map((name) => `${table}.${name} as h_${name}`).join(', ');

function prefixedHead(row: Row): Head | undefined {
  if (row['h_id'] === null) return undefined;
  return headOf(Object.fromEntries(headColumns.map((name) => [name, row[`h_${name}`]])) as unknown as HeadRow);
}

/** An entry with the heads that it wrote, in the order of its writes. */
const entryColumns = `e.revision, e.agent, e.commit_id, e.fingerprint, e.at, e.base, e.base_hash, e.guards, e.meta,
  (select coalesce(json_agg(json_build_object(${headColumns.map((name) => `'${name}', v.${name}`).join(', ')})
    order by v.place), '[]') from @.log v where v.sid = e.sid and v.revision = e.revision and v.id is not null) as heads`;

/** The row of a commit that the log still tells. */
const isEntry = 'e.key is not null';

// A space is looked up in a subquery of its own. Joined, its number is no constant to the planner, which then does not see that
// an index has the order that is asked for: it would read all there is, sort it and throw most of it away. Nor does it know how
// few rows a page has: what belongs to each of them is looked up one by one, by a limit.
const SID = '(select s.sid from @.space s where s.name = $1)';

/** Pages in order: each reads as many rows as it answers, however many there are. */
export const LIST: string = `select ${asHead('h')} from @.head h
  where h.sid = ${SID} and h.id >= $2 and h.id <= $3 and starts_with(h.id, $2) and h.id > $4 order by h.id limit $5`;

export const HISTORY: string = `select ${asHead('v')}, e.commit_id, e.meta from (
    select ${headColumns.join(', ')}, sid from @.log v
    where v.sid = ${SID} and v.id = $2 and v.version < $3 order by v.version desc limit $4
  ) v left join lateral (
    select o.commit_id, o.meta from @.log o where o.sid = v.sid and o.revision = v.revision and o.place = 0 limit 1
  ) e on true order by v.version desc`;

const recordsWhere = (more: string): string => `select * from @.record c
  where c.sid = ${SID} and c.kind = $2 and (c.created, c.id) > ($3::bigint, $4::text) ${more}
  order by c.created, c.id limit $5`;

export const RECORDS: string = recordsWhere('');
export const RECORDS_IN_STATE: string = recordsWhere('and c.state = $6');

export function limitOf(limit: number | undefined): number {
  return Math.max(1, Math.trunc(limit ?? 100));
}

const SNAPSHOT = `select m.value as epoch, s.revision as at_revision, s.trimmed, ${asHead('h')} from @.meta m
  left join @.space s on s.name = $1 left join @.head h on h.sid = s.sid and h.id = any($2::text[])
  where m.name = 'epoch'`;

export async function readSnapshot(connection: Reader, space: Space, ids: readonly ResourceId[]): Promise<Snapshot> {
  const rows = await connection.read(SNAPSHOT, [toText(space), [...new Set(ids)]]);
  const heads = new Map(rows.map((row) => [row['h_id'] as string, prefixedHead(row)]));
  const [first] = rows;
  return {
    epoch: first?.['epoch'] as string,
    revision: Number(first?.['at_revision'] ?? 0),
    trimmed: Number(first?.['trimmed'] ?? 0),
    heads: ids.map((id) => {
      const head = heads.get(id);
      return head === undefined ? undefined : { ...head };
    }),
  };
}

export async function readContent(connection: Connection, hash: string): Promise<Uint8Array | undefined> {
  const [row] = await connection.read(
    `select coalesce((select c.bytes from @.content c where c.hash = $1),
       (select e.bytes from @.log e where e.mark = $2 and e.hash = $1 limit 1)) as bytes`,
    [toText(hash), markOf(hash)],
  );
  const bytes = row?.['bytes'] ?? null;
  return bytes === null ? undefined : new Uint8Array(bytes as Uint8Array);
}

const ENTRY = `select ${entryColumns} from @.log e join @.space s on s.sid = e.sid
  where s.name = $1 and e.revision = $2 and e.place = 0 and ${isEntry}`;

export async function readEntry(connection: Connection, space: Space, revision: number): Promise<LogEntry | undefined> {
  const [row] = await connection.read(ENTRY, [toText(space), revision]);
  return row === undefined ? undefined : entryOf(row);
}

const STATUS = `select s.trimmed, ${entryColumns} from @.space s
  left join @.log e on e.sid = s.sid and e.key = $2::uuid and ${isEntry} where s.name = $1`;

export async function readStatus(
  connection: Connection,
  space: Space,
  agent: string,
  commitId: string,
): Promise<CommitStatus> {
  const [row] = await connection.read(STATUS, [toText(space), commitKey(agent, commitId)]);
  if (row === undefined) return { status: 'absent', trimmed: 0 };
  if (row['revision'] === null) return { status: 'absent', trimmed: Number(row['trimmed']) };
  return { status: 'committed', entry: entryOf(row) };
}

/** The greatest code point, as often as an id could have it behind a prefix: no id is above. */
const TOP = '\u{10ffff}'.repeat(4);

export async function listHeads(
  connection: Connection,
  space: Space,
  prefix: string,
  page: PageRequest,
): Promise<Page<Head>> {
  const limit = limitOf(page.limit);
  // No id has such characters, and PostgreSQL refuses to compare with them.
  if (`${prefix}${page.after ?? ''}`.includes('\0') || !prefix.isWellFormed()) return { items: [] };
  const rows = await connection.read(LIST, [toText(space), prefix, prefix + TOP, page.after ?? '', limit + 1]);
  const items = rows.slice(0, limit).flatMap((row) => prefixedHead(row) ?? []);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: last.resource } : { items };
}

/** Newest first. A version from before the trim point that is still held comes without what its commit said. */
export async function readHistory(
  connection: Connection,
  space: Space,
  id: ResourceId,
  page: PageRequest,
): Promise<Page<VersionEntry>> {
  const limit = limitOf(page.limit);
  const below = page.after === undefined ? Number.MAX_SAFE_INTEGER : Number(page.after);
  const rows = await connection.read(HISTORY, [toText(space), id, below, limit + 1]);
  const items = rows.slice(0, limit).map(versionOf);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: String(last.head.version) } : { items };
}

function versionOf(row: Row): VersionEntry {
  const head = prefixedHead(row) as Head;
  if (row['commit_id'] === null) return { head, commitId: '', outcome: 'committed' };
  const { outcome, note, strategy } = metaOf(row);
  return {
    head,
    commitId: fromText(row['commit_id'] as string),
    outcome,
    ...(note === undefined ? {} : { note }),
    ...(strategy === undefined ? {} : { strategy }),
  };
}

export async function readRecord(
  connection: Connection,
  space: Space,
  kind: string,
  id: string,
): Promise<StoredRecord | undefined> {
  const [row] = await connection.read(
    'select c.* from @.record c join @.space s on s.sid = c.sid where s.name = $1 and c.kind = $2 and c.id = $3',
    [toText(space), toText(kind), toText(id)],
  );
  return row === undefined ? undefined : recordOf(row);
}

/** Oldest first. The cursor is the last one's place, `created:id`. */
export async function readRecords(
  connection: Connection,
  space: Space,
  kind: string,
  { state }: { readonly state?: string },
  page: PageRequest,
): Promise<Page<StoredRecord>> {
  const limit = limitOf(page.limit);
  const { created, id } = placeOf(page.after);
  const rows = await connection.read(state === undefined ? RECORDS : RECORDS_IN_STATE, [
    toText(space),
    toText(kind),
    created,
    id,
    limit + 1,
    ...(state === undefined ? [] : [toText(state)]),
  ]);
  const items = rows.slice(0, limit).map(recordOf);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: `${last.created}:${last.id}` } : { items };
}

function placeOf(after: string | undefined): { readonly created: number; readonly id: string } {
  if (after === undefined) return { created: -1, id: '' };
  const { created, id } = recordPlace(after);
  return { created, id: toText(id) };
}

export async function readCounts(connection: Connection, space: Space): Promise<Counts> {
  const [row] = await connection.read('select * from @.space where name = $1', [toText(space)]);
  const count = (name: string): number => Number(row?.[name] ?? 0);
  // Revisions have no holes here, so the last one is the number of entries ever written.
  return {
    revision: count('revision'),
    resources: count('resources'),
    commits: count('revision'),
    merged: count('merged'),
    escalated: count('escalated'),
    open: count('open'),
  };
}

const LOG = `select s.revision as at_revision, s.trimmed, e.* from @.space s left join lateral (
    select ${entryColumns} from @.log e
    where e.sid = s.sid and e.revision > $2 and ${isEntry} order by e.revision limit $3
  ) e on true where s.name = $1 order by e.revision`;

export async function readLog(connection: Connection, space: Space, after: number, limit: number): Promise<LogPage> {
  const rows = await connection.read(LOG, [toText(space), Math.trunc(after), Math.max(0, Math.ceil(limit))]);
  const [first] = rows;
  const trimmed = Number(first?.['trimmed'] ?? 0);
  if (after < trimmed) return { status: 'gone', oldest: trimmed };
  const entries = rows.filter((row) => row['revision'] !== null).map(entryOf);
  return { status: 'ok', entries, revision: Number(first?.['at_revision'] ?? 0) };
}
