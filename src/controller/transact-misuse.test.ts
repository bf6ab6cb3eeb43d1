// What a transaction refuses to take, and what it says about tokens of another time, life or store (rules D1, A5, A10).
import { describe, expect, it } from 'vitest';
import { as, codeOf, put, setUp, textAt, tokenOf } from '../../test/support/entente.ts';
import type { Token } from '../core/token.ts';
import { lastWriterWins } from '../strategies/last-writer-wins.ts';
import { merge } from '../strategies/merge.ts';
import { createController } from './controller.ts';

const change = { content: 'mine' };

describe('transact', () => {
  it('[D1] takes one write for each resource, of its own agent, space and epoch', async () => {
    const { entente, store } = setUp();
    await put(entente, 'a', 'one');
    const a = await tokenOf(entente, 'a', 'ann');
    const twice = await tokenOf(entente, 'a', 'ann');
    const foreign = await tokenOf(entente, 'b', 'bob');
    const elsewhere = await tokenOf(createController({ store, space: 'other' }), 'a', 'ann');
    const otherStore = await tokenOf(setUp().entente, 'b', 'ann');
    const run = (agent: string, ...held: Token[]): Promise<string | undefined> =>
      codeOf(() => entente.transact({ agent, writes: held.map((token) => ({ token, change })) }));
    expect(await run('ann')).toBe('misuse');
    expect(await run('ann', a, twice)).toBe('misuse');
    expect(await run('ann', a, foreign)).toBe('misuse');
    expect(await run('bob', a)).toBe('misuse');
    expect(await run('ann', elsewhere)).toBe('token-mismatch');
    expect(await run('ann', a, otherStore)).toBe('misuse');
    expect(await run('ann', otherStore)).toBe('epoch-changed');
    expect(await run('', a)).toBe('bad-id');
    expect(await codeOf(() => entente.transact({ agent: 'ann', writes: undefined as never }))).toBe('misuse');
    expect(await codeOf(() => entente.transact({ agent: 'ann', writes: [{ token: a, change: {} as never }] }))).toBe(
      'misuse',
    );
    const writes = [{ token: a, change }];
    expect(await codeOf(() => entente.transact({ agent: 'ann', writes, commitId: '' }))).toBe('misuse');
    expect(await codeOf(() => entente.transact({ agent: 'ann', writes, note: 'n'.repeat(2001) }))).toBe('misuse');
    expect(await textAt(entente, 'a')).toBe('one');
  });

  it('[D1] [A10] a set that changes nothing is refused like any other when its tokens are of another epoch', async () => {
    const token = await tokenOf(setUp().entente, 'a', 'ann');
    const { entente } = setUp();
    const writes = [{ token, change: { delete: true } as const }];
    expect(await codeOf(() => entente.transact({ agent: 'ann', writes }))).toBe('epoch-changed');
  });

  it('[D1] a change that cannot be formed writes nothing of the set', async () => {
    const { entente } = setUp();
    await put(entente, 'a', 'one');
    const a = await tokenOf(entente, 'a', 'ann');
    const b = await tokenOf(entente, 'b', 'ann');
    const writes = [
      { token: b, change },
      { token: a, change: { edits: [{ old: 'two', new: 'three' }] } },
    ];
    expect(await codeOf(() => entente.transact({ agent: 'ann', writes }))).toBe('edit-not-found');
    expect(await textAt(entente, 'b')).toBeUndefined();
  });

  it('[D1] what is in both reads and writes is pinned: stale, it is neither merged nor overwritten', async () => {
    for (const strategy of [merge('text'), lastWriterWins()]) {
      const { entente } = setUp({ default: strategy });
      await put(entente, 'a', 'one\n-\ntwo\n');
      const old = await tokenOf(entente, 'a', 'ann');
      await put(entente, 'a', 'ONE\n-\ntwo\n');
      const now = await tokenOf(entente, 'a', 'ann');
      const writes = [{ token: old, change: { content: 'one\n-\nTWO\n' } }];
      for (const read of [old, now]) {
        as(await entente.transact({ agent: 'ann', writes, reads: [read] }), 'conflict');
      }
      as(await entente.transact({ agent: 'ann', writes }), 'merged');
    }
  });

  it('[D1] [A5] a set from before the trim point is expired, also when it was refused and comes again', async () => {
    const { entente, store } = setUp();
    await put(entente, 'a', 'one');
    const stale = await tokenOf(entente, 'a', 'ann');
    await put(entente, 'a', 'two');
    const writes = [{ token: stale, change }];
    const refused = as(await entente.transact({ agent: 'ann', writes }), 'conflict');
    const again = [{ token: refused.token, change }];
    await put(entente, 'a', 'three');
    await store.trim('default' as never, 3);
    expect(await codeOf(() => entente.transact({ agent: 'ann', writes }))).toBe('expired');
    expect(await codeOf(() => entente.transact({ agent: 'ann', writes: again }))).toBe('expired');
    expect(await textAt(entente, 'a')).toBe('three');
  });

  it('[D1] sets and single commits racing: each set is seen whole', async () => {
    const sleep = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const { entente } = setUp({ default: merge('text', { options: { union: true } }), sleep });
    await put(entente, 'a', 'start\n');
    await put(entente, 'b', 'start\n');
    const runs = Array.from({ length: 20 }, async (_, index) => {
      const held = [await tokenOf(entente, 'a', 'ann'), await tokenOf(entente, 'b', 'ann')];
      const writes = held.map((token) => ({ token, change: { append: `set ${index}\n` } }));
      return entente.transact({ agent: 'ann', writes });
    });
    const outcomes = await Promise.all(runs);
    expect(outcomes.map(({ status }) => status).every((status) => status === 'committed' || status === 'merged')).toBe(
      true,
    );
    const a = (await textAt(entente, 'a'))?.split('\n').sort();
    expect(a?.length).toBe(22);
    expect((await textAt(entente, 'b'))?.split('\n').sort()).toEqual(a);
  });
});
