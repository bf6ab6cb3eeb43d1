// From a file to a database and back: what comes home is what went out.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresStore } from '../../src/stores/postgres.ts';
import { createSqliteStore } from '../../src/stores/sqlite.ts';
import type { Store } from '../../src/stores/store.ts';
import { ended, openDesk } from '../support/command-line.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { createRandom } from '../support/random.ts';
import { makeHistory, openConflict, SPACES } from './history.ts';

const SEED = 20261129;
let server: PostgresServer;
let folder = '';

beforeAll(async () => {
  server = await startPostgres(['fsync=off']);
  folder = mkdtempSync(join(tmpdir(), 'entente-migrate-'));
});
afterAll(async () => {
  await server.remove();
  rmSync(folder, { recursive: true });
});

async function told(store: Store): Promise<unknown> {
  const all = [];
  for (const space of SPACES) {
    const { trimmed, revision } = await store.read(space, []);
    const { items } = await store.list(space, '', { limit: 1000 });
    const log = await store.log(space, trimmed, 1000);
    all.push({ space, trimmed, revision, items, log, counts: await store.counts(space) });
  }
  return all;
}

describe('sqlite to postgres to sqlite', () => {
  it('[MG1] [MG2] [MG8] comes back the same, with a trimmed log and a kill on the way', async () => {
    const desk = await openDesk({ bare: true });
    const path = join(folder, 'out.db');
    const source = createSqliteStore({ path, onWarning: () => {} });
    await makeHistory(source, SEED, 60);
    await openConflict(source, 'open.md');
    await source.trim('default' as never, 40);
    const whole = await told(source);
    await source.close();
    const database = `${server.url}?schema=moved`;
    const child = desk.shell(['migrate', `sqlite:${path}`, database]);
    setTimeout(() => child.kill('SIGKILL'), 300 + createRandom(SEED).below(500));
    const { code } = await ended(child);
    const again = await desk.run(['migrate', `sqlite:${path}`, database, '--json']);
    expect(code === 0 ? again.code : 0).toBe(code === 0 ? 2 : again.code);
    const middle = createPostgresStore({ url: server.url, schema: 'moved' });
    expect(await told(middle)).toEqual(whole);
    await middle.close();
    const back = await desk.run(['migrate', database, `sqlite:${join(folder, 'back.db')}`, '--json']);
    expect([back.code, back.err]).toEqual([0, expect.not.stringContaining('error')]);
    const home = createSqliteStore({ path: join(folder, 'back.db'), onWarning: () => {} });
    expect(await told(home)).toEqual(whole);
    await home.close();
    desk.close();
  });
});
