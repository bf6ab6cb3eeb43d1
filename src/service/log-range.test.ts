// Where a part of the log begins, on stores whose revisions follow one another and on those that leave holes.
import { describe, expect, it } from 'vitest';
import { createTestStore } from '../../test/support/stores.ts';
import { withMethods } from '../../test/support/wrap.ts';
import { createController } from '../controller/controller.ts';
import { DEFAULT_SPACE } from '../core/resource.ts';
import { createMemoryStore } from '../stores/memory.ts';
import type { LogEntry, Store } from '../stores/store.ts';
import { logSince } from './log-range.ts';

const withHoles = (store: Store): Store => ({
  ...store,
  capabilities: { ...store.capabilities, gapless: false },
});

/** A log of entries in runs of revisions that follow one another, and how many of them were read. */
function runsOfEntries(runs: readonly (readonly [first: number, last: number])[]): { store: Store; looked(): number } {
  let looked = 0;
  const last = runs.at(-1)?.[1] ?? 0;
  const store = withMethods(withHoles(createMemoryStore()), {
    read: async () => ({ epoch: 'e', revision: last, trimmed: 0, heads: [] }),
    log: async (_space, after, limit) => {
      const entries: LogEntry[] = [];
      for (const [from, to] of runs) {
        for (let revision = Math.max(from, after + 1); revision <= to && entries.length < limit; revision += 1)
          entries.push({ revision, at: revision } as LogEntry);
      }
      looked += entries.length;
      return { status: 'ok', entries, revision: last };
    },
  });
  return { store, looked: () => looked };
}

/** The store with its revisions elsewhere, in the same order; it may be asked from any place in between. */
function moved(inner: Store, placeOf: (revision: number) => number): Store {
  /** The last of the store's own revisions that has no later place. */
  const ownOf = (place: number): number => {
    let [low, high] = [0, place];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (placeOf(middle) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return withMethods(withHoles(inner), {
    read: async (space, ids) => {
      const page = await inner.read(space, ids);
      return { ...page, revision: placeOf(page.revision) };
    },
    log: async (space, after, limit) => {
      const page = await inner.log(space, ownOf(after), limit);
      if (page.status === 'gone') return page;
      return { ...page, entries: page.entries.map((entry) => ({ ...entry, revision: placeOf(entry.revision) })) };
    },
  });
}

async function told(store: Store, most: number): Promise<{ readonly count: number; readonly complete: boolean }> {
  const { entries, complete } = await logSince(store, DEFAULT_SPACE, 0, most);
  let count = 0;
  for await (const _ of entries) count += 1;
  return { count, complete };
}

describe('the part of a log that begins at a time', () => {
  it('[HT30] is all of it up to a bound in entries, however far their revisions are apart', async () => {
    const inner = createTestStore();
    const controller = createController({ store: inner });
    for (let index = 0; index < 40; index += 1) {
      const { token } = await controller.begin('a', { agent: 'ann' });
      await controller.commit(token, { content: `${index}` });
    }
    const all = (await told(inner, 100_000)).count;
    expect(all).toBeGreaterThanOrEqual(40);
    const { revision: last } = await inner.read(DEFAULT_SPACE, []);
    const places: Readonly<Record<string, (revision: number) => number>> = {
      'as they are': (revision) => revision,
      'a thousand apart': (revision) => revision * 1000,
      'far from the first': (revision) => (revision === 0 ? 0 : revision + 100_000),
      'a hole before the last': (revision) => (revision < last ? revision : revision + 100_000),
      'ever further apart': (revision) => revision ** 2,
      'ever closer together': (revision) =>
        revision < last ? last ** 2 - (last - revision) ** 2 : revision + last ** 2,
    };
    for (const [name, placeOf] of Object.entries(places)) {
      const store = moved(inner, placeOf);
      expect([name, await told(store, 2 * all)]).toEqual([name, { count: all, complete: true }]);
      expect([name, await told(store, all)]).toEqual([name, { count: all, complete: true }]);
      for (const part of [1, Math.ceil(all / 4), all - 1]) {
        expect([name, await told(store, part)]).toEqual([name, { count: part, complete: false }]);
      }
    }
  });

  const logs: readonly (readonly [string, readonly (readonly [number, number])[]])[] = [
    ['without holes', [[1, 300_000]]],
    [
      'dense, then a hole',
      [
        [1, 300_000],
        [1_300_000, 1_300_050],
      ],
    ],
    [
      'dense, then a wide hole, one entry missing',
      [
        [1, 300_000],
        [90_300_000, 90_300_998],
      ],
    ],
    [
      'dense, a hole, dense, a hole',
      [
        [1, 200_000],
        [400_000, 400_600],
        [9_000_000, 9_000_300],
      ],
    ],
  ];
  it.each(logs)('[HT30] costs little more than what it tells: %s', async (_, runs) => {
    const { store, looked } = runsOfEntries(runs);
    expect(await told(store, 1000)).toEqual({ count: 1000, complete: false });
    // The thousand twice, to count and to tell them, and a page or two for each halving of a hole.
    expect(looked()).toBeLessThan(50_000);
    expect(await told(store, 400_000)).toMatchObject({ complete: true });
  });

  it('[HT30] is not complete where what it leaves out was trimmed meanwhile', async () => {
    const inner = createMemoryStore();
    const controller = createController({ store: inner });
    for (let index = 0; index < 1000; index += 1) {
      const { token } = await controller.begin('a', { agent: 'ann' });
      await controller.commit(token, { content: `${index}` });
    }
    let pages = 0;
    const store = withMethods(withHoles(inner), {
      log: async (space, after, limit) => {
        const page = await inner.log(space, after, limit);
        if (limit > 1 && ++pages === 1) await inner.trim(space, 500);
        return page;
      },
    });
    expect(await told(store, 300)).toEqual({ count: 300, complete: false });
  });
});
