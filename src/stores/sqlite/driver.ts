// The seam to SQLite: the few methods that the store needs, and where they come from. `node:sqlite` where Node has
// it, else `@photostructure/sqlite`, which has the same API and brings its binaries; or what the caller injects.
import { isBuiltin } from 'node:module';
import { EntenteError } from '../../core/errors.ts';

export type SqlValue = null | number | bigint | string | Uint8Array;

export interface SqliteStatement {
  run(...values: SqlValue[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint };
  get(...values: SqlValue[]): unknown;
  all(...values: SqlValue[]): unknown[];
}

/** What an injected database must offer: `DatabaseSync` of node:sqlite and `Database` of better-sqlite3 both fit. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  close(): unknown;
}

/** Opens a file; the file is there already. */
export type SqliteOpener = (path: string, options: { readonly readOnly: boolean }) => SqliteDatabase;

interface DriverModule {
  readonly DatabaseSync: new (path: string, options?: { readonly readOnly?: boolean }) => SqliteDatabase;
}

export type ModuleLoader = (name: string) => Promise<unknown>;

const importModule: ModuleLoader = (name) => import(name);

/** The first driver that is here; `missing-driver` says what to install. */
export async function loadDriver(
  load: ModuleLoader = importModule,
  hasBuiltin: boolean = isBuiltin('node:sqlite'),
): Promise<SqliteOpener> {
  const name = hasBuiltin ? 'node:sqlite' : '@photostructure/sqlite';
  let module: DriverModule;
  try {
    module = (await load(name)) as DriverModule;
  } catch (cause) {
    throw new EntenteError(
      'missing-driver',
      `The SQLite store needs a driver, and ${name} cannot be loaded.`,
      { next: 'Run: npm install @photostructure/sqlite (or use Node 22.13 or newer, which has SQLite built in).' },
      { cause },
    );
  }
  return (path, { readOnly }) => new module.DatabaseSync(path, { readOnly });
}
