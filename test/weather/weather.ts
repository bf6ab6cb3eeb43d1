// A server over a store whose machines go away and come back: what /readyz, the log and callers are told, and what is there
// afterwards. Nothing here waits for a time: what must become true is asked again until it is.
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect } from 'vitest';
import type { Store } from '../../src/stores/store.ts';
import { verifyStore } from '../../src/verify/index.ts';
import { type Caller, fetchAnswer, openServer } from '../support/server.ts';

interface Line {
  readonly msg: string;
  readonly since?: string;
  readonly away?: string;
}

export interface Weather {
  /** Takes the store's machines away, or stops them. */
  readonly breaks: () => Promise<void> | void;
  readonly mends: () => Promise<void> | void;
}

/** The codes that a caller may be told while the store is away. */
const AWAY = ['store-unavailable', 'store-locked', 'unknown'];

/** Red while the store is away, with a time, and green again when it is back, without anybody's help. */
export async function weather(store: Store, { breaks, mends }: Weather): Promise<void> {
  const lines: Line[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(
        ...chunk
          .toString()
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Line),
      );
      done();
    },
  });
  const server = await openServer({
    ...{ store, controller: { limits: { settleMs: 300 } } },
    http: { logger: pino({ level: 'info', base: null }, stream) },
  });
  // The clock of the server stands in tests; here it goes, since trials of the store are made once a second.
  const ticking = setInterval(() => {
    server.clock.now += 100;
  }, 100);
  const ready = (): Promise<Awaited<ReturnType<typeof fetchAnswer>>> => fetchAnswer(`${server.url}/readyz`, {});
  const until = async (status: number): Promise<Awaited<ReturnType<typeof fetchAnswer>>> => {
    for (;;) {
      const answer = await ready();
      if (answer.status === status) return answer;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const ann = await server.caller('ann');
  expect((await ann.put('a', 'one')).status).toBe(201);
  const start = (await until(200)).body;
  expect(start).toEqual({ status: 'ok', since: expect.stringMatching(/^\d{4}-.*Z$/) });
  const token = await ann.begin('a');

  await breaks();
  const red = await until(503);
  expect(red.body).toMatchObject({ code: 'store-unavailable', retryable: true });
  const { since } = red.body as { since: string };
  expect(Date.parse(since)).toBeGreaterThanOrEqual(Date.parse(start.since));
  // Whoever asks later is told the same time; who commits is told a code and what to do.
  expect((await until(503)).body.since).toBe(since);
  const refused = await ann.ask('POST', '/commits', { json: { token, content: 'two' } });
  expect([refused.status, AWAY]).toEqual([503, expect.arrayContaining([refused.body.code])]);
  expect(refused.body.next.length).toBeGreaterThan(0);

  await mends();
  const green = await until(200);
  expect(Date.parse(green.body.since)).toBeGreaterThanOrEqual(Date.parse(since));
  expect(await landed(ann, token)).toBe('two');
  expect((await verifyStore(store)).first).toBeUndefined();
  const turns = lines.filter(({ msg }) => /^the store (does not answer|answers again)/.test(msg));
  expect(turns[0]).toMatchObject({ msg: 'the store does not answer, or takes no writes', since });
  expect(turns[1]).toMatchObject({ msg: 'the store answers again', away: since, since: expect.any(String) });
  clearInterval(ticking);
  await server.close();
}

/** Sends the same again until it is certain; answers what is there then. */
async function landed(ann: Caller, token: string): Promise<string> {
  for (;;) {
    const { status } = await ann.ask('POST', '/commits', { json: { token, content: 'two' } });
    if (status < 300) break;
    expect(status).toBe(503);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return (await ann.ask('GET', '/resource?id=a')).text;
}
