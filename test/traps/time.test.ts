// Time and identity: nothing is decided by a clock, and a restored store is another one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createController } from '../../src/controller/controller.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { backupSqlite, createSqliteStore, restoreSqlite } from '../../src/stores/sqlite.ts';
import type { Store } from '../../src/stores/store.ts';
import { lastWriterWins } from '../../src/strategies/last-writer-wins.ts';
import { merge } from '../../src/strategies/merge.ts';
import type { Strategy } from '../../src/strategies/types.ts';
import { start } from '../support/controllers.ts';
import { counted, sections, textOf } from '../support/documents.ts';
import { createRandom } from '../support/random.ts';

const SEED = 1617;
const plan = 'plan.md';
const HOUR = 3_600_000;
const agents = ['anna', 'bert', 'cleo'];

/** What three agents come to who work in a seeded order, each by its own clock; times and random ids left out. */
async function workWith(clocks: readonly number[], strategy: Strategy): Promise<readonly unknown[]> {
  const store: Store = createMemoryStore();
  const random = createRandom(SEED);
  const own = clocks.map((offset) =>
    createController({ store, default: strategy, clock: () => Date.UTC(2026, 0, 1) + offset, random: random.next }),
  );
  const [first] = own;
  if (first === undefined) throw new Error('no clocks');
  await start(first, plan, sections(agents));
  const told: unknown[] = [];
  const drafts = await Promise.all(
    own.map((controller, index) => controller.begin(plan, { agent: agents[index] ?? '' })),
  );
  for (let step = 0; step < 60; step += 1) {
    const index = random.below(own.length);
    const [controller, draft, agent] = [own[index], drafts[index], agents[index]];
    if (controller === undefined || draft === undefined || agent === undefined) continue;
    if (random.chance(0.5)) {
      const outcome = await controller.commitOrResolve(draft.token, { content: counted(textOf(draft.content), agent) });
      told.push(essence(outcome));
    }
    drafts[index] = await controller.begin(plan, { agent });
  }
  told.push(textOf((await first.read(plan))?.content));
  return told;
}

function essence(outcome: Outcome): unknown {
  const parts: { readonly [key: string]: unknown } = { ...outcome };
  return [outcome.status, parts['version'], parts['revision'], parts['hash'], parts['reason']];
}

describe('time and identity', () => {
  it.each([
    ['merge', merge('text')],
    ['last writer wins', lastWriterWins()],
  ])('[T17] agents with clocks an hour apart get what agents with one clock get: %s', async (_, strategy) => {
    const together = await workWith([0, 0, 0], strategy);
    expect(await workWith([HOUR, -HOUR, 0], strategy)).toEqual(together);
    expect(await workWith([-HOUR, 0, 24 * HOUR], strategy)).toEqual(together);
    expect(new Set(together.map((told) => (Array.isArray(told) ? told[0] : ''))).size).toBeGreaterThan(1);
  });

  it('[T16] tokens and cursors from before a restore are refused, although the numbers fit again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'entente-t16-'));
    const path = join(folder, 'store.db');
    const open = (): ReturnType<typeof createController> =>
      createController({ store: createSqliteStore({ path, onWarning: () => {} }) });
    try {
      const before = open();
      await start(before, plan, 'one');
      await backupSqlite(path, join(folder, 'backup.db'));
      const { token: early } = await before.begin(plan, { agent: 'anna' });
      await before.update(plan, { agent: 'bert' }, () => ({ content: 'two' }));
      const { token: late } = await before.begin(plan, { agent: 'anna' });
      const cursor = (await before.log(undefined, { limit: 1 })).items[0]?.cursor ?? '';
      await before.close();
      await restoreSqlite(join(folder, 'backup.db'), path);

      const after = open();
      expect(textOf((await after.read(plan))?.content)).toBe('one');
      await after.update(plan, { agent: 'cleo' }, () => ({ content: 'another two' }));
      for (const token of [early, late]) {
        await expect(after.commit(token, { content: 'three' })).rejects.toMatchObject({ code: 'epoch-changed' });
        await expect(after.commitOrResolve(token, { content: 'three' })).rejects.toMatchObject({
          code: 'epoch-changed',
        });
        await expect(after.commit(token, { delete: true })).rejects.toMatchObject({ code: 'epoch-changed' });
      }
      await expect(after.log(cursor)).rejects.toMatchObject({ code: 'epoch-changed' });
      expect(textOf((await after.read(plan))?.content)).toBe('another two');
      await after.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
