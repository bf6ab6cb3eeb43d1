// Races between reading, deciding and writing, in every order that a seeded scheduler comes up with.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createController } from '../../src/controller/controller.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { createSqliteStore } from '../../src/stores/sqlite.ts';
import { lastWriterWins } from '../../src/strategies/last-writer-wins.ts';
import { merge } from '../../src/strategies/merge.ts';
import { retry } from '../../src/strategies/retry.ts';
import type { Strategy } from '../../src/strategies/types.ts';
import { createTestController, start } from '../support/controllers.ts';
import { counted, sections, textOf } from '../support/documents.ts';
import { goOffDuty, racers, raiseTogether, scheduledController } from '../support/races.ts';
import { withMethods } from '../support/wrap.ts';

const SEED = 20260105;
const agents = racers;
const plan = 'plan.md';

const schedules = (runs: number): { seed: number; numRuns: number; endOnFailure: boolean } => ({
  seed: SEED,
  numRuns: runs,
  endOnFailure: true,
});

describe('races', () => {
  it('[T1] a commit that lands between merging and swapping is merged too', async () => {
    const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      expect(await raiseTogether(createMemoryStore(), scheduler)).toEqual([1, 1, 1]);
    });
    await fc.assert(property, schedules(10_000));
  });

  it('[T1] a store that does not compare is caught by the same property', async () => {
    const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const inner = createMemoryStore();
      const forcing = withMethods(inner, {
        async commit(requests) {
          const forced = requests.map(async (request) => {
            const { heads } = await inner.read(
              request.space,
              request.guards.map((guard) => guard.resource),
            );
            const guards = request.guards.map(({ resource }, index) => ({
              resource,
              revision: heads[index]?.revision ?? 0,
              hash: heads[index]?.hash ?? '',
            }));
            return { ...request, guards };
          });
          return inner.commit(await Promise.all(forced));
        },
      });
      expect(await raiseTogether(forcing, scheduler)).toEqual([1, 1, 1]);
    });
    const { failed } = await fc.check(property, schedules(200));
    expect(failed).toBe(true);
  });

  const writing: readonly (readonly [string, Strategy])[] = [
    ['merge', merge('text')],
    ['retry', retry({ maxAttempts: 9 })],
  ];
  it.each(writing)('[T2] a stale delete stays a conflict under %s, however often it is sent', async (_, strategy) => {
    const controller = createTestController({ store: createMemoryStore(), default: strategy }, SEED);
    await start(controller, plan, sections(agents));
    const { token } = await controller.begin(plan, { agent: 'anna' });
    const { token: other, content } = await controller.begin(plan, { agent: 'bert' });
    await controller.commit(other, { content: counted(textOf(content), 'bert') });
    for (let times = 0; times < 5; times += 1) {
      expect((await controller.commitOrResolve(token, { delete: true })).status).toBe('conflict');
      expect((await controller.commit(token, { delete: true })).status).toBe('conflict');
    }
    expect(await controller.getVersion(plan)).toMatchObject({ version: 2, deleted: false });
  });

  it('[T2] a stale premise stays a conflict under every strategy that writes, in any order', async () => {
    const property = fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, forceful) => {
      const store = createMemoryStore();
      const setUp = createController({ store });
      await start(setUp, plan, sections(agents));
      await start(setUp, 'premise.md', 'true');
      const controller = scheduledController(store, scheduler, forceful ? lastWriterWins() : merge('text'));
      const { token: premise } = await setUp.begin('premise.md', { agent: 'anna' });
      const { token, content } = await setUp.begin(plan, { agent: 'anna' });
      const { token: refuting } = await setUp.begin('premise.md', { agent: 'bert' });
      const { token: moving } = await setUp.begin(plan, { agent: 'bert' });
      await setUp.commit(moving, { content: counted(textOf(content), 'bert') });
      const mine = controller.commitOrResolve(
        token,
        { content: counted(textOf(content), 'anna') },
        { reads: [premise] },
      );
      const theirs = controller.commit(refuting, { content: 'false' });
      const [outcome] = await scheduler.waitFor(Promise.all([mine, theirs]));
      const log = await store.log(premise.space, 0, 100);
      const entries = log.status === 'ok' ? log.entries : [];
      const refuted = entries.find((entry) => entry.agent === 'bert' && entry.heads[0]?.resource === 'premise.md');
      const landed = entries.find((entry) => entry.agent === 'anna');
      // Either the premise still held when the commit landed, or the commit did not land.
      if (landed === undefined) expect(outcome.status).toBe('conflict');
      else expect(landed.revision).toBeLessThan(refuted?.revision ?? 0);
    });
    await fc.assert(property, schedules(500));
  });

  it('[T3] the same bytes in a new life are another state', async () => {
    const store = createMemoryStore();
    const controller = createTestController({ store }, SEED);
    await start(controller, plan, 'one');
    const { token } = await controller.begin(plan, { agent: 'anna' });
    const { token: removing } = await controller.begin(plan, { agent: 'bert' });
    await controller.commit(removing, { delete: true });
    expect((await controller.commit(token, { content: 'two' })).status).toBe('conflict');
    const { token: making } = await controller.begin(plan, { agent: 'bert' });
    await controller.commit(making, { content: 'one' });
    const outcome = await controller.commit(token, { content: 'two' });
    expect(outcome).toMatchObject({ status: 'conflict', packet: { actual: { hash: token.hash, version: 3 } } });
    expect((await controller.commit(token, { delete: true })).status).toBe('conflict');
    // The tombstone's entry is gone too: then it cannot be told any more, and nothing is written.
    await store.trim(token.space, 1e6);
    await expect(controller.commit(token, { content: 'two' })).rejects.toMatchObject({ code: 'expired' });
    expect(textOf((await controller.read(plan))?.content)).toBe('one');
  });

  it('[T3] a change of what is gone never creates it', async () => {
    for (const strategy of [merge('text'), retry({ maxAttempts: 3 })]) {
      const controller = createTestController({ store: createMemoryStore(), default: strategy }, SEED);
      await start(controller, plan, 'one');
      const { token } = await controller.begin(plan, { agent: 'anna' });
      const { token: removing } = await controller.begin(plan, { agent: 'bert' });
      await controller.commit(removing, { delete: true });
      const outcome = await controller.commitOrResolve(token, { content: 'two' });
      expect(['escalated', 'retry', 'conflict']).toContain(outcome.status);
      expect(await controller.getVersion(plan)).toMatchObject({ deleted: true, version: 2 });
    }
  });

  it('[T9] two agents cannot each rely on the other staying', async () => {
    const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      expect(await goOffDuty(scheduler, true)).toBeGreaterThanOrEqual(1);
    });
    await fc.assert(property, schedules(1000));
    const careless = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      expect(await goOffDuty(scheduler, false)).toBeGreaterThanOrEqual(1);
    });
    expect((await fc.check(careless, schedules(200))).failed).toBe(true);
  });

  it('[T9] a retry runs the function again, on what is there now', async () => {
    const controller = createTestController({ store: createMemoryStore() }, SEED);
    await start(controller, 'count.txt', '1');
    const seen: string[] = [];
    const outcome = await controller.update('count.txt', { agent: 'anna' }, async ({ content }, { attempt }) => {
      seen.push(textOf(content));
      if (attempt === 0) {
        const { token } = await controller.begin('count.txt', { agent: 'bert' });
        await controller.commit(token, { content: '10' });
      }
      return { content: String(Number(textOf(content)) + 1) };
    });
    expect(outcome.status).toBe('committed');
    expect(seen).toEqual(['1', '10']);
    expect(textOf((await controller.read('count.txt'))?.content)).toBe('11');
  });

  it('[T9] two who add one to the same number have added two, although both wrote the same bytes', async () => {
    const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const store = createMemoryStore();
      const setUp = createController({ store });
      await start(setUp, 'count.txt', '0');
      const work = agents.map((agent) =>
        scheduledController(store, scheduler, merge('text')).update('count.txt', { agent }, ({ content }) => ({
          content: `${Number(textOf(content)) + 1}`,
        })),
      );
      await scheduler.waitFor(Promise.all(work));
      expect(textOf((await setUp.read('count.txt'))?.content)).toBe('3');
    });
    await fc.assert(property, schedules(500));
  });

  it('[T11] of several commits from one base, on as many connections, exactly one lands', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'entente-t11-'));
    const stores = agents.map(() => createSqliteStore({ path: join(folder, 'store.db'), onWarning: () => {} }));
    try {
      const controllers = stores.map((store) => createController({ store }));
      for (let round = 0; round < 50; round += 1) {
        const drafts = await Promise.all(
          controllers.map((controller, index) => controller.begin(plan, { agent: agents[index] ?? '' })),
        );
        const outcomes = await Promise.all(
          controllers.map((controller, index) => {
            const token = drafts[index]?.token;
            if (token === undefined) throw new Error('no draft');
            return controller.commit(token, { content: `${round} ${agents[index]}` });
          }),
        );
        expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['committed', 'conflict', 'conflict']);
      }
      expect((await controllers[0]?.getVersion(plan))?.version).toBe(50);
    } finally {
      for (const store of stores) await store.close();
      rmSync(folder, { recursive: true });
    }
  });
});
