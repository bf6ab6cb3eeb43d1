// Records: small guarded values by kind and id. Runs inside the caller's transaction.
import type { Page, PageRequest } from '../../core/page.ts';
import { recordPlace, recordText } from '../check.ts';
import { fromText, toText } from '../escaped-text.ts';
import { openHashes } from '../open-hashes.ts';
import type { RecordWrite, StoredRecord } from '../store.ts';
import type { RecordRow, Statements } from './statements.ts';

function recordOf(kind: string, row: RecordRow): StoredRecord {
  return {
    kind,
    id: fromText(row.name),
    ...(row.state === null ? {} : { state: fromText(row.state) }),
    value: JSON.parse(row.value) as unknown,
    revision: row.revision,
    created: row.created,
  };
}

export function getRecord(sql: Statements, sid: number, kind: string, id: string): StoredRecord | undefined {
  const row = sql.record.get(sid, toText(kind), toText(id));
  return row === undefined ? undefined : recordOf(kind, row);
}

export function staleRecords(sql: Statements, sid: number, writes: readonly RecordWrite[]): string[] {
  return writes
    .filter(({ kind, id, expected }) => (sql.record.get(sid, toText(kind), toText(id))?.revision ?? 0) !== expected)
    .map(({ id }) => id);
}

export interface RecordEffect {
  /** Change of the number of open conflicts. */
  readonly opened: number;
  /** Contents that an open conflict named before: the entry that changed it holds them from now on. */
  readonly passed: readonly string[];
  /** Contents that it names now, whether their bytes are here (yet) or not. */
  readonly held: readonly string[];
}

export function putRecord(sql: Statements, sid: number, write: RecordWrite, revision: number): RecordEffect {
  const { kind, id, state, value } = write;
  const before = getRecord(sql, sid, kind, id);
  if (value === null) sql.dropRecord.run(sid, toText(kind), toText(id));
  else {
    const word = state === undefined ? null : toText(state);
    sql.putRecord.run(sid, toText(kind), toText(id), word, revision, revision, recordText(id, value));
  }
  if (kind !== 'conflict') return { opened: 0, passed: [], held: [] };
  const after = value === null || state === undefined ? undefined : { state, value };
  const isOpen = (record: { readonly state?: string } | undefined): number => (record?.state === 'open' ? 1 : 0);
  return {
    opened: isOpen(after) - isOpen(before),
    passed: openHashes(kind, before),
    held: openHashes(kind, after),
  };
}

/** Oldest first. The cursor is the last one's place, `created:id`. */
export function pageRecords(
  sql: Statements,
  sid: number,
  kind: string,
  state: string | undefined,
  page: PageRequest & { readonly limit: number },
): Page<StoredRecord> {
  const { created, name } = placeOf(page.after);
  const more = page.limit + 1;
  const rows =
    state === undefined
      ? sql.recordsByAge.all(sid, toText(kind), created, name, more)
      : sql.recordsByState.all(sid, toText(kind), toText(state), created, name, more);
  const items = rows.slice(0, page.limit).map((row) => recordOf(kind, row));
  const last = items.at(-1);
  return rows.length > page.limit && last !== undefined ? { items, next: `${last.created}:${last.id}` } : { items };
}

function placeOf(after: string | undefined): { readonly created: number; readonly name: string } {
  if (after === undefined) return { created: -1, name: '' };
  const { created, id } = recordPlace(after);
  return { created, name: toText(id) };
}
