// The PostgreSQL store: one database for many servers. A batch of commits is one call of a function in the database and
// one flush to disk; the log has no gaps, since the space's row orders its commits. Opened on first use.
import type { Space } from '../core/resource.ts';
import { assertGuarded } from './check.ts';
import { ContentCache } from './content-cache.ts';
import { fromText } from './escaped-text.ts';
import { createOpening } from './opening.ts';
import type { Connection } from './postgres/connection.ts';
import { openConnection } from './postgres/connection.ts';
import { connect, sessionsOf } from './postgres/driver.ts';
import { gatherReads, type ReadHeads } from './postgres/gather.ts';
import type { CommitQueue } from './postgres/queue.ts';
import { createQueue } from './postgres/queue.ts';
import {
  listHeads,
  readContent,
  readCounts,
  readHistory,
  readLog,
  readRecord,
  readRecords,
  readSnapshot,
  readStatus,
} from './postgres/reads.ts';
import type { PostgresClient } from './postgres/session.ts';
import { type PostgresTls, securedOf } from './postgres/tls.ts';
import { checkedSchema, placeOf } from './postgres/url.ts';
import { createWatch, type Watch } from './postgres/wake.ts';
import type { Capabilities, Store } from './store.ts';

export type { PostgresClient, Row } from './postgres/session.ts';

export interface PostgresStoreOptions {
  /**
   * `postgres://user:password@host:port/database`; what the client takes beside it goes into its query, and `sslmode`,
   * `sslrootcert`, `sslcert` and `sslkey` as PostgreSQL's own tools have them.
   */
  readonly url: string;
  /** The schema that holds the tables; it is made where it is missing. @default 'entente' */
  readonly schema?: string;
  /** Connections at most. @default 8 */
  readonly connections?: number;
  /** Milliseconds to wait for a connection or a lock. @default 5,000 */
  readonly timeoutMs?: number;
  /** Bytes of one content. @default 32 MiB */
  readonly maxContentBytes?: number;
  /** PEM texts. @default the files that the address names, or PGSSLROOTCERT, PGSSLCERT and PGSSLKEY */
  readonly tls?: PostgresTls;
  /** A client to use instead of the package `postgres`; the store ends it. */
  readonly client?: PostgresClient;
  /** Hears what is wrong with the set-up but does not stop it. @default process.emitWarning */
  readonly onWarning?: (message: string) => void;
  /** In [0, 1): jitter between tries. @default Math.random */
  readonly random?: () => number;
}

interface Opened {
  readonly connection: Connection;
  readonly queue: CommitQueue;
  readonly watch: Watch;
  readonly heads: ReadHeads;
}

/** Log entries that one step of a trim takes: others can commit in between. */
const TRIM_STEP = 1000;

/**
 * A store in one PostgreSQL database. Answers at once; the connection is made on first use, and what is wrong with it
 * (`missing-driver`, `store-unavailable`, `store-newer`, `read-only`) is thrown then, every time.
 */
export function createPostgresStore(options: PostgresStoreOptions): Store {
  const { timeoutMs = 5000, connections = 8, random = Math.random, onWarning = warn } = options;
  const schema = checkedSchema(options.schema ?? 'entente');
  const place = placeOf(options.url);
  const secured = options.client === undefined ? securedOf(options.url, process.env, options.tls) : undefined;
  const capabilities: Capabilities = {
    name: 'postgres',
    durability: 'fsync',
    gapless: true,
    maxGuards: 10_000,
    maxWrites: 10_000,
    maxContentBytes: options.maxContentBytes ?? 32 * 1024 * 1024,
  };
  const cache = new ContentCache();
  const opening = createOpening(async (): Promise<Opened> => {
    const { url, client } = options;
    const deadlineMs = timeoutMs * 3;
    const sessions =
      client === undefined
        ? await connect({ url, ...secured, connections, timeoutMs, deadlineMs, random, onNotice: () => undefined })
        : sessionsOf(client, deadlineMs);
    try {
      const connection = await openConnection(sessions, { schema, place, onWarning });
      const watch = createWatch(connection);
      const queue = createQueue(connection, { capabilities, random, cache, onCommit: watch.notify });
      const heads = gatherReads((space, ids) => readSnapshot(connection.now, space, ids), connection.together);
      return { connection, queue, watch, heads };
    } catch (error) {
      if (client === undefined) await sessions.end(0).catch(() => undefined);
      throw error;
    }
  });

  async function read<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return work((await opening.use()).connection);
  }

  return {
    capabilities,
    async commit(requests) {
      for (const request of requests) assertGuarded(request);
      return (await opening.use()).queue.commit(requests);
    },
    commitStatus: (space, agent, commitId) => read((connection) => readStatus(connection, space, agent, commitId)),
    read: async (space, ids) => (await opening.use()).heads(space, ids),
    content: (hash) =>
      read(async (connection) => {
        const known = cache.get(hash);
        if (known !== undefined) return known;
        const bytes = await readContent(connection, hash);
        if (bytes !== undefined) cache.put(hash, new Uint8Array(bytes));
        return bytes;
      }),
    list: (space, prefix, page) => read((connection) => listHeads(connection, space, prefix, page)),
    history: (space, id, page) => read((connection) => readHistory(connection, space, id, page)),
    record: (space, kind, id) => read((connection) => readRecord(connection, space, kind, id)),
    records: (space, kind, filter, page) => read((connection) => readRecords(connection, space, kind, filter, page)),
    counts: (space) => read((connection) => readCounts(connection, space)),
    log: (space, after, limit) => read((connection) => readLog(connection, space, after, limit)),
    async *wake(space: Space, signal: AbortSignal) {
      yield* (await opening.use()).watch.wake(space, signal);
    },
    async trim(space, before) {
      const { connection } = await opening.use();
      const sid = await connection.sidFor(space);
      for (;;) {
        const [row] = await connection.now.read('select * from @.trim_step($1::int, $2::bigint, $3::int)', [
          sid,
          Math.trunc(Math.min(Math.max(before, -1), Number.MAX_SAFE_INTEGER)),
          TRIM_STEP,
        ]);
        cache.clear();
        if (row?.['more'] !== true) return Number(row?.['trimmed']);
      }
    },
    epoch: () => read((connection) => connection.epoch()),
    spaces: () =>
      read(async (connection) => {
        const rows = await connection.read('select name from @.space where revision > 0 order by name');
        return rows.map(({ name }) => fromText(name as string) as Space);
      }),
    close: () =>
      opening.close(async ({ connection, queue, watch }: Partial<Opened> = {}) => {
        await queue?.idle();
        await watch?.close();
        await connection?.close();
      }),
  };
}

function warn(message: string): void {
  process.emitWarning(message, { type: 'EntenteWarning', code: 'ENTENTE_POSTGRES' });
}
