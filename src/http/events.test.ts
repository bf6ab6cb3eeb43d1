// The feed over real HTTP: server-sent events and the long poll (FE rules).
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFakeTimers, type FakeTimers } from '../../test/support/fake-timers.ts';
import { createRandom } from '../../test/support/random.ts';
import { type Caller, openServer, type Server } from '../../test/support/server.ts';
import { type Events, openEvents } from '../../test/support/sse.ts';
import { withMethods } from '../../test/support/wrap.ts';
import { DEFAULT_SPACE } from '../core/resource.ts';
import { createMemoryStore } from '../stores/memory.ts';
import type { Store } from '../stores/store.ts';
import { HEARTBEAT_MS } from './event-stream.ts';

const JSON_ONLY = { accept: 'application/json' };
/** Waits of the tail pass by themselves, all others when they are told to. */
const SHORT_MS = 100;

const follow = (server: Server, { key }: Caller, query: string, lastEventId?: string): Promise<Events> =>
  openEvents(`${server.url}/v1/spaces/default/events?${query}`, {
    key,
    ...(lastEventId === undefined ? {} : { lastEventId }),
  });

// biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
const dataOf = (event: { readonly data: string } | undefined): any => JSON.parse(event?.data ?? 'null');

/** Waits for what the server does in its own time. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Reads revisions until there are so many, or the reader is dropped because the writer is faster: it goes on later. */
async function readTo(events: Events, seen: number[], wanted: number): Promise<void> {
  try {
    for (let event = await events.next(); event !== undefined; event = await events.next()) {
      if (event.event === 'commit') seen.push(Number(event.id.slice(event.id.lastIndexOf(':') + 1)));
      if (seen.length === wanted) return;
    }
  } catch {
    return;
  }
}

async function setUp(
  options: { readonly store?: Store; readonly limits?: object } = {},
): Promise<{ server: Server; timers: FakeTimers; ann: Caller }> {
  const timers = createFakeTimers(SHORT_MS);
  const server = await openServer({ ...options, timers });
  return { server, timers, ann: await server.caller('ann') };
}

describe('GET /events', () => {
  let server: Server;
  let ann: Caller;
  beforeAll(async () => {
    ({ server, ann } = await setUp());
  });
  afterAll(() => server.close());

  it('[FE1] begins with ready and the head, then tells every commit with its cursor as id', async () => {
    await ann.put('sse/a', 'one');
    const events = await follow(server, ann, 'pattern=sse/**');
    expect(events.status).toBe(200);
    expect(events.headers.get('content-type')).toContain('text/event-stream');
    expect(events.headers.get('x-accel-buffering')).toBe('no');
    expect(events.headers.get('cache-control')).toBe('no-cache, no-transform');
    const [ready, first] = await events.take(2);
    expect(events.others).toContain('retry: 2000');
    expect(ready?.event).toBe('ready');
    expect(dataOf(ready).head).toMatch(/:\d+$/);
    expect(first).toMatchObject({ event: 'commit', id: dataOf(first).cursor });
    expect(dataOf(first)).toMatchObject({ agent: 'ann', outcome: 'committed', changes: [{ resource: 'sse/a' }] });
    expect(first?.data).not.toContain('one');
    const coming = events.next();
    await ann.put('sse/a', 'two');
    expect(dataOf(await coming)).toMatchObject({ changes: [{ version: 2 }] });
    events.close();
    const resumed = await follow(server, ann, 'pattern=sse/**&since=now', first?.id);
    expect((await resumed.take(2)).map(({ event, data }) => [event, JSON.parse(data).changes?.[0]?.version])).toEqual([
      ['ready', undefined],
      ['commit', 2],
    ]);
    resumed.close();
  });

  it('[FE2] a long poll answers what there is, or waits for it, and says where to go on', async () => {
    // JSON is what it would rather have.
    const accept = 'application/json, text/event-stream;q=0.5';
    expect((await ann.ask('GET', '/events?wait=0', { headers: { accept } })).headers.get('content-type')).toContain(
      'json',
    );
    const poll = async (query: string) => (await ann.ask('GET', `/events?${query}`, { headers: JSON_ONLY })).body;
    const start = await poll('since=now');
    expect(start).toEqual({ items: [], cursor: expect.stringMatching(/:\d+$/) });
    const waiting = poll(`since=${start.cursor}&wait=25`);
    await ann.put('poll/a', 'one');
    const found = await waiting;
    expect(found.items).toMatchObject([{ type: 'commit', changes: [{ resource: 'poll/a' }] }]);
    expect(found.cursor).toBe(found.items[0].cursor);
    for (const id of ['poll/b', 'poll/c']) await ann.put(id, 'x');
    const one = await poll(`since=${found.cursor}&limit=1`);
    const two = await poll(`since=${one.cursor}&limit=1`);
    expect([one, two].map(({ items }) => items[0].changes[0].resource)).toEqual(['poll/b', 'poll/c']);
    // What the pattern hides moves the cursor on all the same.
    const hidden = await poll(`since=${start.cursor}&pattern=none/**`);
    expect(hidden).toEqual({ items: [], cursor: two.cursor });
  });

  it('[FE2] refuses what is no cursor, no pattern and no wait', async () => {
    const codes = [];
    for (const query of ['since=x', 'since=', 'pattern=[a', 'wait=61', 'wait=x', 'limit=0', 'since=a&since=b', 'x=1'])
      codes.push((await ann.ask('GET', `/events?${query}`)).body?.code);
    expect(codes).toEqual(['misuse', 'misuse', 'bad-pattern', 'misuse', 'misuse', 'misuse', 'misuse', 'misuse']);
    expect((await fetch(`${server.url}/v1/spaces/default/events`)).status).toBe(401);
  });

  it('[FE3] K07 K08 tells a key only what it may read, whatever its pattern asks for, and moves it on past the rest', async () => {
    const { server, timers, ann } = await setUp();
    const bob = await server.caller('bob', ['read:public/**', 'commit:public/**']);
    const none = await server.caller('none', ['commit:public/**']);
    await ann.put('secret/a', 'x');
    await ann.put('public/a', 'x');
    const both = [await ann.begin('secret/b'), await ann.begin('public/b')].map((token) => ({ token, content: 'x' }));
    const made = await ann.ask('POST', '/transactions', { json: { writes: both, note: 'secret/b goes with it' } });
    expect(made.status, made.text).toBeLessThan(300);
    const last = await ann.put('secret/c', 'x');
    const events = await follow(server, bob, 'pattern=**');
    const [, first, second] = await events.take(3);
    expect(dataOf(first).changes).toMatchObject([{ resource: 'public/a' }]);
    expect(dataOf(second).changes).toMatchObject([{ resource: 'public/b' }]);
    await timers.pass(HEARTBEAT_MS);
    const mark = await events.next();
    expect(mark?.event).toBe('bookmark');
    const all = `${first?.data}${second?.data}${mark?.data}`;
    expect(all).not.toContain('secret');
    expect(Number(mark?.id.split(':')[1])).toBe(last.body.revision);
    const asked = await bob.ask('GET', '/events?pattern=secret/**', { headers: JSON_ONLY });
    expect(asked.body).toEqual({ items: [], cursor: mark?.id });
    expect((await none.ask('GET', '/events')).status).toBe(404);
    expect((await bob.ask('GET', '//v1/spaces/other/events')).body.code).toBe('not-found');
    // Who may read it is told what a record is, and of what; nobody else hears of it.
    await ann.ask('POST', '/drafts', { json: { id: 'secret/b', announce: true } });
    expect((await bob.ask('GET', '/events', { headers: JSON_ONLY })).text).not.toContain('secret');
    const { items } = (await ann.ask('GET', '/events', { headers: JSON_ONLY })).body;
    expect(items).toContainEqual(
      expect.objectContaining({ outcome: 'recorded', reason: 'draft', about: 'secret/b', changes: [] }),
    );
    events.close();
    await server.close();
  });

  it('[FE4] 50,000 events, read in pieces from wherever it was cut: nothing missed, nothing told twice', async () => {
    const total = 50_000;
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    const random = createRandom(seed);
    const { server, ann } = await setUp({ store: createMemoryStore({ log: { max: 2 * total } }) });
    const call = server.service.controller(DEFAULT_SPACE);
    const epoch = await server.store.epoch();
    const write = async (count: number): Promise<void> => {
      let { token } = await call.begin(`r/${count}`, { agent: 'w' });
      for (let index = 0; index < count; index += 1) {
        const outcome = await call.commit(token, { hash: `h${index}` });
        if (outcome.status !== 'committed') throw new Error(outcome.status);
        token = outcome.token;
        if (random.chance(0.01)) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await write(total / 2);
    const writing = write(total - total / 2);
    const seen: number[] = [];
    let cursor: string | undefined;
    while (seen.length < total) {
      const events = await follow(server, ann, cursor === undefined ? '' : 'since=now', cursor);
      const wanted = Math.min(seen.length + 1 + random.below(12_000), total);
      await readTo(events, seen, wanted);
      cursor = events.lastId();
      events.close();
    }
    await writing;
    expect(seen.length, `seed ${seed}`).toBe(total);
    expect(
      seen.every((revision, index) => revision === index + 1),
      `seed ${seed}`,
    ).toBe(true);
    for (let round = 0; round < 20; round += 1) {
      const from = random.below(total - 300);
      const page = await ann.ask('GET', `/events?since=${epoch}:${from}&limit=300`, { headers: JSON_ONLY });
      const revisions = page.body.items.map(({ revision }: { revision: number }) => revision);
      expect(revisions, `seed ${seed}, from ${from}`).toEqual(Array.from({ length: 300 }, (_, at) => from + 1 + at));
    }
    await until(() => server.service.feeds.count() === 0);
    await server.close();
  });

  it('[FE5] answers 410 to a cursor that the log no longer reaches, and tells an open stream by reset', async () => {
    const { server, ann } = await setUp();
    const made: number[] = [];
    for (const id of ['a', 'b', 'c', 'd']) made.push((await ann.put(id, 'x')).body.revision);
    const epoch = await server.store.epoch();
    const trimmed = await server.store.trim(DEFAULT_SPACE, made[1] ?? 0);
    const gone = await ann.ask('GET', `/events?since=${epoch}:${made[0]}`);
    expect(gone).toMatchObject({ status: 410, body: { code: 'gone', oldest: `${epoch}:${trimmed}` } });
    const elsewhere = await ann.ask('GET', '/events?since=elsewhere:1');
    expect(elsewhere).toMatchObject({ status: 410, body: { code: 'epoch-changed' } });
    const ahead = await ann.ask('GET', `/events?since=${epoch}:${2 ** 50}`, { headers: JSON_ONLY });
    expect(ahead).toMatchObject({ status: 410, body: { code: 'epoch-changed' } });
    const kept = await ann.ask('GET', `/events?since=${gone.body.oldest}`, { headers: JSON_ONLY });
    expect(kept.body.items.map(({ revision }: { revision: number }) => revision)).toEqual(made.slice(2));
    await server.close();
  });

  it('[FE5] a stream whose place is trimmed away, or whose store is restored, gets reset and a clean end', async () => {
    const inner = createMemoryStore();
    const state = { epoch: await inner.epoch(), gone: false };
    const store = withMethods(inner, {
      epoch: async () => state.epoch,
      log: async (space, after, limit) => (state.gone ? { status: 'gone', oldest: 7 } : inner.log(space, after, limit)),
    });
    const { server, ann } = await setUp({ store });
    for (const change of [() => (state.gone = true), () => (state.epoch = 'another')]) {
      state.gone = false;
      state.epoch = await inner.epoch();
      const events = await follow(server, ann, 'since=now');
      await events.next();
      change();
      await inner.commit([]);
      await ann.put(`r/${Math.random()}`, 'x').catch(() => undefined);
      const reset = await events.next();
      expect(reset?.event).toBe('reset');
      expect(['gone', 'epoch-changed']).toContain(dataOf(reset).code);
      expect(await events.next()).toBeUndefined();
    }
    await server.close();
  });

  it('[FE6] H04 the fifth stream of a key waits for another to end, and so does one more than all', async () => {
    const { server, ann } = await setUp({ limits: { streams: 5 } });
    const bob = await server.caller('bob');
    const open = await Promise.all([1, 2, 3, 4].map(() => follow(server, ann, '')));
    expect(open.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const fifth = await ann.ask('GET', '/events');
    expect(fifth).toMatchObject({ status: 429, body: { code: 'rate-limited', retryable: true } });
    expect(Number(fifth.headers.get('retry-after'))).toBeGreaterThan(0);
    const other = await follow(server, bob, '');
    expect(other.status).toBe(200);
    expect((await bob.ask('GET', '/events')).status).toBe(429);
    open[0]?.close();
    await until(() => server.service.feeds.count() === 4);
    const again = await follow(server, ann, '');
    expect(again.status).toBe(200);
    for (const events of [...open, other, again]) events.close();
    await until(() => server.service.feeds.count() === 0);
    await server.close();
  });

  it('[FE7] H04 a reader that never reads is dropped, by what waits for it or by its silence, and its place is free', async () => {
    // Many thousand commits, one after another: of the store nothing is asked here.
    const store = createMemoryStore();
    const { server, timers, ann } = await setUp({ store, limits: { streamQueueBytes: 64 * 1024 } });
    const call = server.service.controller(DEFAULT_SPACE);
    const note = 'n'.repeat(2000);
    const write = async (count: number): Promise<void> => {
      let { token } = await call.begin(`r/${Math.random()}`, { agent: 'w' });
      for (let index = 0; index < count; index += 1) {
        const outcome = await call.commit(token, { hash: `${index}` }, { note });
        if (outcome.status !== 'committed') throw new Error(outcome.status);
        token = outcome.token;
      }
    };
    const deaf = (query: string) => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.pause().on('error', () => undefined);
      const head = [
        `GET /v1/spaces/default/events?${query} HTTP/1.1`,
        'Host: localhost',
        `Authorization: Bearer ${ann.key}`,
      ];
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      return socket;
    };
    const live = deaf('since=now');
    await until(() => server.service.feeds.count() === 1);
    // More than the machine takes for a connection that nobody reads.
    for (let round = 0; server.service.feeds.count() > 0 && round < 100; round += 1) {
      await write(500);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(server.service.feeds.count()).toBe(0);
    live.destroy();
    // One that is behind is waited for, but not for ever.
    await write(9000);
    const behind = deaf('');
    await until(() => server.service.feeds.count() === 1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await timers.pass(4 * HEARTBEAT_MS);
    await until(() => server.service.feeds.count() === 0);
    behind.destroy();
    await server.close();
  });

  it('[FE8] sends heartbeats, and ends cleanly after its time with where to go on', async () => {
    const { server, timers, ann } = await setUp({ limits: { streamMs: 60_000 } });
    await ann.put('a', 'x');
    const events = await follow(server, ann, '');
    const [, told] = await events.take(2);
    await timers.pass(3 * HEARTBEAT_MS);
    const end = events.next();
    await timers.pass(60_000);
    expect(await end).toMatchObject({ event: 'end', id: told?.id });
    expect(dataOf(await end)).toEqual({ reason: 'life', cursor: told?.id });
    expect(await events.next()).toBeUndefined();
    expect(events.others.filter((line) => line === ': ').length).toBeGreaterThanOrEqual(3);
    await server.close();
  });

  it('[FE9] K10 closes the streams of a key that is revoked or expires within thirty seconds', async () => {
    const { server, timers, ann } = await setUp();
    const bob = await server.caller('bob', ['read:**']);
    const grants = [{ capability: 'read', space: '*', pattern: '**' }] as const;
    const soon = await server.service.keys.create({ name: 'eve', grants, expires: server.clock.now + 1000 });
    const eve = await openEvents(`${server.url}/v1/spaces/default/events`, { key: soon.text });
    const events = await follow(server, bob, '');
    await Promise.all([eve.next(), events.next()]);
    expect(await server.service.keys.revoke(bob.id)).toBe(true);
    server.clock.now += 10_000;
    const ends = Promise.all([events.next(), eve.next()]);
    await timers.pass(20_000);
    expect((await ends).map((event) => [event?.event, dataOf(event).reason])).toEqual([
      ['end', 'key'],
      ['end', 'key'],
    ]);
    expect(server.service.feeds.count()).toBe(0);
    expect((await ann.ask('GET', '/events?since=now', { headers: JSON_ONLY })).status).toBe(200);
    await server.close();
  });

  it('[FE10] ends its streams when the server stops, and when the store fails it says so', async () => {
    const inner = createMemoryStore();
    let broken = false;
    const store = withMethods(inner, {
      log: async (space, after, limit) => {
        if (broken) throw new Error('disk on fire');
        return inner.log(space, after, limit);
      },
    });
    const { server, ann } = await setUp({ store });
    const first = await follow(server, ann, 'since=now');
    await first.next();
    broken = true;
    const told = first.next();
    await ann.put('a', 'x');
    expect(dataOf(await told).reason).toBe('store-unavailable');
    expect(await first.next()).toBeUndefined();
    broken = false;
    const second = await follow(server, ann, 'since=now');
    await second.next();
    const last = second.next();
    await server.app.close();
    expect(dataOf(await last).reason).toBe('shutdown');
    await server.close();
  });
});
