// What is counted and what is remembered of conflicts (rule E7).
import { describe, expect, it } from 'vitest';
import { as, codeOf, put, setUp, textAt, tokenOf } from '../../test/support/entente.ts';
import type { Outcome } from '../core/outcome.ts';
import { versionDiff } from '../core/resolution.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { escalate } from '../strategies/escalate.ts';
import { firstWriterWins } from '../strategies/first-writer-wins.ts';
import { keepBoth } from '../strategies/keep-both.ts';
import { lastWriterWins } from '../strategies/last-writer-wins.ts';
import { merge } from '../strategies/merge.ts';
import { retry } from '../strategies/retry.ts';
import type { Controller } from './types.ts';

const policy = [
  ['first', firstWriterWins()],
  ['last', lastWriterWins()],
  ['merge', merge('text')],
  ['retry', retry({ maxAttempts: 1 })],
  ['ask', escalate()],
  ['both', keepBoth()],
] as const;

async function clash(entente: Controller, resource: string, times = 1): Promise<Outcome> {
  await put(entente, resource, `base ${resource}\n-\nx\n`);
  const token = await tokenOf(entente, resource, 'ann');
  for (let index = 0; index < times; index += 1)
    await put(entente, resource, `${index} ${resource}\n-\nx\n`, { agent: 'bob' });
  return entente.commitOrResolve(token, { content: `base ${resource}\n-\nmine\n` });
}

describe('statistics', () => {
  it('[E7] commitOrResolve remembers each conflict with its resolution; commit does not count', async () => {
    const { entente } = setUp({ policy, clock: () => 1_000 });
    for (const [resource] of policy) await clash(entente, resource, 2);
    const history = await entente.conflictHistory();
    expect(history.map(({ resolution }) => resolution.type)).toEqual([
      'useVersion',
      'useVersion',
      'merged',
      'retry',
      'escalate',
      'keepBoth',
    ]);
    expect(history[0]).toEqual({
      conflict: {
        resource: 'first',
        conflictingAgent: 'ann',
        holderAgent: 'bob',
        expectedVersion: 1,
        actualVersion: 3,
        at: 1_000,
      },
      resolution: { type: 'useVersion', side: 'current', agent: 'bob' },
      resolvedAt: 1_000,
    });
    expect(history.map(({ conflict }) => versionDiff(conflict))).toEqual([2, 2, 2, 2, 2, 2]);
    expect(await entente.stats()).toMatchObject({
      totalConflicts: 6,
      resolvedByRetry: 1,
      escalated: 1,
      merged: 1,
      rejected: 1,
      open: 1,
      totalResources: 7,
    });
    const token = await tokenOf(entente, 'first', 'ann');
    await put(entente, 'first', 'moved');
    as(await entente.commit(token, { content: 'mine' }), 'conflict');
    expect((await entente.stats()).totalConflicts).toBe(6);
    expect((await entente.conflictHistory()).length).toBe(6);
  });

  it('[E7] [R10] counters are never capped; the history is a ring of the last ones, oldest first', async () => {
    const { entente } = setUp();
    for (let index = 0; index < 150; index += 1) await clash(entente, `r${index}`);
    expect(await entente.stats()).toMatchObject({ totalConflicts: 150, rejected: 150 });
    const kept = (await entente.conflictHistory()).map(({ conflict }) => conflict.resource);
    expect(kept).toEqual(Array.from({ length: 100 }, (_, index) => `r${index + 50}`));
    await entente.clearHistory();
    expect(await entente.conflictHistory()).toEqual([]);
    await clash(entente, 'later');
    expect((await entente.conflictHistory()).length).toBe(1);
    expect((await entente.stats()).totalConflicts).toBe(151);
  });

  it('[E7] history.max says how many, none at all among them; it bounds no store and no counter', async () => {
    for (const max of [0, 1, 3]) {
      const { entente } = setUp({ history: { max } });
      for (let index = 0; index < 5; index += 1) await clash(entente, `r${index}`);
      expect((await entente.conflictHistory()).map(({ conflict }) => conflict.resource)).toEqual(
        ['r0', 'r1', 'r2', 'r3', 'r4'].slice(5 - max),
      );
      expect((await entente.stats()).totalConflicts).toBe(5);
      expect((await entente.log()).items.length).toBe(10);
    }
    for (const max of [-1, 1.5, Number.NaN, '3' as never]) {
      expect(await codeOf(() => setUp({ history: { max } }))).toBe('misuse');
    }
  });

  it('[E7] what changed nothing, what was replayed and what nobody contested is no conflict', async () => {
    const { entente } = setUp({ default: merge('text') });
    await put(entente, 'a', 'x');
    const token = await tokenOf(entente, 'a', 'ann');
    await put(entente, 'a', 'y');
    as(await entente.commitOrResolve(token, { content: 'y' }), 'unchanged');
    as(await entente.commitOrResolve(token, { content: 'x' }), 'unchanged');
    expect((await entente.stats()).totalConflicts).toBe(0);
    as(await entente.commitOrResolve(token, { content: 'z' }), 'escalated');
    as(await entente.commitOrResolve(token, { content: 'z' }), 'escalated');
    expect((await entente.stats()).totalConflicts).toBe(1);
    expect((await entente.conflictHistory()).length).toBe(1);
  });

  it('[E7] what goes back to its author is a conflict too: a stale delete, a premise that moved', async () => {
    const { entente } = setUp({ default: merge('text'), clock: () => 1_000 });
    await put(entente, 'a', 'x');
    const premise = await tokenOf(entente, 'a', 'ann');
    const target = await tokenOf(entente, 'b', 'ann');
    await put(entente, 'a', 'y', { agent: 'bob' });
    as(await entente.commitOrResolve(premise, { delete: true }), 'conflict');
    as(await entente.commitOrResolve(target, { content: 'mine' }, { reads: [premise] }), 'conflict');
    as(await entente.commit(premise, { delete: true }), 'conflict');
    const history = await entente.conflictHistory();
    expect(history.map(({ conflict, resolution }) => [conflict.resource, resolution])).toEqual([
      ['a', { type: 'useVersion', side: 'current', agent: 'bob' }],
      ['b', { type: 'useVersion', side: 'current', agent: 'nobody' }],
    ]);
    expect(await entente.stats()).toMatchObject({ totalConflicts: 2, resolvedByRetry: 0, rejected: 0, escalated: 0 });
  });

  it('[E7] the space’s own counts are everybody’s; those of refusals are each controller’s', async () => {
    const store = createMemoryStore();
    const [one, two] = [setUp({ store, policy }).entente, setUp({ store, policy }).entente];
    await clash(one, 'ask');
    await clash(two, 'merge');
    await clash(two, 'first');
    expect(await one.stats()).toMatchObject({ escalated: 1, merged: 1, open: 1, rejected: 0, totalConflicts: 1 });
    expect(await two.stats()).toMatchObject({ escalated: 1, merged: 1, open: 1, rejected: 1, totalConflicts: 2 });
    expect(await textAt(one, 'merge')).toBe('0 merge\n-\nmine\n');
  });
});
