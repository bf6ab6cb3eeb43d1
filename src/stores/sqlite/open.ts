// Opening a file: created safely, checked to be ours, brought to the newest schema, and its settings read back, so
// that a store never runs with less durability than it promises. Safe when several processes open a new file at once.
import { closeSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { EntenteError } from '../../core/errors.ts';
import type { SqliteDatabase, SqliteOpener } from './driver.ts';
import { faultOf } from './errors.ts';
import type { LockOptions } from './lock.ts';
import { withRetry } from './lock.ts';
import type { Migration } from './schema.ts';
import { migrate, migrations, needsMigration, pragma } from './schema.ts';

/** Below this version, several connections to one file can corrupt it when the write-ahead log is reset. */
const MENDED = [3, 51, 3] as const;

export interface OpenOptions extends LockOptions {
  readonly onWarning: (message: string) => void;
  readonly migrations?: readonly Migration[];
}

/** The absolute path of a database, or `misuse`. */
export function databasePath(path: string): string {
  if (typeof path !== 'string' || path === '' || path === ':memory:' || path.includes('\0')) {
    throw new EntenteError('misuse', 'The SQLite store needs the path of a file.', {
      next: "Give createSqliteStore({ path: 'FILE' }); for a store without a file use createMemoryStore().",
    });
  }
  return resolve(path);
}

/**
 * Makes an empty file that only its owner may read. An existing file is not touched: opening and closing it here
 * would drop the locks that this process may hold on it (POSIX record locks).
 */
export function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw creationFault(error, path);
    refuseFolder(path);
  }
}

function creationFault(error: unknown, path: string): EntenteError {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new EntenteError('not-found', `The folder of ${path} does not exist.`, {
        next: `Create it first: mkdir -p '${dirname(path)}'.`,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new EntenteError('read-only', `${path} does not exist and cannot be created: its folder is read-only.`, {
        next: 'Give this user write permission for the folder, or name another file.',
      });
    default:
      return faultOf(error, path);
  }
}

function refuseFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  throw new EntenteError('misuse', `${path} is a folder, not a database file.`, { next: 'Name a file inside it.' });
}

/** `not-found` when there is no such file. */
export function requireFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) {
    throw new EntenteError('not-found', `There is no file ${path}.`, { next: 'Check the path.' });
  }
  refuseFolder(path);
}

export async function openFile(open: SqliteOpener, path: string, options: OpenOptions): Promise<SqliteDatabase> {
  createFile(path);
  let db: SqliteDatabase | undefined;
  try {
    db = await withRetry(() => open(path, { readOnly: false }), options);
    await prepareDatabase(db, options);
    return db;
  } catch (error) {
    db?.close();
    throw faultOf(error, path);
  }
}

/** Settings, ownership, schema. Nothing is written to a file that is not ours. */
export async function prepareDatabase(db: SqliteDatabase, options: OpenOptions): Promise<void> {
  const list = options.migrations ?? migrations;
  db.exec('PRAGMA busy_timeout = 0; PRAGMA foreign_keys = OFF;');
  const stale = await withRetry(() => needsMigration(db, options.place, list), options);
  await withRetry(() => useWal(db), options);
  db.exec('PRAGMA synchronous = FULL;');
  assertSettings(db, options.place);
  if (stale) {
    await withRetry(() => {
      db.exec('BEGIN IMMEDIATE');
      try {
        migrate(db, options.place, list);
        db.exec('COMMIT');
      } catch (error) {
        rollBack(db);
        throw error;
      }
    }, options);
  }
  warnOfVersion(db, options.onWarning);
}

function useWal(db: SqliteDatabase): void {
  if (pragma(db, 'journal_mode') !== 'wal') pragma(db, 'journal_mode = WAL');
}

/** Settings that the promises rest on, read back: a build or a file may have refused them. */
function assertSettings(db: SqliteDatabase, place: string): void {
  const wanted = { journal_mode: 'wal', synchronous: 2, busy_timeout: 0, foreign_keys: 0 } as const;
  for (const [name, value] of Object.entries(wanted)) {
    const actual = pragma(db, name);
    if (actual === value) continue;
    throw new EntenteError(
      'store-unavailable',
      `${place}: SQLite runs with ${name} = ${String(actual)}, not ${value}.`,
      {
        next: 'Put the file on a local disk: network file systems and some builds cannot keep what the store promises.',
      },
    );
  }
}

/** What to say about this version of SQLite, where there is something to say. */
export function versionWarning(version: string): string | undefined {
  const parts = version.split('.').map(Number);
  for (const [index, wanted] of MENDED.entries()) {
    const part = parts[index] ?? 0;
    if (part > wanted) return undefined;
    if (part < wanted) {
      return `SQLite ${version} can corrupt a file that several processes have open (mended in ${MENDED.join('.')}): use it from one process only, or install a newer driver.`;
    }
  }
  return undefined;
}

function warnOfVersion(db: SqliteDatabase, onWarning: (message: string) => void): void {
  const row = db.prepare('SELECT sqlite_version() AS version').get() as { readonly version: string };
  const warning = versionWarning(row.version);
  if (warning !== undefined) onWarning(warning);
}

/** Ends a transaction whatever state it is in: SQLite ends some itself when they fail. */
export function rollBack(db: SqliteDatabase): void {
  try {
    db.exec('ROLLBACK');
  } catch {
    // There was none left.
  }
}
