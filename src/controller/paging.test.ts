// Lists in pages: heads, versions and the log, whole and in order whatever the page size (rules E4, FD1, LI1).
import { describe, expect, it } from 'vitest';
import { codeOf, put, setUp } from '../../test/support/entente.ts';
import type { Page, PageRequest } from '../core/page.ts';

/** All items, page by page; fails on an empty page that says there is more. */
async function all<T>(get: (page: PageRequest) => Promise<Page<T>>, limit: number): Promise<T[]> {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const page = await get({ limit, ...(after === undefined ? {} : { after }) });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    if (page.next !== undefined) expect(page.items.length).toBe(limit);
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
}

describe('pages', () => {
  it('[LI1] list: each head once, by id, at every page size, deleted ones only when asked for', async () => {
    const { entente } = setUp();
    const ids = ['b/1', 'a', 'b', 'b/0', 'b.c', 'é', 'z/z', 'b/2', '😀', 'ｚ'];
    for (const id of ids) await put(entente, id, 'x');
    for (const id of ['b/1', 'z/z']) await put(entente, id, { delete: true });
    const byBytes = [...ids].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    const live = byBytes.filter((id) => id !== 'b/1' && id !== 'z/z');
    for (let limit = 1; limit <= 11; limit += 1) {
      const heads = await all((page) => entente.list('', page), limit);
      expect(heads.map(({ resource }) => resource)).toEqual(live);
      const every = await all((page) => entente.list('', { ...page, deleted: true }), limit);
      expect(every.map(({ resource }) => resource)).toEqual(byBytes);
      const below = await all((page) => entente.list('b/', page), limit);
      expect(below.map(({ resource }) => resource)).toEqual(['b/0', 'b/2']);
    }
    expect(await entente.list('nothing')).toEqual({ items: [] });
  });

  it('[LI1] list fills its pages over any number of deleted ones', async () => {
    const { entente } = setUp();
    for (let index = 0; index < 30; index += 1) {
      await put(entente, `r${String(index).padStart(2, '0')}`, 'x');
      if (index % 10 !== 9) await put(entente, `r${String(index).padStart(2, '0')}`, { delete: true });
    }
    expect((await all((page) => entente.list('r', page), 1)).map(({ resource }) => resource)).toEqual([
      'r09',
      'r19',
      'r29',
    ]);
    expect((await entente.list('r', { limit: 2 })).items.length).toBe(2);
  });

  it('[LI2] history: versions newest first, with what their commits said', async () => {
    const { entente } = setUp();
    for (let index = 1; index <= 9; index += 1) await put(entente, 'doc', `v${index}`, { note: `why ${index}` });
    await put(entente, 'doc', { delete: true });
    for (const limit of [1, 2, 3, 10, 100]) {
      const versions = await all((page) => entente.history('doc', page), limit);
      expect(versions.map(({ head }) => head.version)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
      expect(versions.at(-1)).toMatchObject({ note: 'why 1', outcome: 'committed' });
      expect(versions[0]?.head.deleted).toBe(true);
    }
    expect(await entente.history('never')).toEqual({ items: [] });
  });

  it('[LI2] a version can be read while it is kept; one that never was is no fault', async () => {
    const { entente } = setUp();
    await put(entente, 'doc', 'one');
    await put(entente, 'doc', { delete: true });
    expect((await entente.read('doc', { version: 1 }))?.content).toEqual(new TextEncoder().encode('one'));
    expect(await entente.read('doc', { version: 2 })).toMatchObject({ head: { deleted: true } });
    expect(await entente.read('doc', { version: 3 })).toBeUndefined();
    expect(await entente.read('never', { version: 1 })).toBeUndefined();
    for (const version of [0, -1, 1.5, Number.NaN])
      expect(await codeOf(() => entente.read('doc', { version }))).toBe('misuse');
    expect(await entente.hasChanged('doc', 1)).toBe(true);
    expect(await entente.hasChanged('doc', 2)).toBe(false);
    expect(await entente.hasChanged('never', 0)).toBe(false);
  });

  it('[FD1] log: entries oldest first, each with the cursor to go on from', async () => {
    const { entente } = setUp();
    for (let index = 0; index < 12; index += 1) await put(entente, `r${index}`, 'x');
    for (const limit of [1, 4, 5, 12, 100]) {
      const entries = await all((page) => entente.log(undefined, page), limit);
      expect(entries.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      for (const [index, entry] of entries.entries()) {
        expect((await entente.log(entry.cursor)).items.length).toBe(11 - index);
      }
    }
    expect(await setUp().entente.log()).toEqual({ items: [] });
  });

  it('[LI3] a page has 1 to 1,000 items, and starts after a text', async () => {
    const { entente } = setUp();
    for (const limit of [0, -1, 1001, 1.5, Number.NaN, '5' as never]) {
      expect(await codeOf(() => entente.list('', { limit }))).toBe('misuse');
      expect(await codeOf(() => entente.history('doc', { limit }))).toBe('misuse');
      expect(await codeOf(() => entente.log(undefined, { limit }))).toBe('misuse');
      expect(await codeOf(() => entente.conflicts({}, { limit }))).toBe('misuse');
    }
    expect(await codeOf(() => entente.list('', { after: 7 as never }))).toBe('misuse');
    await put(entente, 'doc', 'x');
    for (const after of ['', 'x', '-1', '1.5', '1:doc', '1e1', 'Infinity'])
      expect(await codeOf(() => entente.history('doc', { after })), after).toBe('misuse');
    for (const after of ['', 'x', 'x:y', '-1:c', '1e1:c', '7'])
      for (const list of [() => entente.conflicts({}, { after }), () => entente.recorded({ after })])
        expect(await codeOf(list), after).toBe('misuse');
    expect(await codeOf(() => entente.list('x'.repeat(1025)))).toBe('bad-id');
    expect(await codeOf(() => entente.list(7 as never))).toBe('bad-id');
  });
});
