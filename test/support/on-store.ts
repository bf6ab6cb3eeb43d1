// Before each test file of a run on a store that ENTENTE_TEST_STORES names: where its server is, and its end.
import postgres from 'postgres';
import { afterAll, inject } from 'vitest';
import type { PostgresClient } from '../../src/stores/postgres.ts';
import { closeTestStores, sharePostgres, TEST_ETCD, TEST_POSTGRES, TEST_STORE } from './stores.ts';

const kind = process.env[TEST_STORE];
if (kind === 'etcd') process.env[TEST_ETCD] = inject('database');
const pool = kind === 'postgres' ? postgres(inject('database'), { max: 10, onnotice: () => undefined }) : undefined;
if (pool !== undefined) {
  process.env[TEST_POSTGRES] = inject('database');
  sharePostgres(inject('database'), pool as unknown as PostgresClient);
}

afterAll(async () => {
  await closeTestStores();
  await pool?.end({ timeout: 5 });
});
