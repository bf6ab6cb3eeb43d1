// The suites of the controller on PostgreSQL: what they say of the library holds whatever store it is on.
import postgres from 'postgres';
import { afterAll, beforeAll, vi } from 'vitest';
import { type PostgresServer, startPostgres } from '../../test/support/postgres-server.ts';
import { sharePostgres } from '../../test/support/stores.ts';
import type { PostgresClient } from './postgres.ts';

vi.hoisted(() => {
  process.env['ENTENTE_TEST_STORE'] = 'postgres';
});

import '../../test/support/controller-suites.ts';

let server: PostgresServer;
let pool: postgres.Sql;

beforeAll(async () => {
  // What a crash of the machine would leave is not asked here: most of the time goes into making tables.
  server = await startPostgres(['fsync=off']);
  pool = postgres(server.url, { max: 10, onnotice: () => undefined });
  sharePostgres(server.url, pool as unknown as PostgresClient);
});

afterAll(async () => {
  await pool.end({ timeout: 5 });
  await server.remove();
});
