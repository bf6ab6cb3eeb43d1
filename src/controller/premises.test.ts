import { describe, expect, it } from 'vitest';
import { as, doorNames, doors, openDesk } from '../../test/support/desk.ts';
import { withMethods } from '../../test/support/wrap.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { abortBoth } from '../strategies/abort-both.ts';
import { custom } from '../strategies/custom.ts';
import { escalate } from '../strategies/escalate.ts';
import { keepBoth } from '../strategies/keep-both.ts';
import { lastWriterWins } from '../strategies/last-writer-wins.ts';
import { merge } from '../strategies/merge.ts';
import { retry } from '../strategies/retry.ts';
import type { Strategy } from '../strategies/types.ts';

const strategies: readonly Strategy[] = [
  lastWriterWins(),
  merge(),
  retry({ maxAttempts: 9 }),
  escalate(),
  keepBoth(),
  abortBoth({ restore: 'base' }),
  custom(() => ({ use: 'proposed' })),
];

describe('reads are pinned premises', () => {
  it.each(doorNames)('[A9] a premise that moved is a conflict although the target did not: %s', async (name) => {
    const desk = openDesk();
    const target = await desk.put('target', 'base');
    const premise = await desk.put('premise', 'open');
    await desk.put('premise', 'closed');
    const outcome = as(await doors[name](desk.entente, target, { content: 'x' }, { reads: [premise] }), 'conflict');
    expect(outcome.packet.reason).toContain('premise');
    expect(await desk.text('target')).toBe('base');
  });

  it.each(doorNames)(
    '[A9] a premise that holds lets it through: what never was, is deleted, is there: %s',
    async (name) => {
      const desk = openDesk();
      const target = await desk.put('target', 'base');
      await desk.put('deleted', 'x');
      await desk.put('deleted', null);
      const reads = [
        (await desk.begin('never')).token,
        (await desk.begin('deleted')).token,
        await desk.put('there', 'open'),
      ];
      as(await doors[name](desk.entente, target, { content: 'x' }, { reads }), 'committed');
    },
  );

  it.each(strategies.map((strategy) => [strategy.name, strategy] as const))(
    '[A9] whatever the strategy: %s',
    async (_, strategy) => {
      const desk = openDesk({ default: strategy });
      const premise = (await desk.begin('premise', 'bob')).token;
      const stale = await desk.clash('target.md', 'base', 'ann');
      await desk.put('premise', 'moved');
      const before = await desk.store.counts(stale.space);
      for (const content of ['bob', 'base', 'ann']) {
        as(await desk.entente.commitOrResolve(stale, { content }, { reads: [premise] }), 'conflict');
      }
      expect(await desk.store.counts(stale.space)).toEqual(before);
      expect(await desk.text('target.md')).toBe('ann');
    },
  );

  it.each(strategies.map((strategy) => [strategy.name, strategy] as const))(
    '[A9] a premise that moves while the strategy decides is found by the commit itself: %s',
    async (name, strategy) => {
      const inner = createMemoryStore();
      let armed = false;
      const store = withMethods(inner, {
        async commit(requests) {
          if (armed && requests[0]?.agent === 'bob' && requests[0].meta.outcome !== 'committed') {
            armed = false;
            await desk.put('premise', 'moved');
          } else if (armed && requests[0]?.meta.overwrote !== undefined) {
            armed = false;
            await desk.put('premise', 'moved');
          }
          return inner.commit(requests);
        },
      });
      const desk = openDesk({ store, default: strategy });
      const premise = (await desk.begin('premise', 'bob')).token;
      const stale = await desk.clash('target.md', 'a\nb\nc\n', 'A\nb\nc\n');
      armed = true;
      const outcome = await desk.entente.commitOrResolve(stale, { content: 'a\nb\nC\n' }, { reads: [premise] });
      expect(outcome.status).toBe(name === 'retry' ? 'retry' : 'conflict');
      if (outcome.status === 'conflict') expect(outcome.packet.reason).toContain('premise');
      expect(await desk.text('target.md')).toBe('A\nb\nc\n');
      expect((await inner.counts(stale.space)).open).toBe(0);
    },
  );

  it('[A9] write skew: of two that rely on each other’s resource, one must lose', async () => {
    const desk = openDesk();
    const onCall = { a: await desk.put('on-call/a', 'yes'), b: await desk.put('on-call/b', 'yes') };
    const forAgent = async (agent: string, resource: string) => (await desk.begin(resource, agent)).token;
    const one = await forAgent('a', 'on-call/a');
    const two = await forAgent('b', 'on-call/b');
    const first = await desk.entente.commit(one, { content: 'no' }, { reads: [onCall.b] });
    const second = await desk.entente.commit(two, { content: 'no' }, { reads: [onCall.a] });
    expect([first.status, second.status]).toEqual(['committed', 'conflict']);
    expect(await desk.text('on-call/b')).toBe('yes');
  });

  it('[A9] fencing: who took the lease over refuses whom it was taken from', async () => {
    const desk = openDesk({ default: lastWriterWins() });
    const old = as(
      await desk.entente.commit((await desk.begin('lease', 'one')).token, { content: 'one' }),
      'committed',
    ).token;
    const target = (await desk.begin('target', 'one')).token;
    const taken = as(
      await desk.entente.commit((await desk.begin('lease', 'two')).token, { content: 'two' }),
      'committed',
    ).token;
    as(await desk.entente.commitOrResolve(target, { content: 'late' }, { reads: [old] }), 'conflict');
    const next = (await desk.begin('target', 'two')).token;
    as(await desk.entente.commitOrResolve(next, { content: 'by two' }, { reads: [taken] }), 'committed');
  });
});
