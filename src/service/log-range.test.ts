// Where a part of the log begins, on stores whose revisions follow one another and on those that leave holes.
import { describe, expect, it } from 'vitest';
import { createTestStore } from '../../test/support/stores.ts';
import { withMethods } from '../../test/support/wrap.ts';
import { createController } from '../controller/controller.ts';
import { DEFAULT_SPACE } from '../core/resource.ts';
import type { Store } from '../stores/store.ts';
import { logSince } from './log-range.ts';

/** The store with its revisions `step` apart; it may be asked from any place in between. */
function spread(inner: Store, step: number): Store {
  return withMethods(inner, {
    read: async (space, ids) => {
      const page = await inner.read(space, ids);
      return { ...page, revision: page.revision * step };
    },
    log: async (space, after, limit) => {
      const page = await inner.log(space, Math.floor(after / step), limit);
      if (page.status === 'gone') return page;
      return { ...page, entries: page.entries.map((entry) => ({ ...entry, revision: entry.revision * step })) };
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
    for (const step of [1, 64, 1000]) {
      const store = spread(inner, step);
      expect([step, await told(store, 2 * all)]).toEqual([step, { count: all, complete: true }]);
      const part = await told(store, Math.ceil(all / 4));
      expect(part.complete).toBe(false);
      expect(part.count).toBeGreaterThan(all / 8);
      expect(part.count).toBeLessThan(all / 2);
    }
  });
});
