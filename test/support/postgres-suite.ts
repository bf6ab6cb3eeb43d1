// A PostgreSQL for a test file that runs suites of others: imported before them, so that it is up before their own
// preparations begin. Each desk and each store gets a schema of its own.
import postgres from 'postgres';
import { afterAll, beforeAll } from 'vitest';
import type { PostgresClient } from '../../src/stores/postgres.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { closeTestStores, sharePostgres, TEST_POSTGRES, TEST_STORE } from './stores.ts';

let server: PostgresServer;
let pool: postgres.Sql;

process.env[TEST_STORE] = 'postgres';

beforeAll(async () => {
  // What a crash of the machine would leave is not asked here: most of the time goes into making tables.
  server = await startPostgres(['fsync=off']);
  pool = postgres(server.url, { max: 10, onnotice: () => undefined });
  process.env[TEST_POSTGRES] = server.url;
  sharePostgres(server.url, pool as unknown as PostgresClient);
});

afterAll(async () => {
  await closeTestStores();
  await pool.end({ timeout: 5 });
  await server.remove();
});
