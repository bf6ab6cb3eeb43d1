// Which store the suites of the controller run on: memory, unless a test file has said otherwise before it loads them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createEtcdStore } from '../../src/stores/etcd.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { createPostgresStore, type PostgresClient } from '../../src/stores/postgres.ts';
import { createSqliteStore } from '../../src/stores/sqlite.ts';
import type { Store } from '../../src/stores/store.ts';

/** Which kind of store the suites of a test file run on. */
export const TEST_STORE = 'ENTENTE_TEST_STORE';
/** The server of a test file whose suites run on PostgreSQL. */
export const TEST_POSTGRES = 'ENTENTE_TEST_POSTGRES';
/** The cluster of a test file whose suites run on etcd. */
export const TEST_ETCD = 'ENTENTE_TEST_ETCD';

/** What no other test file has on a server that many of them share. */
const own = Math.random().toString(36).slice(2, 10);
const open: (() => Promise<void>)[] = [];
let serial = 0;
const TABLES = ['space', 'head', 'log', 'record', 'content'];
let shared: { readonly url: string; readonly client: PostgresClient } | undefined;
/** Schemas that a test was done with, empty again: making the tables is most of what a small test takes. */
const empty: string[] = [];

/** All stores of a test file are on one pool: each has a schema for itself, which no other test sees. */
export function sharePostgres(url: string, client: PostgresClient): void {
  shared = { url, client };
}

/** A fresh store of the kind that the test file asks for; `logMax` is about memory alone. */
export function createTestStore(logMax?: number): Store {
  const kind = logMax === undefined ? process.env[TEST_STORE] : undefined;
  if (kind === 'postgres') return postgresStore();
  if (kind === 'etcd') return etcdStore();
  if (kind === 'sqlite') return sqliteStore();
  return createMemoryStore(logMax === undefined ? {} : { log: { max: logMax } });
}

function postgresStore(): Store {
  if (shared === undefined) throw new Error('no PostgreSQL is running for this test file');
  const { url, client } = shared;
  const schema = empty.pop() ?? `suite_${own}_${++serial}`;
  const store = createPostgresStore({
    url,
    schema,
    onWarning: () => undefined,
    client: {
      unsafe: (query, parameters, options) => client.unsafe(query, parameters, options),
      begin: (work) => client.begin(work),
      listen: (channel, onNotify) => client.listen(channel, onNotify),
      end: async () => undefined,
    },
  });
  afterwards(async () => {
    await store.close();
    await client.unsafe(emptied(schema));
    empty.push(schema);
  });
  return store;
}

/** Takes all rows of a schema, and gives it another epoch; where no store was ever opened there is nothing to take. */
const emptied = (schema: string): string => `do $$ begin
  if to_regclass('${schema}.meta') is null then return; end if;
  ${TABLES.map((table) => `delete from ${schema}.${table};`).join(' ')}
  update ${schema}.meta set value = gen_random_uuid()::text where name = 'epoch';
end $$`;

/** Each store has a prefix of its own, which no other test sees. */
function etcdStore(): Store {
  const cluster = process.env[TEST_ETCD];
  if (cluster === undefined) throw new Error('no etcd is running for this test file');
  serial += 1;
  const store = createEtcdStore({ url: `${cluster}?prefix=suite-${own}-${serial}`, onWarning: () => undefined });
  afterwards(() => store.close());
  return store;
}

function sqliteStore(): Store {
  const folder = mkdtempSync(join(tmpdir(), 'entente-suite-'));
  const store = createSqliteStore({ path: join(folder, 'entente.db') });
  afterwards(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return store;
}

/** At the end of the test, or of the file where no test has begun. */
function afterwards(close: () => Promise<void>): void {
  try {
    onTestFinished(close);
  } catch {
    open.push(close);
  }
}

/** For the end of a test file. */
export async function closeTestStores(): Promise<void> {
  for (const close of open.splice(0)) await close();
}
