// Every statement that the store runs, prepared once for a connection. All values are bound, nothing is spliced in.
import type { SqliteDatabase, SqliteStatement, SqlValue } from './driver.ts';
import type { HeadRow } from './rows.ts';

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

export interface SegmentRow {
  readonly seq: number;
  readonly sid: number;
  readonly first: number;
  readonly last: number;
  readonly resources: number;
  readonly merged: number;
  readonly escalated: number;
  readonly open: number;
  readonly body: string;
}

export interface ContentRow {
  readonly id: number;
  readonly refs: number;
  readonly size: number | null;
  readonly place: number | null;
  readonly start: number | null;
}

export interface StoreRow {
  readonly epoch: string;
  readonly settled: number;
  readonly schema: number;
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
  readonly store: Query<StoreRow>;
  readonly setSettled: SqliteStatement;
  readonly space: Query<SpaceRow>;
  readonly spaces: Query<{ readonly name: string }>;
  readonly addSpace: SqliteStatement;
  readonly setTrimmed: SqliteStatement;
  readonly setCounters: SqliteStatement;
  readonly addLog: SqliteStatement;
  readonly tail: Query<SegmentRow>;
  readonly segmentWith: Query<Pick<SegmentRow, 'first' | 'last' | 'body'>>;
  readonly segmentsAfter: Query<Pick<SegmentRow, 'seq' | 'first' | 'last' | 'body'>>;
  readonly segmentBytes: Query<{ readonly bytes: Uint8Array }>;
  readonly addSegment: SqliteStatement;
  readonly dropSegment: SqliteStatement;
  readonly dropLog: SqliteStatement;
  readonly addBlob: SqliteStatement;
  readonly dropBlob: SqliteStatement;
  readonly blob: Query<{ readonly bytes: Uint8Array }>;
  readonly head: Query<HeadRow>;
  readonly headsFrom: Query<HeadRow>;
  readonly headsAfter: Query<HeadRow>;
  readonly putHead: SqliteStatement;
  readonly addMilestone: SqliteStatement;
  readonly milestone: Query<{ readonly revision: number }>;
  readonly dropMilestones: SqliteStatement;
  readonly landed: Query<{ readonly revision: number }>;
  readonly addCommit: SqliteStatement;
  readonly dropCommit: SqliteStatement;
  readonly content: Query<ContentRow>;
  readonly contentBytes: Query<{ readonly bytes: Uint8Array }>;
  readonly lastContent: Query<{ readonly id: number }>;
  readonly addContent: SqliteStatement;
  readonly addKey: SqliteStatement;
  readonly setRefs: SqliteStatement;
  readonly setPlace: SqliteStatement;
  readonly moveBytes: SqliteStatement;
  readonly dropContent: SqliteStatement;
  readonly dropKey: SqliteStatement;
  readonly record: Query<RecordRow>;
  readonly putRecord: SqliteStatement;
  readonly dropRecord: SqliteStatement;
  readonly recordsByAge: Query<RecordRow>;
  readonly recordsByState: Query<RecordRow>;
}

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
    store: query('SELECT epoch, settled, (SELECT user_version FROM pragma_user_version) AS schema FROM store'),
    setSettled: prepare('UPDATE store SET settled = ?'),
    space: query('SELECT sid, trimmed, revision, resources, merged, escalated, open FROM spaces WHERE name = ?'),
    spaces: query('SELECT name FROM spaces ORDER BY name'),
    addSpace: prepare('INSERT INTO spaces (name) VALUES (?)'),
    setTrimmed: prepare('UPDATE spaces SET trimmed = ? WHERE sid = ?'),
    setCounters: prepare(
      'UPDATE spaces SET revision = ?, resources = ?, merged = ?, escalated = ?, open = ? WHERE sid = ?',
    ),
    addLog: prepare('INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    tail: query(`
      SELECT seq, sid, first, last, resources, merged, escalated, open, body FROM log WHERE seq > ? ORDER BY seq`),
    segmentWith: query(`
      SELECT l.first, l.last, l.body FROM log l WHERE l.seq =
        (SELECT seq FROM segments WHERE sid = ? AND last >= ? ORDER BY last LIMIT 1)`),
    segmentsAfter: query(`
      SELECT l.seq, l.first, l.last, l.body FROM segments s JOIN log l ON l.seq = s.seq
      WHERE s.sid = ? AND s.last > ? ORDER BY s.last LIMIT ?`),
    segmentBytes: query('SELECT substr(bytes, ? + 1, ?) AS bytes FROM log WHERE seq = ?'),
    addSegment: prepare('INSERT INTO segments VALUES (?, ?, ?)'),
    dropSegment: prepare('DELETE FROM segments WHERE sid = ? AND last = ?'),
    dropLog: prepare('DELETE FROM log WHERE seq = ?'),
    addBlob: prepare('INSERT INTO blobs (bytes) VALUES (?)'),
    dropBlob: prepare('DELETE FROM blobs WHERE id = ?'),
    blob: query('SELECT bytes FROM blobs WHERE id = ?'),
    head: query(`${HEAD} WHERE sid = ? AND resource = ?`),
    headsFrom: query(`${HEAD} WHERE sid = ? AND resource >= ? ORDER BY resource LIMIT ?`),
    headsAfter: query(`${HEAD} WHERE sid = ? AND resource > ? ORDER BY resource LIMIT ?`),
    putHead: prepare('INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    addMilestone: prepare('INSERT INTO milestones VALUES (?, ?, ?, ?)'),
    milestone: query(
      'SELECT revision FROM milestones WHERE sid = ? AND resource = ? AND version >= ? ORDER BY version LIMIT 1',
    ),
    dropMilestones: prepare('DELETE FROM milestones WHERE sid = ? AND resource = ? AND version <= ?'),
    landed: query('SELECT revision FROM commits WHERE commit_id = ? AND agent = ? AND sid = ?'),
    addCommit: prepare('INSERT OR IGNORE INTO commits VALUES (?, ?, ?, ?)'),
    dropCommit: prepare('DELETE FROM commits WHERE commit_id = ? AND agent = ? AND sid = ? AND revision = ?'),
    content: query(`
      SELECT c.id, c.refs, c.size, c.place, c.start FROM content_keys k JOIN contents c ON c.id = k.id
      WHERE k.key = ? AND c.hash = ?`),
    contentBytes: query('SELECT bytes FROM contents WHERE id = ?'),
    lastContent: query('SELECT coalesce(max(id), 0) AS id FROM contents'),
    addContent: prepare('INSERT INTO contents VALUES (?, ?, ?, ?, ?, ?, NULL)'),
    addKey: prepare('INSERT INTO content_keys VALUES (?, ?)'),
    setRefs: prepare('UPDATE contents SET refs = ? WHERE id = ?'),
    setPlace: prepare('UPDATE contents SET refs = ?, size = ?, place = ?, start = ? WHERE id = ?'),
    moveBytes: prepare(`
      UPDATE contents SET place = NULL, start = NULL,
        bytes = (SELECT substr(l.bytes, contents.start + 1, contents.size) FROM log l WHERE l.seq = contents.place)
      WHERE id = ? AND place = ?`),
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
