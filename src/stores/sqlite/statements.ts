// Every statement that the store runs, prepared once for a connection. All values are bound, nothing is spliced in.
import type { SqliteDatabase, SqliteStatement, SqlValue } from './driver.ts';
import type { HeadRow, LogRow } from './rows.ts';
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
  readonly id: number;
  readonly refs: number;
  readonly size: number | null;
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
  readonly headsFrom: Query<HeadRow>;
  readonly headsAfter: Query<HeadRow>;
  readonly putHead: SqliteStatement;
  readonly addMilestone: SqliteStatement;
  readonly milestone: Query<{ readonly revision: number }>;
  readonly dropMilestones: SqliteStatement;
  readonly addLog: SqliteStatement;
  readonly byCommit: Query<LogRow>;
  readonly entry: Query<LogRow>;
  readonly log: Query<LogRow>;
  readonly trimLog: Query<{ readonly revision: number; readonly body: string }>;
  readonly trimCounters: Query<Pick<SpaceRow, 'resources' | 'merged' | 'escalated' | 'open'>>;
  readonly dropLog: SqliteStatement;
  readonly tail: Query<{ readonly indexed: number; readonly last: number }>;
  readonly tailContents: Query<{ readonly id: number; readonly hash: string }>;
  readonly addKeys: SqliteStatement;
  readonly setIndexed: SqliteStatement;
  readonly keyed: Query<ContentRow>;
  readonly content: Query<ContentRow>;
  readonly contentBytes: Query<{ readonly bytes: Uint8Array | null }>;
  readonly blob: Query<{ readonly bytes: Uint8Array }>;
  readonly addContent: SqliteStatement;
  readonly setRefs: SqliteStatement;
  readonly setBytes: SqliteStatement;
  readonly addBlob: SqliteStatement;
  readonly dropBlob: SqliteStatement;
  readonly dropContent: SqliteStatement;
  readonly dropKey: SqliteStatement;
  readonly record: Query<RecordRow>;
  readonly putRecord: SqliteStatement;
  readonly dropRecord: SqliteStatement;
  readonly recordsByAge: Query<RecordRow>;
  readonly recordsByState: Query<RecordRow>;
}

const ID = `((? << ${REVISION_BITS}) | ?)`;
const REVISION = `id & ${MAX_REVISION}`;
const LOG = `SELECT ${REVISION} AS revision, agent, commit_id, at, body FROM log`;
const HEAD = 'SELECT resource, version, revision, born, hash, size, media_type, agent, at, deleted FROM heads';
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
    head: query(`${HEAD} WHERE sid = ? AND resource = ?`),
    headsFrom: query(`${HEAD} WHERE sid = ? AND resource >= ? ORDER BY resource LIMIT ?`),
    headsAfter: query(`${HEAD} WHERE sid = ? AND resource > ? ORDER BY resource LIMIT ?`),
    putHead: prepare('INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    addMilestone: prepare('INSERT INTO milestones VALUES (?, ?, ?, ?)'),
    milestone: query(
      'SELECT revision FROM milestones WHERE sid = ? AND resource = ? AND version >= ? ORDER BY version LIMIT 1',
    ),
    dropMilestones: prepare('DELETE FROM milestones WHERE sid = ? AND resource = ? AND version <= ?'),
    addLog: prepare(`INSERT INTO log VALUES (${ID}, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    byCommit: query(`${LOG} WHERE commit_id = ? AND agent = ? AND sid = ?`),
    entry: query(`${LOG} WHERE id = ${ID}`),
    log: query(`${LOG} WHERE id > ${ID} AND id <= ${ID} ORDER BY id LIMIT ?`),
    trimLog: query(
      `SELECT ${REVISION} AS revision, body FROM log WHERE id > ${ID} AND id <= ${ID} ORDER BY id LIMIT ?`,
    ),
    trimCounters: query(`SELECT resources, merged, escalated, open FROM log WHERE id = ${ID}`),
    dropLog: prepare(`DELETE FROM log WHERE id > ${ID} AND id <= ${ID}`),
    tail: query('SELECT indexed, coalesce((SELECT max(id) FROM contents), 0) AS last FROM store'),
    tailContents: query('SELECT id, hash FROM contents WHERE id > ? ORDER BY id'),
    addKeys: prepare('INSERT INTO content_keys VALUES (?, ?)'),
    setIndexed: prepare('UPDATE store SET indexed = ?'),
    keyed: query(`
      SELECT c.id, c.refs, c.size FROM content_keys k JOIN contents c ON c.id = k.id
      WHERE k.key = ? AND c.hash = ?`),
    content: query('SELECT id, refs, size FROM contents WHERE id = ? AND hash = ?'),
    contentBytes: query('SELECT bytes FROM contents WHERE id = ?'),
    blob: query('SELECT bytes FROM blobs WHERE id = ?'),
    addContent: prepare('INSERT INTO contents VALUES (?, ?, 1, ?, ?)'),
    setRefs: prepare('UPDATE contents SET refs = ? WHERE id = ?'),
    setBytes: prepare('UPDATE contents SET refs = ?, size = ?, bytes = ? WHERE id = ?'),
    addBlob: prepare('INSERT INTO blobs VALUES (?, ?)'),
    dropBlob: prepare('DELETE FROM blobs WHERE id = ?'),
    dropContent: prepare('DELETE FROM contents WHERE id = ?'),
    dropKey: prepare('DELETE FROM content_keys WHERE key = ? AND id = ?'),
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
