// The feed: the log from a cursor, nothing missed and nothing told twice (FD rules).
import { describe, expect, it } from 'vitest';
import { as, codeOf, put, setUp, tokenOf } from '../../test/support/entente.ts';
import { createRandom } from '../../test/support/random.ts';
import { withMethods } from '../../test/support/wrap.ts';
import { DEFAULT_SPACE } from '../core/resource.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { abortBoth } from '../strategies/abort-both.ts';
import { escalate } from '../strategies/escalate.ts';
import type { Controller, FeedItem } from './types.ts';

/** Reads items until there are so many, then stops. */
async function take(entente: Controller, count: number, cursor?: string, pattern?: string): Promise<FeedItem[]> {
  const items: FeedItem[] = [];
  if (count === 0) return items;
  for await (const item of entente.feed(cursor, pattern === undefined ? {} : { pattern })) {
    items.push(item);
    if (items.length === count) return items;
  }
  return items;
}

function revisions(items: readonly FeedItem[]): number[] {
  return items.flatMap((item) => (item.type === 'commit' ? [item.revision] : []));
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('feed', () => {
  it('[FD1] tells every commit in order, with its author, heads and outcome, and goes on from any cursor', async () => {
    const { entente } = setUp({ default: escalate() });
    await put(entente, 'a', 'one', { note: 'why' });
    const token = await tokenOf(entente, 'a', 'ann');
    await put(entente, 'a', { delete: true });
    const { conflictId } = as(await entente.commitOrResolve(token, { content: 'mine' }), 'escalated');
    await entente.resolve(conflictId, { use: 'proposed' }, { agent: 'judge' });
    const items = await take(entente, 4);
    expect(items.map((item) => item.type === 'commit' && [item.outcome, item.agent, item.changes.length])).toEqual([
      ['committed', 'setter', 1],
      ['committed', 'setter', 1],
      ['escalated', 'ann', 0],
      ['committed', 'judge', 1],
    ]);
    expect(items[0]).toMatchObject({ note: 'why', changes: [{ resource: 'a', version: 1 }] });
    expect(items[1]).toMatchObject({ changes: [{ deleted: true, version: 2 }] });
    expect(items[2]).toMatchObject({ conflictId, about: 'a' });
    expect(items[3]).toMatchObject({ conflictId });
    for (const [index, item] of items.slice(0, 3).entries()) {
      expect(await take(entente, 3 - index, item.type === 'gone' ? '' : item.cursor)).toEqual(items.slice(index + 1));
    }
  });

  it('[FD2] a pattern tells what concerns it, conflicts and aborts included; what it hides moves a bookmark on', async () => {
    const { entente } = setUp({
      policy: [
        ['a/*', escalate()],
        ['**', abortBoth()],
      ],
    });
    const tokens = await Promise.all(['a/x', 'b/x'].map((resource) => tokenOf(entente, resource, 'ann')));
    await put(entente, 'a/x', '1');
    await put(entente, 'b/x', '2');
    for (const token of tokens) await entente.commitOrResolve(token, { content: 'mine' });
    expect(revisions(await take(entente, 2, undefined, 'a/*'))).toEqual([1, 3]);
    expect(revisions(await take(entente, 2, undefined, 'b/**'))).toEqual([2, 4]);
    const [first, second, mark] = await take(entente, 3, undefined, 'a/*');
    expect([first?.type, second?.type, mark?.type]).toEqual(['commit', 'commit', 'bookmark']);
    const cursor = mark?.type === 'bookmark' ? mark.cursor : '';
    await put(entente, 'a/y', '3');
    expect(revisions(await take(entente, 1, cursor, 'a/*'))).toEqual([5]);
    const aborted = (await take(entente, 2, undefined, 'b/**')).at(-1);
    expect(aborted).toMatchObject({ outcome: 'aborted', agent: 'ann', agents: ['setter'] });
  });

  it('[FD3] a cursor that the log no longer reaches is told as gone, with the oldest to go on from', async () => {
    const { entente, store } = setUp();
    for (const resource of ['a', 'b', 'c', 'd']) await put(entente, resource, 'x');
    const [first] = await take(entente, 1);
    await store.trim(DEFAULT_SPACE, 2);
    const items = await take(entente, 5, first?.type === 'commit' ? first.cursor : '');
    expect(items).toMatchObject([{ type: 'gone' }]);
    const [gone] = items;
    expect(revisions(await take(entente, 2, gone?.type === 'gone' ? gone.oldest : ''))).toEqual([3, 4]);
    expect(revisions(await take(entente, 2))).toEqual([3, 4]);
  });

  it('[FD3] a reader that is overtaken by the trim point hears of it, and misses nothing silently', async () => {
    const { entente } = setUp({ memory: { log: { max: 5 } } });
    await put(entente, 'a', '1');
    const told: string[] = [];
    for await (const item of entente.feed()) {
      told.push(item.type === 'commit' ? String(item.revision) : item.type);
      if (item.type !== 'commit') continue;
      for (let index = 0; index < item.revision * 4; index += 1) await put(entente, 'a', `${item.revision} ${index}`);
    }
    expect(told.at(-1)).toBe('gone');
    const revisions = told.slice(0, -1).map(Number);
    expect(revisions).toEqual(revisions.map((_, index) => index + 1));
  });

  it('[FD3] [A10] a cursor of another epoch, from ahead of the store, or that is none, is refused', async () => {
    const { entente, store } = setUp();
    await put(entente, 'a', 'x');
    const epoch = await store.epoch();
    const run = (cursor: unknown): Promise<string | undefined> => codeOf(() => take(entente, 1, cursor as string));
    expect(await run('elsewhere:0')).toBe('epoch-changed');
    expect(await run(`${epoch}:2`)).toBe('epoch-changed');
    const ends = ['', '-1', '1.5', 'x', '1e0', '0x1', ' 1', '9'.repeat(20)].map((end) => `${epoch}:${end}`);
    for (const cursor of ['', 'x', ':0', 7, null, ...ends]) expect(await run(cursor), String(cursor)).toBe('misuse');
    expect(await codeOf(() => take(entente, 1, undefined, '[x]'))).toBe('bad-pattern');
    expect(await codeOf(() => entente.log('elsewhere:0'))).toBe('epoch-changed');
  });

  it('[FD4] ends with its signal, also while it waits or before it starts, and when the reader stops', async () => {
    const { entente } = setUp();
    await put(entente, 'a', 'x');
    const before = AbortSignal.abort();
    for await (const item of entente.feed(undefined, { signal: before })) throw new Error(`told ${item.type}`);
    const stop = new AbortController();
    const seen: FeedItem[] = [];
    for await (const item of entente.feed(undefined, { signal: stop.signal })) {
      seen.push(item);
      setImmediate(() => stop.abort());
    }
    expect(seen.length).toBe(1);
    const idle = entente.feed((await entente.log()).items.at(-1)?.cursor, { signal: AbortSignal.timeout(20) });
    for await (const item of idle) throw new Error(`told ${item.type}`);
  });

  it('[FD5] misses nothing and tells nothing twice while commits race with it and it starts again anywhere', async () => {
    const seed = 20_261;
    const random = createRandom(seed);
    const { entente } = setUp();
    const total = 5000;
    const writing = (async () => {
      for (let index = 0; index < total; index += 1) {
        await put(entente, `r/${index % 7}`, `${index}`);
        if (random.chance(0.02)) await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const seen: number[] = [];
    let cursor: string | undefined;
    while (seen.length < total) {
      const items = await take(entente, Math.min(1 + random.below(400), total - seen.length), cursor);
      seen.push(...revisions(items));
      const last = items.at(-1);
      if (last !== undefined && last.type !== 'gone') cursor = last.cursor;
    }
    await writing;
    expect(seen, `seed ${seed}`).toEqual(upTo(total));
    for (let round = 0; round < 20; round += 1) {
      const from = random.below(total - 50);
      const start = `${await setUpEpoch(entente)}:${from}`;
      const some = await take(entente, 50, start);
      expect(revisions(some), `seed ${seed}, from ${from}`).toEqual(upTo(from + 50).slice(from));
    }
  });

  it('[FD5] a wake-up that is lost or comes late costs time only: what is told comes from the log', async () => {
    const inner = createMemoryStore();
    const store = withMethods(inner, {
      // Says nothing of most commits, and much of nothing.
      async *wake(_space, signal) {
        while (!signal.aborted) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          yield;
        }
      },
    });
    const { entente } = setUp({ store });
    const reading = take(entente, 300);
    for (const index of upTo(300)) {
      await put(entente, 'a', `${index}`);
      if (index % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 3));
    }
    expect(revisions(await reading)).toEqual(upTo(300));
  });

  it('[FD5] a reader that comes up through whole pages hears of the very next commit', async () => {
    const { entente } = setUp();
    for (const index of upTo(1200)) await put(entente, 'a', `${index}`);
    const told: number[] = [];
    for await (const item of entente.feed()) {
      if (item.type !== 'commit') continue;
      told.push(item.revision);
      if (item.revision === 1200) setTimeout(() => void put(entente, 'a', 'last'), 5);
      if (item.revision === 1201) break;
    }
    expect(told).toEqual(upTo(1201));
  });

  it('[FD4] of a store that closes ends with a fault and does not spin', async () => {
    const { entente } = setUp();
    const reading = codeOf(() => take(entente, 1));
    await new Promise((resolve) => setImmediate(resolve));
    await entente.close();
    expect(await reading).toBe('store-unavailable');
  });
});

async function setUpEpoch(entente: Controller): Promise<string> {
  return (await entente.begin('x', { agent: 'x' })).token.epoch;
}
