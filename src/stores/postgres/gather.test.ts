// Reads of one turn share a statement, and each gets what it asked for.
import { setImmediate } from 'node:timers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Head } from '../../core/version.ts';
import { guardOf, makeRequest, writeOf } from '../conformance/index.ts';
import { createMemoryStore } from '../memory.ts';
import type { Snapshot } from '../store.ts';
import { gatherReads, type ReadHeads } from './gather.ts';

const { space } = makeRequest('');
const other = 'other' as typeof space;
const id = (name: string): Head['resource'] => guardOf(name).resource;

describe('gathered reads', () => {
  it('[PG14] one statement a turn and space, each answer with its own ids in its own order', async () => {
    const store = createMemoryStore();
    const epoch = await store.epoch();
    for (const name of ['a', 'b'])
      await store.commit([makeRequest(epoch, { guards: [guardOf(name)], writes: [writeOf(name, name)] })]);
    const asked: string[] = [];
    const read: ReadHeads = async (of, ids) => {
      asked.push(`${of} ${ids.join(' ')}`);
      return store.read(of, ids);
    };
    const gathered = gatherReads(read, setImmediate);
    const names = [['a'], ['b', 'none', 'a'], [], ['a', 'a']];
    const [elsewhere, ...answers] = await Promise.all([
      gathered(other, [id('a')]),
      ...names.map((some) => gathered(space, some.map(id))),
    ]);
    expect(asked).toEqual(['other a', 'default a b none']);
    expect(elsewhere?.heads).toEqual([undefined]);
    for (const [index, some] of names.entries()) expect(answers[index]).toEqual(await store.read(space, some.map(id)));
    expect(answers[0]?.heads[0]).not.toBe(answers[3]?.heads[0]);
  });

  it('[PG14] who asks after a look has begun waits for the next one, and a fault goes to all of its turn', async () => {
    let revision = 0;
    const gathered = gatherReads(async (): Promise<Snapshot> => {
      const seen = { epoch: '', revision, trimmed: 0, heads: [undefined] };
      await nextTurn();
      if (seen.revision === 2) throw new Error('lost');
      return seen;
    }, setImmediate);
    const first = gathered(space, [id('a')]);
    await nextTurn();
    revision = 1;
    expect((await gathered(space, [id('a')])).revision).toBe(1);
    expect((await first).revision).toBe(0);
    revision = 2;
    const both = await Promise.allSettled([gathered(space, [id('a')]), gathered(space, [id('b')])]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    revision = 3;
    const many = Array.from({ length: 1500 }, (_, index) => gathered(space, [id(`r${index}`)]));
    expect((await Promise.all(many)).every((snapshot) => snapshot.revision === 3)).toBe(true);
  });
});
