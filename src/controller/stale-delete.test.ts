import { describe, expect, it } from 'vitest';
import { as, doorNames, doors, openDesk } from '../../test/support/desk.ts';
import { withMethods } from '../../test/support/wrap.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { abortBoth } from '../strategies/abort-both.ts';
import { custom } from '../strategies/custom.ts';
import { escalate } from '../strategies/escalate.ts';
import { firstWriterWins } from '../strategies/first-writer-wins.ts';
import { keepBoth } from '../strategies/keep-both.ts';
import { lastWriterWins } from '../strategies/last-writer-wins.ts';
import { merge } from '../strategies/merge.ts';
import { retry } from '../strategies/retry.ts';
import type { Strategy } from '../strategies/types.ts';

describe('a stale delete', () => {
  const handedBack: readonly Strategy[] = [
    merge(),
    merge('text', { otherwise: lastWriterWins() }),
    retry({ maxAttempts: 3 }),
    keepBoth(),
    abortBoth(),
    abortBoth({ restore: 'base' }),
    custom(() => ({ use: 'proposed' })),
  ];

  it.each(handedBack.map((strategy) => [JSON.stringify(strategy), strategy] as const))(
    '[B3] is handed back and never re-pointed: %s',
    async (_, strategy) => {
      const desk = openDesk({ default: strategy });
      const stale = await desk.clash('doc', 'base', 'ann');
      const before = await desk.store.counts(stale.space);
      for (let turn = 0; turn < 3; turn += 1) {
        as(await desk.entente.commitOrResolve(stale, { delete: true }), 'conflict');
      }
      expect(await desk.text('doc')).toBe('ann');
      expect(await desk.store.counts(stale.space)).toEqual(before);
    },
  );

  it('[B3] of what is deleted already is unchanged, by every way in', async () => {
    for (const name of doorNames) {
      const desk = openDesk({ default: escalate() });
      const stale = await desk.clash('doc', 'base', null);
      as(await doors[name](desk.entente, stale, { delete: true }), 'unchanged');
      expect((await desk.entente.getVersion('doc'))?.version).toBe(2);
    }
  });

  it('[B3] with escalate it waits for a person', async () => {
    const desk = openDesk({ default: escalate() });
    const stale = await desk.clash('doc', 'base', 'ann');
    const { conflictId } = as(await desk.entente.commitOrResolve(stale, { delete: true }), 'escalated');
    expect((await desk.entente.conflict(conflictId))?.proposed).toMatchObject({ deleted: true, agent: 'bob' });
    expect(await desk.text('doc')).toBe('ann');
  });

  it('[B3] with firstWriterWins it is rejected', async () => {
    const desk = openDesk({ default: firstWriterWins() });
    const stale = await desk.clash('doc', 'base', 'ann');
    const outcome = as(await desk.entente.commitOrResolve(stale, { delete: true }), 'rejected');
    expect(outcome.reason).toContain('ann');
  });

  it('[B3] with lastWriterWins it deletes, guarded by the head that it saw, and the log says overwrite', async () => {
    const inner = createMemoryStore();
    let moves = 1;
    const seen: number[] = [];
    const store = withMethods(inner, {
      async commit(requests) {
        const [request] = requests;
        if (request?.meta.overwrote !== undefined) {
          seen.push(request.guards[0]?.revision ?? -1);
          if (moves > 0) {
            moves -= 1;
            await desk.put('doc', 'third');
          }
        }
        return inner.commit(requests);
      },
    });
    const desk = openDesk({ store, default: lastWriterWins() });
    const stale = await desk.clash('doc', 'base', 'ann');
    as(await desk.entente.commitOrResolve(stale, { delete: true }), 'committed');
    expect(seen).toEqual([2, 3]);
    expect(await desk.entente.getVersion('doc')).toMatchObject({ deleted: true, version: 4 });
    expect((await desk.entente.log()).items.at(-1)?.meta.overwrote).toEqual({ version: 3, revision: 3, agent: 'ann' });
    expect((await desk.entente.read('doc', { version: 3 }))?.content).toBeDefined();
  });

  it('[B3] in a transaction follows the same policy', async () => {
    const kept = openDesk({ default: merge() });
    const stale = await kept.clash('doc', 'base', 'ann');
    as(await doors.transact(kept.entente, stale, { delete: true }), 'conflict');
    const over = openDesk({ default: lastWriterWins() });
    const other = await over.clash('doc', 'base', 'ann');
    as(await doors.transact(over.entente, other, { delete: true }), 'merged');
    const overwrote = { version: 2, revision: await over.nth(2), agent: 'ann' };
    expect((await over.entente.log()).items.at(-1)?.meta.overwrote).toEqual(overwrote);
  });

  it('[B3] update runs its function again, which sees what came in between', async () => {
    const desk = openDesk();
    await desk.put('doc', 'base');
    let first = true;
    const outcome = await desk.entente.update('doc', { agent: 'bob' }, async ({ content }) => {
      if (first) {
        first = false;
        await desk.put('doc', 'ann');
      }
      return content?.length === 4 ? { delete: true } : undefined;
    });
    as(outcome, 'unchanged');
    expect(await desk.text('doc')).toBe('ann');
  });
});
