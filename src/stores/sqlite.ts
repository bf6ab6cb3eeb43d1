// The SQLite store: the embedded default. One file, safe with many processes on it, durable before the reply
// (write-ahead log, synchronous = FULL). Opened on first use, so that making a store cannot fail half way.
import type { Space } from '../core/resource.ts';
import { assertGuarded } from './check.ts';
import { closedFault } from './opening.ts';
import { Connection } from './sqlite/connection.ts';
import type { SqliteDatabase } from './sqlite/driver.ts';
import { loadDriver } from './sqlite/driver.ts';
import { faultOf } from './sqlite/errors.ts';
import type { LockOptions } from './sqlite/lock.ts';
import { withRetry } from './sqlite/lock.ts';
import type { Looks } from './sqlite/looks.ts';
import { createLooks } from './sqlite/looks.ts';
import type { OpenOptions } from './sqlite/open.ts';
import { databasePath, openFile, prepareDatabase } from './sqlite/open.ts';
import type { CommitQueue } from './sqlite/queue.ts';
import { createQueue } from './sqlite/queue.ts';
import { commitStatus, limitOf, listHeads, readCounts, readHistory, readLog, readSnapshot } from './sqlite/reads.ts';
import { getRecord, pageRecords } from './sqlite/records.ts';
import type { Migration } from './sqlite/schema.ts';
import { migrations } from './sqlite/schema.ts';
import { trimStep } from './sqlite/trim.ts';
import { createWatch } from './sqlite/wake.ts';
import type { Capabilities, Snapshot, Store } from './store.ts';

export type { BackupResult, SqliteReport } from './sqlite/backup.ts';
export { backupSqlite, checkSqlite, renewEpoch, restoreSqlite } from './sqlite/backup.ts';
export type { SqliteDatabase, SqliteStatement, SqlValue } from './sqlite/driver.ts';

export interface SqliteStoreOptions {
  /** The database file; made when it is missing, its folder is not. Not needed with `database`. */
  readonly path?: string;
  /** An open database to use instead of the built-in driver; the store closes it. */
  readonly database?: SqliteDatabase;
  /** Milliseconds to wait for the write lock until `store-locked`. @default 5,000 */
  readonly timeoutMs?: number;
  /** Bytes of one content. @default 64 MiB */
  readonly maxContentBytes?: number;
  /** Hears what is wrong with the set-up but does not stop it. @default process.emitWarning */
  readonly onWarning?: (message: string) => void;
  /** In [0, 1): jitter between tries for the lock. @default Math.random */
  readonly random?: () => number;
  /** Steps from one schema to the next, for tests of the migration path. */
  readonly migrations?: readonly Migration[];
}

interface Opened {
  readonly connection: Connection;
  readonly queue: CommitQueue;
  readonly looks: Looks;
}

/**
 * A store in one SQLite file. Answers at once; the file is opened on first use, and what is wrong with it
 * (`missing-driver`, `store-corrupt`, `store-newer`, `read-only`, `not-found`) is thrown then, every time.
 */
export function createSqliteStore(options: SqliteStoreOptions): Store {
  const place = options.database === undefined ? databasePath(options.path ?? '') : 'the given database';
  const { random = Math.random, timeoutMs = 5000, onWarning = warn } = options;
  return sqliteStore(place, options, { random, timeoutMs, onWarning, place });
}

function warn(message: string): void {
  process.emitWarning(message, { type: 'EntenteWarning', code: 'ENTENTE_SQLITE' });
}

function sqliteStore(place: string, options: SqliteStoreOptions, opening: OpenOptions): Store {
  const capabilities: Capabilities = {
    name: 'sqlite',
    durability: 'fsync',
    gapless: true,
    maxGuards: 10_000,
    maxWrites: 10_000,
    maxContentBytes: options.maxContentBytes ?? 64 * 1024 * 1024,
  };
  let opened: Promise<Opened> | undefined;
  let ready: Opened | undefined;
  let closed = false;
  const watch = createWatch(() => lookUp(ready));

  async function open(): Promise<Opened> {
    const steps = options.migrations ?? migrations;
    const db = options.database ?? (await openFile(await loadDriver(), place, { ...opening, migrations: steps }));
    if (options.database !== undefined) await prepareDatabase(db, { ...opening, migrations: steps });
    const connection = new Connection(db, place, steps.length);
    const queue = createQueue(connection, { ...opening, capabilities, onCommit: watch.notify });
    ready = { connection, queue, looks: createLooks(connection) };
    return ready;
  }

  async function use(): Promise<Opened> {
    if (closed) throw closedFault();
    if (ready !== undefined) return ready;
    opened ??= open();
    try {
      return await opened;
    } catch (error) {
      opened = undefined;
      throw faultOf(error, place);
    }
  }

  async function read<T>(work: (connection: Connection) => T): Promise<T> {
    const { connection } = await use();
    return guarded(() => connection.read(() => work(connection)), opening);
  }

  return {
    capabilities,
    commit(requests) {
      try {
        for (const request of requests) assertGuarded(request);
      } catch (error) {
        return Promise.reject(error);
      }
      if (ready !== undefined && !closed) return ready.queue.commit(requests);
      return use().then(({ queue }) => queue.commit(requests));
    },
    commitStatus: (space, agent, commitId) => read((connection) => commitStatus(connection, space, agent, commitId)),
    read(space, ids) {
      const whole = (): Promise<Snapshot> => read((connection) => readSnapshot(connection, space, ids));
      const known = ready === undefined || closed ? undefined : ready.looks.read(space, ids);
      return known instanceof Promise ? known.then((snapshot) => snapshot ?? whole()) : (known ?? whole());
    },
    content: (hash) => read((connection) => connection.content(hash)),
    list: (space, prefix, page) => read((connection) => listHeads(connection, space, prefix, page)),
    history: (space, id, page) => read((connection) => readHistory(connection, space, id, page)),
    record: (space, kind, id) => read((connection) => getRecord(connection.sql, connection.space(space).sid, kind, id)),
    records: (space, kind, filter, page) =>
      read((connection) => {
        const { sid } = connection.space(space);
        return pageRecords(connection.sql, sid, kind, filter.state, { ...page, limit: limitOf(page.limit) });
      }),
    counts: (space) => read((connection) => readCounts(connection, space)),
    log: (space, after, limit) => read((connection) => readLog(connection, space, after, limit)),
    async *wake(space: Space, signal: AbortSignal) {
      await use();
      yield* watch.wake(space, signal);
    },
    async trim(space, before) {
      const { connection } = await use();
      for (;;) {
        const step = await guarded(() => connection.write(() => trimStep(connection, space, before)), opening);
        if (!step.more) return step.trimmed;
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    epoch: () => read((connection) => connection.epoch),
    spaces: () => read(({ sql }) => sql.spaces.all().map(({ name }) => name as Space)),
    async close() {
      if (closed) return;
      closed = true;
      watch.close();
      const { connection, queue } = (await opened?.catch(() => undefined)) ?? {};
      await queue?.idle();
      connection?.close();
    },
  };
}

function lookUp(opened: Opened | undefined): number {
  try {
    return opened?.connection.dataVersion() ?? 0;
  } catch {
    return -1;
  }
}

/** Tries until the lock is to be had; every error comes out as an EntenteError. */
async function guarded<T>(attempt: () => T, options: LockOptions): Promise<T> {
  try {
    return await withRetry(attempt, options);
  } catch (error) {
    throw faultOf(error, options.place);
  }
}
