// Connections that are lost at the worst moment: what is asked just then, and whether they come back.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCuttingProxy } from '../../../test/support/cutting-proxy.ts';
import { type PostgresServer, startPostgres } from '../../../test/support/postgres-server.ts';
import { createRandom } from '../../../test/support/random.ts';
import { connect } from './driver.ts';
import { createSession, type PostgresClient, sessionOf } from './session.ts';

const OPTIONS = { deadlineMs: 5000, longestWaitMs: 20, random: () => 0.5 };

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(() => server.remove());

describe('a session', () => {
  it('[PG21] comes back each time that its connection is reset, whatever is asked in that moment', async () => {
    const isRequest = (chunk: Buffer): boolean => chunk.includes('asked ');
    const { next: random } = createRandom(21);
    const proxy = await openCuttingProxy(server.url, { random, before: 0.1, after: 0.1, isRequest });
    const { port } = new URL(proxy.url);
    const url = Object.assign(new URL(server.url), { port }).href;
    const sessions = await connect({ ...OPTIONS, url, connections: 1, timeoutMs: 1000, onNotice: () => undefined });
    const [session] = sessions.readers;
    const faults: string[] = [];
    const lost = (): number => proxy.cuts.before + proxy.cuts.after;

    async function ask(name: string): Promise<void> {
      for (let turn = 0; turn < 400 || lost() < 40; turn += 1) {
        const text = `asked ${name} ${turn}`;
        try {
          expect(await session?.run('select $1::text as text', [text])).toEqual([{ text }]);
        } catch (error) {
          faults.push((error as Error).message);
          await nextTurn();
        }
      }
    }

    await Promise.all(['a', 'b', 'c', 'd'].map(ask));
    expect(faults.length).toBeGreaterThan(40);
    // Each was told at once: none of them was forgotten until its deadline.
    expect(faults.filter((message) => /no answer|TIMEOUT|toEqual|expected/.test(message))).toEqual([]);
    await sessions.end(1);
    await proxy.close();
  });

  it('[PG21] what failed while the server was away is told at once, and not done when it is back', async () => {
    const own = await startPostgres();
    const sessions = await connect({
      ...OPTIONS,
      url: own.url,
      connections: 1,
      timeoutMs: 1000,
      onNotice: () => undefined,
    });
    const [session] = sessions.readers;
    await session?.run('create table asked (n integer)');
    await own.stop('immediate');
    const ask = async (n: number): Promise<string> => {
      try {
        await session?.run('insert into asked select $1::integer', [n]);
        return 'done';
      } catch (error) {
        return (error as Error).message;
      }
    };
    const told = await Promise.all(Array.from({ length: 12 }, (_, n) => ask(n)));
    expect(told.filter((message) => message === 'done' || /no answer/.test(message))).toEqual([]);
    await own.start();
    expect(await ask(100)).toBe('done');
    // What the package still held would be done by now.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await session?.run('select n from asked')).toEqual([{ n: 100 }]);
    await sessions.end(1);
    await own.remove();
  });

  /** As the package answers what it kept for a connection over which it never sent it. */
  const unanswered = (): PostgresClient => {
    const rows = Object.assign([], { command: null });
    return {
      unsafe: async () => rows,
      begin: async () => undefined,
      listen: async () => ({ unlisten: async () => undefined }),
      end: async () => undefined,
    };
  };

  it('[PG21] an answer without a command is none: no rows would be taken for nothing there', async () => {
    const clients: PostgresClient[] = [];
    const session = createSession(() => {
      const client = unanswered();
      clients.push(client);
      return client;
    }, OPTIONS);
    await expect(session.run('select 1')).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    await expect(session.run('select 1')).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    expect(clients).toHaveLength(2);
    await expect(sessionOf(unanswered(), 1000).run('select 1')).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
  });

  it('[PG21] is not made anew for a statement that the server refuses, nor once it is ended', async () => {
    let opened = 0;
    const session = createSession(() => {
      opened += 1;
      const refused = Object.assign(new Error('no such table'), { severity: 'ERROR', code: '42P01' });
      return { ...unanswered(), unsafe: () => Promise.reject(refused) };
    }, OPTIONS);
    await expect(session.run('select 1')).rejects.toMatchObject({ code: '42P01' });
    await expect(session.run('select 1')).rejects.toMatchObject({ code: '42P01' });
    expect(opened).toBe(1);
    await session.end(0);
    await expect(session.run('select 1')).rejects.toMatchObject({ code: 'CONNECTION_ENDED' });
  });
});
