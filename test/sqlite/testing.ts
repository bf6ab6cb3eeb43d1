// Helpers of the SQLite store's tests: folders that go away, and a driver that can be watched or made to fail.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { SqliteDatabase, SqliteStatement } from '../../src/stores/sqlite/driver.ts';
import { loadDriver } from '../../src/stores/sqlite/driver.ts';
import type { SqliteStoreOptions } from '../../src/stores/sqlite.ts';
import { createSqliteStore } from '../../src/stores/sqlite.ts';
import type { Store } from '../../src/stores/store.ts';

/** An empty folder, removed when the test has ended. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'entente-sqlite-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function newPath(): string {
  return join(newFolder(), 'store.db');
}

/** A store that is closed when the test has ended. */
export function openStore(options: SqliteStoreOptions): Store {
  const store = createSqliteStore(options);
  onTestFinished(() => store.close());
  return store;
}

/** The bare driver on a file, for looking behind the store's back. */
export async function openRaw(path: string): Promise<SqliteDatabase> {
  const open = await loadDriver();
  const db = open(path, { readOnly: false });
  let closed = false;
  const close = (): void => {
    if (!closed) db.close();
    closed = true;
  };
  onTestFinished(close);
  return { exec: (sql) => db.exec(sql), prepare: (sql) => db.prepare(sql), close };
}

/** Called before every statement that is run; what it throws is what the statement throws. */
export type Watcher = (sql: string) => void;

export function watched(db: SqliteDatabase, watch: Watcher): SqliteDatabase {
  const wrap = (sql: string): SqliteStatement => {
    const statement = db.prepare(sql);
    const before = <T>(run: () => T): T => {
      watch(sql);
      return run();
    };
    return {
      run: (...values) => before(() => statement.run(...values)),
      get: (...values) => before(() => statement.get(...values)),
      all: (...values) => before(() => statement.all(...values)),
    };
  };
  return {
    exec(sql) {
      watch(sql);
      return db.exec(sql);
    },
    prepare: wrap,
    close: () => db.close(),
  };
}

/** An error as the driver throws it. */
export function sqliteError(errcode: number, message: string): Error {
  return Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode });
}

const script = fileURLToPath(new URL('./as-nobody.ts', import.meta.url));

/** Opens, reads and writes a store as a user who is not root, and tells what happened. */
export function asNobody(path: string): { readonly read: string; readonly write: string } {
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script, path], { encoding: 'utf8' });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  if (line === '') throw new Error(`no answer: ${stderr}`);
  return JSON.parse(line) as { read: string; write: string };
}
