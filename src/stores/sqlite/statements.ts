// Every statement that the store runs, prepared once for a connection. All values are bound, nothing is spliced in.
import type { SqliteDatabase, SqliteStatement, SqlValue } from './driver.ts';
import type { HeadRow } from './rows.ts';

/** A statement whose rows are known. */
export interface Query<Row> {
  get(...values: SqlValue[]): Row | undefined;
  all(...values: SqlValue[]): Row[];
}

/** Inserts many rows; the values of all of them one after another. */
export type Bulk = (values: readonly SqlValue[]) => void;

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
  readonly refs: number;
  readonly size: number | null;
  readonly blob: number | null;
}

export interface PlaceRow {
  readonly seq: number;
  readonly line: number;
}

export interface YoungRow {
  readonly first: number;
  readonly places: Uint8Array;
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
  readonly addLogIf: SqliteStatement;
  readonly tail: Query<SegmentRow>;
  readonly segmentWith: Query<Pick<SegmentRow, 'first' | 'last' | 'body'>>;
  readonly segmentsAfter: Query<Pick<SegmentRow, 'seq' | 'first' | 'last' | 'body'>>;
  readonly segment: Query<Pick<SegmentRow, 'first' | 'body'>>;
  readonly segmentBytes: Query<{ readonly bytes: Uint8Array }>;
  readonly addSegments: Bulk;
  readonly dropSegment: SqliteStatement;
  readonly dropLog: SqliteStatement;
  readonly head: Query<HeadRow>;
  readonly headsFrom: Query<HeadRow>;
  readonly headsAfter: Query<HeadRow>;
  readonly putHeads: Bulk;
  readonly addMilestone: SqliteStatement;
  readonly milestone: Query<{ readonly revision: number }>;
  readonly dropMilestones: SqliteStatement;
  readonly landed: Query<{ readonly revision: number }>;
  readonly addCommits: Bulk;
  readonly dropCommit: SqliteStatement;
  readonly content: Query<ContentRow>;
  readonly addContent: SqliteStatement;
  readonly setRefs: SqliteStatement;
  readonly setBlob: SqliteStatement;
  readonly dropContent: SqliteStatement;
  readonly blob: Query<{ readonly bytes: Uint8Array }>;
  readonly addBlob: SqliteStatement;
  readonly dropBlob: SqliteStatement;
  readonly places: Query<PlaceRow>;
  readonly addPlaces: Bulk;
  readonly dropPlace: SqliteStatement;
  readonly young: Query<YoungRow>;
  readonly youngBytes: Query<{ readonly bytes: number }>;
  readonly oldestYoung: Query<{ readonly first: number | null }>;
  readonly addYoung: SqliteStatement;
  readonly clearYoung: SqliteStatement;
  readonly record: Query<RecordRow>;
  readonly putRecord: SqliteStatement;
  readonly dropRecord: SqliteStatement;
  readonly recordsByAge: Query<RecordRow>;
  readonly recordsByState: Query<RecordRow>;
}

const HEAD = 'SELECT resource, version, revision, born, hash, size, media_type, agent, at, deleted FROM heads';
const RECORD = 'SELECT name, state, revision, created, value FROM records';

/**
 * Rows of one statement: to call SQLite costs as much as what it does for a row. `OR ROLLBACK`, where such a statement could
 * fail half way: it takes the transaction with it then, as we would, and SQLite need not write each page down in a
 * temporary file first, to undo this statement alone.
 */
const ROWS = 32;

function bulk(db: SqliteDatabase, insert: string, columns: number): Bulk {
  const row = `(${new Array(columns).fill('?').join(', ')})`;
  const one = db.prepare(`${insert} VALUES ${row}`);
  const many = db.prepare(`${insert} VALUES ${new Array(ROWS).fill(row).join(', ')}`);
  const width = ROWS * columns;
  return (values) => {
    let from = 0;
    for (; from + width <= values.length; from += width) many.run(...values.slice(from, from + width));
    for (; from < values.length; from += columns) one.run(...values.slice(from, from + columns));
  };
}

export function prepareStatements(db: SqliteDatabase): Statements {
  const prepare = (sql: string): SqliteStatement => db.prepare(sql);
  const query = <Row>(sql: string): Query<Row> => db.prepare(sql) as Query<Row>;
  return {
    begin: prepare('BEGIN'),
    beginWrite: prepare('BEGIN IMMEDIATE'),
    commit: prepare('COMMIT'),
    dataVersion: query('PRAGMA data_version'),
    store: query(`
      SELECT epoch, settled, max(schema, (SELECT user_version FROM pragma_user_version)) AS schema FROM store`),
    setSettled: prepare('UPDATE store SET settled = ?'),
    space: query('SELECT sid, trimmed, revision, resources, merged, escalated, open FROM spaces WHERE name = ?'),
    spaces: query('SELECT name FROM spaces ORDER BY name'),
    addSpace: prepare('INSERT INTO spaces (name) VALUES (?)'),
    setTrimmed: prepare('UPDATE spaces SET trimmed = ? WHERE sid = ?'),
    setCounters: prepare(
      'UPDATE spaces SET revision = ?, resources = ?, merged = ?, escalated = ?, open = ? WHERE sid = ?',
    ),
    addLog: prepare('INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    // Where the store is another one there is no sid, and the row is refused: half the cost of INSERT … SELECT.
    addLogIf: prepare(`
      INSERT INTO log VALUES (
        ?, (SELECT ? FROM store WHERE epoch = ? AND settled = ? AND schema = ?), ?, ?, ?, ?, ?, ?, ?, ?)`),
    tail: query(`
      SELECT seq, sid, first, last, resources, merged, escalated, open, body FROM log WHERE seq > ? ORDER BY seq`),
    segmentWith: query(`
      SELECT l.first, l.last, l.body FROM log l WHERE l.seq =
        (SELECT seq FROM segments WHERE sid = ? AND last >= ? ORDER BY last LIMIT 1)`),
    segmentsAfter: query(`
      SELECT l.seq, l.first, l.last, l.body FROM segments s JOIN log l ON l.seq = s.seq
      WHERE s.sid = ? AND s.last > ? ORDER BY s.last LIMIT ?`),
    segment: query('SELECT first, body FROM log WHERE seq = ?'),
    segmentBytes: query('SELECT substr(bytes, ? + 1, ?) AS bytes FROM log WHERE seq = ?'),
    addSegments: bulk(db, 'INSERT OR ROLLBACK INTO segments', 3),
    dropSegment: prepare('DELETE FROM segments WHERE sid = ? AND last = ?'),
    dropLog: prepare('DELETE FROM log WHERE seq = ?'),
    head: query(`${HEAD} WHERE sid = ? AND resource = ?`),
    headsFrom: query(`${HEAD} WHERE sid = ? AND resource >= ? ORDER BY resource LIMIT ?`),
    headsAfter: query(`${HEAD} WHERE sid = ? AND resource > ? ORDER BY resource LIMIT ?`),
    putHeads: bulk(db, 'INSERT OR REPLACE INTO heads', 11),
    addMilestone: prepare('INSERT INTO milestones VALUES (?, ?, ?, ?)'),
    milestone: query(
      'SELECT revision FROM milestones WHERE sid = ? AND resource = ? AND version >= ? ORDER BY version LIMIT 1',
    ),
    dropMilestones: prepare('DELETE FROM milestones WHERE sid = ? AND resource = ? AND version <= ?'),
    landed: query('SELECT revision FROM commits WHERE commit_id = ? AND agent = ? AND sid = ?'),
    addCommits: bulk(db, 'INSERT OR IGNORE INTO commits', 4),
    dropCommit: prepare('DELETE FROM commits WHERE commit_id = ? AND agent = ? AND sid = ? AND revision = ?'),
    content: query('SELECT refs, size, blob FROM contents WHERE hash = ?'),
    addContent: prepare('INSERT INTO contents VALUES (?, 1, ?, ?)'),
    setRefs: prepare('UPDATE contents SET refs = ? WHERE hash = ?'),
    setBlob: prepare('UPDATE contents SET size = ?, blob = ? WHERE hash = ?'),
    dropContent: prepare('DELETE FROM contents WHERE hash = ?'),
    blob: query('SELECT bytes FROM blobs WHERE id = ?'),
    addBlob: prepare('INSERT INTO blobs (bytes) VALUES (?)'),
    dropBlob: prepare('DELETE FROM blobs WHERE id = ?'),
    places: query('SELECT seq, line FROM places WHERE key = ? AND (seq, line) > (?, ?) ORDER BY seq, line LIMIT ?'),
    addPlaces: bulk(db, 'INSERT OR ROLLBACK INTO places', 3),
    dropPlace: prepare('DELETE FROM places WHERE key = ? AND seq = ? AND line = ?'),
    young: query('SELECT first, places FROM young_places ORDER BY first'),
    youngBytes: query('SELECT coalesce(sum(length(places)), 0) AS bytes FROM young_places'),
    oldestYoung: query('SELECT min(first) AS first FROM young_places'),
    addYoung: prepare('INSERT OR ROLLBACK INTO young_places VALUES (?, ?)'),
    clearYoung: prepare('DELETE FROM young_places'),
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
