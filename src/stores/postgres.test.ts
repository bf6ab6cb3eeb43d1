// The PostgreSQL store against the store contract: each rule in a schema of its own, on a server of this file's own.
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type PostgresServer, startPostgres } from '../../test/support/postgres-server.ts';
import { describeStore } from './conformance/index.ts';
import { createPostgresStore } from './postgres.ts';
import type { Store } from './store.ts';

let server: PostgresServer;
let serial = 0;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(async () => {
  await server.remove();
});

describeStore({ describe, it }, 'postgres', async () => {
  serial += 1;
  const schema = `conformance_${serial}`;
  const open = (): Store =>
    createPostgresStore({ url: server.url, schema, connections: 2, maxContentBytes: 1024 * 1024 });
  let store = open();
  return {
    store,
    async reopen() {
      await store.close();
      store = open();
      return store;
    },
    teardown: () => store.close(),
  };
});
