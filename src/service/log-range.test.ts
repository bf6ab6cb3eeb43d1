// Where a part of the log begins, on stores whose revisions follow one another and on those that leave holes.
import { describe, expect, it } from 'vitest';
import { createTestStore } from '../../test/support/stores.ts';
import { withMethods } from '../../test/support/wrap.ts';
import { createController } from '../controller/controller.ts';
import { DEFAULT_SPACE } from '../core/resource.ts';
import type { Store } from '../stores/store.ts';
import { logSince } from './log-range.ts';

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
  return withMethods(inner, {
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
});
