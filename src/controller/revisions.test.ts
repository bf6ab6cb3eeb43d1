// Revisions order a space and are counted by nobody but its store (rules D2 and D3, as the controller shows them).
import { describe, expect, it } from 'vitest';
import { as, codeOf, put, setUp, text, textAt, tokenOf } from '../../test/support/entente.ts';
import { createSparseStore } from '../../test/support/sparse-store.ts';
import { DEFAULT_SPACE } from '../core/resource.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { merge } from '../strategies/merge.ts';
import type { Controller, FeedItem } from './types.ts';

const BASE = 'one\n-\ntwo\n';

async function take(entente: Controller, count: number, cursor?: string): Promise<(FeedItem & { type: 'commit' })[]> {
  const items: (FeedItem & { type: 'commit' })[] = [];
  for await (const item of entente.feed(cursor, { pattern: 'r*' })) {
    if (item.type === 'commit' && items.push(item) === count) break;
  }
  return items;
}

describe('revisions', () => {
  it('[D2] each of many commits at once has a revision of its own, larger than all that were answered before', async () => {
    const { entente } = setUp();
    let answered = 0;
    const revisions: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const tokens = await Promise.all([0, 1, 2, 3].map((index) => tokenOf(entente, `r${index}`, 'ann')));
      const outcomes = await Promise.all(
        tokens.map((token) =>
          entente.commit(token, { content: `${round}` }).then((outcome) => as(outcome, 'committed')),
        ),
      );
      for (const { revision } of outcomes) expect(revision).toBeGreaterThan(answered);
      revisions.push(...outcomes.map(({ revision }) => revision));
      answered = Math.max(...revisions);
    }
    expect(new Set(revisions).size).toBe(40);
    const logged = (await entente.log()).items.map(({ revision }) => revision);
    expect(logged).toEqual([...revisions].sort((left, right) => left - right));
  });

  it('[D2] of two commits at once with one token, one lands; the same change twice lands once', async () => {
    const { entente } = setUp();
    const token = await tokenOf(entente, 'a', 'ann');
    const same = await Promise.all([1, 2].map(() => entente.commit(token, { content: 'x' })));
    expect(same.map((outcome) => as(outcome, 'committed').replayed).filter(Boolean).length).toBe(1);
    const tokens = await Promise.all(['ann', 'bob'].map((agent) => tokenOf(entente, 'a', agent)));
    const rivals = await Promise.all(tokens.map((held, index) => entente.commit(held, { content: `${index}` })));
    expect(rivals.map(({ status }) => status)).toEqual(['committed', 'conflict']);
  });

  it('[D3] revisions may skip: commits, sets, merges, conflicts and decisions go by those that were told', async () => {
    const store = createSparseStore(createMemoryStore());
    const { entente } = setUp({ store, default: merge('text') });
    await put(entente, 'a', BASE);
    await put(entente, 'b', BASE);
    const [a, b] = await Promise.all([tokenOf(entente, 'a', 'ann'), tokenOf(entente, 'b', 'ann')]);
    await put(entente, 'a', BASE.replace('one', 'ONE'));
    const writes = [a, b].map((token) => ({ token, change: { content: BASE.replace('two', 'TWO') } }));
    const set = as(await entente.transact({ agent: 'ann', writes }), 'merged');
    expect(set.results?.map(({ revision, version }) => [revision, version])).toEqual([
      [40, 3],
      [40, 2],
    ]);
    expect(as(await entente.transact({ agent: 'ann', writes }), 'merged')).toMatchObject({
      replayed: true,
      revision: 40,
    });
    const held = await tokenOf(entente, 'a', 'bob');
    await put(entente, 'a', 'ONE, later\n-\nTWO\n');
    const opened = as(await entente.commitOrResolve(held, { content: 'uno\n-\nTWO\n' }), 'escalated');
    expect(await entente.conflict(opened.conflictId)).toMatchObject({ number: 60, revision: 60 });
    await put(entente, 'a', 'ONE, later\n-\nTWO\nend\n');
    as(await entente.resolve(opened.conflictId, { use: 'proposed' }, { agent: 'judge', revision: 60 }), 'merged');
    expect(await textAt(entente, 'a')).toBe('uno\n-\nTWO\nend\n');
    expect(text(await entente.conflictContent(opened.conflictId, 'base'))).toBe('ONE\n-\nTWO\n');
    as(await entente.setPolicy({ rules: [] }, { agent: 'admin' }), 'unchanged');
    expect((await entente.policy()).revision).toBe(90);
    as(await entente.update('b', { agent: 'ann' }, () => ({ append: 'end\n' })), 'committed');
    expect(await entente.stats()).toMatchObject({ revision: 100, open: 0 });
  });

  it('[D3] feeds, logs and trims go from any cursor that was told', async () => {
    const store = createSparseStore(createMemoryStore());
    const { entente } = setUp({ store });
    for (let index = 0; index < 25; index += 1) await put(entente, `r${index % 3}`, `${index}`);
    const seen: number[] = [];
    let after: string | undefined;
    do {
      const page = await entente.log(undefined, { limit: 4, ...(after === undefined ? {} : { after }) });
      seen.push(...page.items.map(({ revision }) => revision));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => (index + 1) * 10));
    const fed: number[] = [];
    let cursor: string | undefined;
    while (fed.length < 25) {
      const items = await take(entente, 5, cursor);
      fed.push(...items.map(({ revision }) => revision));
      cursor = items.at(-1)?.cursor;
    }
    expect(fed).toEqual(seen);
    const early = (await entente.log(undefined, { limit: 1 })).items[0]?.cursor ?? '';
    await store.trim(DEFAULT_SPACE, 100);
    expect(await codeOf(() => entente.log(early))).toBe('gone');
    const gone = await entente.feed(early)[Symbol.asyncIterator]().next();
    const { oldest } = gone.value as FeedItem & { type: 'gone' };
    expect((await entente.log(oldest)).items.length).toBe(15);
  });
});
