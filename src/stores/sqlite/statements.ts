// Every statement that the store runs, prepared once for a connection. All values are bound, nothing is spliced in.
import type { SqliteDatabase, SqliteStatement, SqlValue } from './driver.ts';
import type { HeadRow, HistoryRow, LogRow } from './rows.ts';
import { MAX_REVISION, REVISION_BITS } from './schema.ts';

/** A statement whose rows are known. */
export interface Query<Row> {
  get(...values: SqlValue[]): Row | undefined;
  all(...values: SqlValue[]): Row[];
}

export interface SpaceRow {
  readonly sid: number;
  readonly trimmed: number;
  readonly revision: number;
  readonly resources: number;
  readonly merged: number;
  readonly escalated: number;
  readonly open: number;
}

export interface ContentRow {
  readonly refs: number;
  readonly size: number | null;
  readonly small: Uint8Array | null;
  readonly blob: number | null;
}

export interface RecordRow {
  readonly name: string;
  readonly state: string | null;
  readonly revision: number;
  readonly created: number;
  readonly value: string;
}

export interface Statements {
  readonly begin: SqliteStatement;
  readonly beginWrite: SqliteStatement;
  readonly commit: SqliteStatement;
  readonly dataVersion: Query<{ readonly data_version: number }>;
  readonly epoch: Query<{ readonly epoch: string; readonly schema: number }>;
  readonly space: Query<SpaceRow>;
  readonly spaces: Query<{ readonly name: string }>;
  readonly addSpace: SqliteStatement;
  readonly setTrimmed: SqliteStatement;
  readonly head: Query<HeadRow>;
  readonly headFrom: Query<HeadRow>;
  readonly headAfter: Query<HeadRow>;
  readonly addVersion: SqliteStatement;
  readonly dropVersion: Query<{ readonly hash: string; readonly size: number | null }>;
  readonly history: Query<HistoryRow>;
  readonly addLog: SqliteStatement;
  readonly byCommit: Query<LogRow>;
  readonly log: Query<LogRow>;
  readonly trimLog: Query<{ readonly revision: number; readonly body: string }>;
  readonly trimCounters: Query<Pick<SpaceRow, 'resources' | 'merged' | 'escalated' | 'open'>>;
  readonly dropLog: SqliteStatement;
  readonly content: Query<ContentRow>;
  readonly blob: Query<{ readonly bytes: Uint8Array }>;
  readonly addBlob: SqliteStatement;
  readonly dropBlob: SqliteStatement;
  readonly putContent: SqliteStatement;
  readonly setRefs: SqliteStatement;
  readonly dropContent: SqliteStatement;
  readonly record: Query<RecordRow>;
  readonly putRecord: SqliteStatement;
  readonly dropRecord: SqliteStatement;
  readonly recordsByAge: Query<RecordRow>;
  readonly recordsByState: Query<RecordRow>;
}

const ID = `((? << ${REVISION_BITS}) | ?)`;
const REVISION = `id & ${MAX_REVISION}`;
const LOG = `SELECT ${REVISION} AS revision, agent, commit_id, at, body FROM log`;
const HEAD = 'SELECT resource, version, revision, born, hash, size, media_type, agent, at, deleted FROM versions';
const RECORD = 'SELECT name, state, revision, created, value FROM records';

export function prepareStatements(db: SqliteDatabase): Statements {
  const prepare = (sql: string): SqliteStatement => db.prepare(sql);
  const query = <Row>(sql: string): Query<Row> => db.prepare(sql) as Query<Row>;
  return {
    begin: prepare('BEGIN'),
    beginWrite: prepare('BEGIN IMMEDIATE'),
    commit: prepare('COMMIT'),
    dataVersion: query('PRAGMA data_version'),
    epoch: query('SELECT epoch, (SELECT user_version FROM pragma_user_version) AS schema FROM store'),
    space: query(`
      SELECT s.sid, s.trimmed, coalesce(l.${REVISION}, s.trimmed) AS revision,
        coalesce(l.resources, s.resources) AS resources, coalesce(l.merged, s.merged) AS merged,
        coalesce(l.escalated, s.escalated) AS escalated, coalesce(l.open, s.open) AS open
      FROM spaces s LEFT JOIN log l ON l.id = (
        SELECT max(id) FROM log WHERE id BETWEEN (s.sid << ${REVISION_BITS}) AND (s.sid << ${REVISION_BITS}) | ${MAX_REVISION}
      ) WHERE s.name = ?`),
    spaces: query('SELECT name FROM spaces ORDER BY name'),
    addSpace: prepare('INSERT INTO spaces (name) VALUES (?)'),
    setTrimmed: prepare(
      'UPDATE spaces SET trimmed = ?, resources = ?, merged = ?, escalated = ?, open = ? WHERE sid = ?',
    ),
    head: query(`${HEAD} WHERE sid = ? AND resource = ? ORDER BY version DESC LIMIT 1`),
    headFrom: query(`${HEAD} WHERE sid = ? AND resource >= ? ORDER BY resource, version DESC LIMIT 1`),
    headAfter: query(`${HEAD} WHERE sid = ? AND resource > ? ORDER BY resource, version DESC LIMIT 1`),
    addVersion: prepare('INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    dropVersion: query('DELETE FROM versions WHERE sid = ? AND resource = ? AND version = ? RETURNING hash, size'),
    history: query(`
      SELECT v.resource, v.version, v.revision, v.born, v.hash, v.size, v.media_type, v.agent, v.at, v.deleted,
        l.commit_id, l.body
      FROM versions v LEFT JOIN log l ON l.id = ((v.sid << ${REVISION_BITS}) | v.revision)
      WHERE v.sid = ? AND v.resource = ? AND v.version < ? ORDER BY v.version DESC LIMIT ?`),
    addLog: prepare(`INSERT INTO log VALUES (${ID}, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    byCommit: query(`${LOG} WHERE sid = ? AND agent = ? AND commit_id = ?`),
    log: query(`${LOG} WHERE id > ${ID} AND id <= ${ID} ORDER BY id LIMIT ?`),
    trimLog: query(
      `SELECT ${REVISION} AS revision, body FROM log WHERE id > ${ID} AND id <= ${ID} ORDER BY id LIMIT ?`,
    ),
    trimCounters: query(`SELECT resources, merged, escalated, open FROM log WHERE id = ${ID}`),
    dropLog: prepare(`DELETE FROM log WHERE id > ${ID} AND id <= ${ID}`),
    content: query('SELECT refs, size, small, blob FROM contents WHERE hash = ?'),
    blob: query('SELECT bytes FROM blobs WHERE id = ?'),
    addBlob: prepare('INSERT INTO blobs (bytes) VALUES (?)'),
    dropBlob: prepare('DELETE FROM blobs WHERE id = ?'),
    putContent: prepare(`
      INSERT INTO contents VALUES (?, 1, ?, ?, ?) ON CONFLICT (hash) DO UPDATE SET refs = refs + 1,
        small = iif(size IS NULL, excluded.small, small), blob = iif(size IS NULL, excluded.blob, blob),
        size = coalesce(size, excluded.size)`),
    setRefs: prepare('UPDATE contents SET refs = ? WHERE hash = ?'),
    dropContent: prepare('DELETE FROM contents WHERE hash = ?'),
    record: query(`${RECORD} WHERE sid = ? AND kind = ? AND name = ?`),
    putRecord: prepare(`
      INSERT INTO records (sid, kind, name, state, revision, created, value) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (sid, kind, name) DO UPDATE SET
        state = excluded.state, revision = excluded.revision, value = excluded.value`),
    dropRecord: prepare('DELETE FROM records WHERE sid = ? AND kind = ? AND name = ?'),
    recordsByAge: query(
      `${RECORD} WHERE sid = ? AND kind = ? AND (created, name) > (?, ?) ORDER BY created, name LIMIT ?`,
    ),
    recordsByState: query(
      `${RECORD} WHERE sid = ? AND kind = ? AND state = ? AND (created, name) > (?, ?) ORDER BY created, name LIMIT ?`,
    ),
  };
}
