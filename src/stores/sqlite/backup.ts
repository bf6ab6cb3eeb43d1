// Copies of a whole store, consistent while others write, and the way back. A restored store gets a new epoch, so that
// tokens and cursors from before are refused instead of being taken for valid ones (rule A10).
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { EntenteError, isEntenteError } from '../../core/errors.ts';
import { auditTables } from './audit.ts';
import { Connection } from './connection.ts';
import type { SqliteDatabase } from './driver.ts';
import { loadDriver } from './driver.ts';
import { faultOf } from './errors.ts';
import { withRetry } from './lock.ts';
import type { OpenOptions } from './open.ts';
import { createFile, databasePath, openFile, prepareDatabase, requireFile, rollBack } from './open.ts';
import { APPLICATION_ID, fileState, MAX_REVISION, migrations, needsMigration, pragma, tables } from './schema.ts';

export interface BackupResult {
  readonly file: string;
  readonly bytes: number;
}

/** What `doctor` tells about a file. */
export interface SqliteReport {
  readonly file: string;
  readonly sqlite: string;
  readonly schema: number;
  readonly epoch: string;
  readonly journalMode: string;
  /** What PRAGMA integrity_check found wrong, or where tables disagree with the log; empty when nothing is. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

function opening(place: string, onWarning: (message: string) => void = () => undefined): OpenOptions {
  return { place, onWarning, random: Math.random, timeoutMs: 5000 };
}

async function withFile<T>(
  path: string,
  work: (db: SqliteDatabase, options: OpenOptions) => T | Promise<T>,
  onWarning?: (message: string) => void,
): Promise<T> {
  const options = opening(path, onWarning);
  const db = await openFile(await loadDriver(), path, options);
  try {
    return await work(db, options);
  } catch (error) {
    throw faultOf(error, path);
  } finally {
    db.close();
  }
}

/**
 * Writes a copy of the store at `path` into a new file, as it is at one moment, while others go on writing. The file
 * appears whole or not at all, and only its owner may read it. Throws `misuse` when it exists already.
 */
export async function backupSqlite(path: string, toFile: string): Promise<BackupResult> {
  const source = databasePath(path);
  const target = databasePath(toFile);
  requireFile(source);
  if (statSync(target, { throwIfNoEntry: false }) !== undefined) throw exists(target);
  const part = `${target}.${randomBytes(6).toString('hex')}.part`;
  createFile(part);
  try {
    await withFile(source, (db, options) => withRetry(() => db.prepare('VACUUM INTO ?').run(part), options));
    syncFile(part);
    publish(part, target);
  } finally {
    rmSync(part, { force: true });
  }
  syncFile(dirname(target));
  return { file: target, bytes: statSync(target).size };
}

function exists(target: string): EntenteError {
  return new EntenteError('misuse', `${target} exists already; a backup never replaces a file.`, {
    next: 'Name a new file, or remove the old one first.',
  });
}

/** A link fails where a rename would silently replace. */
function publish(part: string, target: string): void {
  try {
    linkSync(part, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw exists(target);
    throw error;
  }
}

function syncFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Replaces all that the store at `toPath` holds with the backup in `fromFile`, in one transaction, and gives it a new
 * epoch. The store is made when it is missing. Processes that have it open see the restored state. Throws
 * `store-corrupt` when the backup is damaged or is none of ours, `store-newer` when a newer entente wrote it; then
 * nothing has changed.
 */
export async function restoreSqlite(fromFile: string, toPath: string): Promise<{ readonly epoch: string }> {
  const source = databasePath(fromFile);
  const target = databasePath(toPath);
  requireFile(source);
  if (source === target) {
    throw new EntenteError('misuse', 'A store cannot be restored from its own file.', { next: 'Name the backup.' });
  }
  // The backup itself stays untouched: it may be of an older schema, or on a medium that cannot be written.
  const copy = `${target}.${randomBytes(6).toString('hex')}.part`;
  await copyChecked(source, copy);
  try {
    return await withFile(target, (db, options) => withRetry(() => replaceAll(db, copy), options));
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(copy + suffix, { force: true });
  }
}

async function copyChecked(source: string, copy: string): Promise<void> {
  const open = await loadDriver();
  createFile(copy);
  try {
    const options = opening(source);
    const db = open(source, { readOnly: true });
    try {
      assertBackup(db, source);
      await withRetry(() => db.prepare('VACUUM INTO ?').run(copy), options);
    } finally {
      db.close();
    }
    const copied = open(copy, { readOnly: false });
    try {
      await prepareDatabase(copied, { ...options, place: source });
    } finally {
      copied.close();
    }
  } catch (error) {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(copy + suffix, { force: true });
    throw faultOf(error, source);
  }
}

function assertBackup(db: SqliteDatabase, source: string): void {
  const { applicationId } = fileState(db);
  if (applicationId !== APPLICATION_ID) {
    throw new EntenteError('store-corrupt', `${source} is not a backup of an entente store.`, {
      next: 'Name a file that entente backup has written.',
    });
  }
  needsMigration(db, source, migrations);
  const [problem] = integrityProblems(db);
  if (problem === undefined) return;
  throw new EntenteError('store-corrupt', `${source} is damaged (${problem}); nothing was restored.`, {
    next: 'Use an older backup.',
  });
}

function replaceAll(db: SqliteDatabase, copy: string): { readonly epoch: string } {
  db.prepare('ATTACH ? AS backup').run(copy);
  try {
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(`UPDATE main.spaces SET trimmed = ${MAX_REVISION}`);
      for (const table of [...tables].reverse()) db.exec(`DELETE FROM main.${table}`);
      for (const table of tables) db.exec(`INSERT INTO main.${table} SELECT * FROM backup.${table}`);
      const epoch = newEpoch(db);
      db.exec('COMMIT');
      return { epoch };
    } catch (error) {
      rollBack(db);
      throw error;
    }
  } finally {
    db.exec('DETACH backup');
  }
}

function newEpoch(db: SqliteDatabase): string {
  const row = db.prepare('UPDATE main.store SET epoch = lower(hex(randomblob(16))) RETURNING epoch').get();
  return (row as { readonly epoch: string }).epoch;
}

/** Gives the store a new epoch: for a file that was copied or put back by other means. Old tokens are refused. */
export async function renewEpoch(path: string): Promise<string> {
  const file = databasePath(path);
  requireFile(file);
  return withFile(file, (db, options) => withRetry(() => newEpoch(db), options));
}

function integrityProblems(db: SqliteDatabase): string[] {
  const rows = db.prepare('PRAGMA integrity_check(20)').all() as { readonly integrity_check: string }[];
  return rows.map((row) => row.integrity_check).filter((text) => text !== 'ok');
}

/** Tables are compared with the log where SQLite finds the file whole. */
function allProblems(db: SqliteDatabase, file: string): string[] {
  const problems = integrityProblems(db);
  if (problems.length > 0) return problems;
  const connection = new Connection(db, file, migrations.length);
  try {
    return connection.read(() => auditTables(db, connection));
  } catch (error) {
    // An entry that cannot be read is what is wrong.
    if (isEntenteError(error) && error.code === 'store-corrupt') return [error.message];
    throw error;
  }
}

/**
 * A health report of the store's file: the version of SQLite with its warnings, a full integrity check, and whether the
 * derived tables say what the log says. Takes time and memory with the size of the log.
 */
export async function checkSqlite(path: string): Promise<SqliteReport> {
  const file = resolve(databasePath(path));
  requireFile(file);
  const warnings: string[] = [];
  return withFile(
    file,
    (db) => {
      const row = db.prepare('SELECT sqlite_version() AS sqlite, (SELECT epoch FROM store) AS epoch').get();
      const { sqlite, epoch } = row as { readonly sqlite: string; readonly epoch: string };
      return {
        file,
        sqlite,
        epoch,
        schema: pragma(db, 'user_version') as number,
        journalMode: String(pragma(db, 'journal_mode')),
        problems: allProblems(db, file),
        warnings,
      };
    },
    (message) => warnings.push(message),
  );
}
