// The tables, and how an older file becomes a newer one. A commit writes one row of the log and nothing else: that row
// is the commit, the history of versions and the counters, and it brings its small contents along. The tables below the
// line are derived from the log and follow it in steps (settle.ts); records and large contents are written at once.
import { EntenteError } from '../../core/errors.ts';
import type { SqliteDatabase } from './driver.ts';

/** In the header of every file of ours ('ent2'): a database of somebody else is never written to. */
export const APPLICATION_ID = 0x656e7432;

/** A layout from before the first release ('ent1'), which no released entente has ever written. */
const UNRELEASED_ID = 0x656e7431;

export const MAX_REVISION: number = 2 ** 42 - 1;

/** Versions of one resource between two milestones. */
export const MILESTONE = 64;

/** Brings the schema from the version of its place in the list to the next one. */
export type Migration = (db: SqliteDatabase) => void;

const first: Migration = (db) => {
  db.exec(`
    -- The log up to the row \`settled\` is in the derived tables. schema is the file's user_version once more: here the
    -- statement that appends to the log can look at it.
    CREATE TABLE store (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      epoch TEXT NOT NULL,
      settled INTEGER NOT NULL,
      schema INTEGER NOT NULL
    );
    INSERT INTO store VALUES (1, lower(hex(randomblob(16))), 0, 1);
    -- A segment: commits of one transaction to one space, with the revisions first to last. body has a line for each
    -- (entries.ts), bytes their small contents one after another; the counters are those after the last one.
    -- Across the spaces seq only grows, and no seq is ever given twice.
    CREATE TABLE log (
      seq INTEGER PRIMARY KEY,
      sid INTEGER NOT NULL,
      first INTEGER NOT NULL,
      last INTEGER NOT NULL,
      resources INTEGER NOT NULL,
      merged INTEGER NOT NULL,
      escalated INTEGER NOT NULL,
      open INTEGER NOT NULL,
      body TEXT NOT NULL,
      bytes BLOB
    );
    -- The log is evidence: it is never rewritten, and goes only from its beginning, behind the stored trim point.
    CREATE TRIGGER log_update BEFORE UPDATE ON log BEGIN
      SELECT raise(ABORT, 'log entries cannot be changed');
    END;
    CREATE TRIGGER log_delete BEFORE DELETE ON log
      WHEN old.last > (SELECT trimmed FROM spaces WHERE sid = old.sid) BEGIN
      SELECT raise(ABORT, 'log entries go only by trim');
    END;
    -- Contents that do not stand in the log, by hash: large ones, those that outlived their entry, and those that an
    -- open conflict names. refs counts who needs them; blob is null while only the name is held.
    CREATE TABLE contents (
      hash TEXT PRIMARY KEY,
      refs INTEGER NOT NULL,
      size INTEGER,
      blob INTEGER
    ) WITHOUT ROWID;
    CREATE TABLE blobs (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);

    -- Derived from here on. A space's row is written when it begins; its counters are those of its last settled commit.
    CREATE TABLE spaces (
      sid INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      trimmed INTEGER NOT NULL DEFAULT 0,
      revision INTEGER NOT NULL DEFAULT 0,
      resources INTEGER NOT NULL DEFAULT 0,
      merged INTEGER NOT NULL DEFAULT 0,
      escalated INTEGER NOT NULL DEFAULT 0,
      open INTEGER NOT NULL DEFAULT 0
    );
    -- Which row of the log has a revision.
    CREATE TABLE segments (
      sid INTEGER NOT NULL,
      last INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      PRIMARY KEY (sid, last)
    ) WITHOUT ROWID;
    CREATE TABLE heads (
      sid INTEGER NOT NULL,
      resource TEXT NOT NULL,
      version INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      born INTEGER NOT NULL,
      hash TEXT NOT NULL,
      size INTEGER,
      media_type TEXT,
      agent TEXT NOT NULL,
      at INTEGER NOT NULL,
      deleted INTEGER NOT NULL,
      PRIMARY KEY (sid, resource)
    ) WITHOUT ROWID;
    -- The commitId comes first: ids of one maker differ in their ends, so that new ones stand side by side.
    CREATE TABLE commits (
      commit_id TEXT NOT NULL,
      agent TEXT NOT NULL,
      sid INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      PRIMARY KEY (commit_id, agent, sid)
    ) WITHOUT ROWID;
    -- Every 64th version's revision: where to start when a long history is read from its middle.
    CREATE TABLE milestones (
      sid INTEGER NOT NULL,
      resource TEXT NOT NULL,
      version INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      PRIMARY KEY (sid, resource, version)
    ) WITHOUT ROWID;
    -- Where the small contents of the log are: the beginning of the hash, the segment, the line. Hashes are random, and
    -- so is the place of a new one in an index; so they gather in a small table until they are worth the pages of the
    -- large one.
    CREATE TABLE young_places (
      key INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      line INTEGER NOT NULL,
      PRIMARY KEY (key, seq, line)
    ) WITHOUT ROWID;
    CREATE TABLE places (
      key INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      line INTEGER NOT NULL,
      PRIMARY KEY (key, seq, line)
    ) WITHOUT ROWID;

    -- Small guarded values; written at once, like contents.
    CREATE TABLE records (
      id INTEGER PRIMARY KEY,
      sid INTEGER NOT NULL,
      kind TEXT NOT NULL,
      name TEXT NOT NULL,
      state TEXT,
      revision INTEGER NOT NULL,
      created INTEGER NOT NULL,
      value TEXT NOT NULL
    );
    CREATE UNIQUE INDEX records_name ON records (sid, kind, name);
    CREATE INDEX records_age ON records (sid, kind, created, name);
    CREATE INDEX records_state ON records (sid, kind, state, created, name);
  `);
};

/** Places that are young gather as lumps (young.ts), of which one is a row: in an index each would change a page of its own. */
const second: Migration = (db) => {
  db.exec(`
    INSERT INTO places SELECT key, seq, line FROM young_places ORDER BY key, seq, line;
    DROP TABLE young_places;
    CREATE TABLE young_places (first INTEGER PRIMARY KEY, places BLOB NOT NULL);
  `);
};

export const migrations: readonly Migration[] = [first, second];

/** Every table, in the order in which a restore copies them. */
export const tables: readonly string[] = [
  'store',
  'spaces',
  'log',
  'contents',
  'blobs',
  'segments',
  'heads',
  'commits',
  'milestones',
  'young_places',
  'places',
  'records',
];

export interface FileState {
  readonly applicationId: number;
  readonly schema: number;
  readonly empty: boolean;
}

export function fileState(db: SqliteDatabase): FileState {
  return {
    applicationId: pragma(db, 'application_id') as number,
    schema: pragma(db, 'user_version') as number,
    empty: db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined,
  };
}

/** Throws when the file is not ours or is from a newer entente; true when the schema must be made or brought forward. */
export function needsMigration(db: SqliteDatabase, place: string, list: readonly Migration[]): boolean {
  const { applicationId, schema, empty } = fileState(db);
  if (empty && applicationId === 0) return true;
  if (applicationId === UNRELEASED_ID) {
    throw new EntenteError('store-corrupt', `${place} has a layout from before the first release of entente.`, {
      next: 'Export it with the entente that made it; this one does not read it and leaves it as it is.',
    });
  }
  if (applicationId !== APPLICATION_ID) {
    throw new EntenteError('store-corrupt', `${place} is an SQLite database, but not one of entente.`, {
      next: 'Name another file; this one is left as it is.',
    });
  }
  if (schema > list.length) {
    throw new EntenteError(
      'store-newer',
      `${place} has schema ${schema}; this entente knows schemas up to ${list.length}.`,
      { next: 'Install a newer entente: npm install entente@latest.', schema, known: list.length },
    );
  }
  return schema < list.length;
}

/** To be called in a transaction that holds the write lock: another process may have been here first. */
export function migrate(db: SqliteDatabase, place: string, list: readonly Migration[]): void {
  if (!needsMigration(db, place, list)) return;
  const from = pragma(db, 'user_version') as number;
  for (const step of list.slice(from)) step(db);
  db.exec(`
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${list.length};
    UPDATE store SET schema = ${list.length};
  `);
}

/** The value of a pragma, whatever its column is called. */
export function pragma(db: SqliteDatabase, name: string): unknown {
  const row = db.prepare(`PRAGMA ${name}`).get();
  return row === undefined || row === null ? undefined : Object.values(row)[0];
}
