// Bad weather on PostgreSQL: the server dies and comes back, and stands still for a while.
import { afterAll, beforeAll, describe, it } from 'vitest';
import { createPostgresStore } from '../../src/stores/postgres.ts';
import type { Store } from '../../src/stores/store.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { weather } from './weather.ts';

describe('bad weather on PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    await server.remove();
  });
  const open = (schema: string): Store =>
    createPostgresStore({ url: server.url, schema, connections: 2, timeoutMs: 500 });

  it('[OP16] a server that is killed: red, since when, and green again when it is back', async () => {
    await weather(open('killed'), { breaks: () => server.stop('immediate'), mends: () => server.start() });
  });

  it.skipIf(process.platform !== 'linux')(
    '[OP16] a server that stands still is red too, and nothing of it is lost',
    async () => {
      await weather(open('paused'), { breaks: () => server.pause(), mends: () => server.resume() });
    },
  );
});
