// The big proof: what eight processes were told while they worked on one SQLite file is linearizable. And its proof:
// the same checker finds each of the faults that were planted in a store.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createController } from '../../src/controller/controller.ts';
import { DEFAULT_SPACE } from '../../src/core/resource.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { createSqliteStore } from '../../src/stores/sqlite.ts';
import { checkHistory, parseHistory, verifyStore } from '../../src/verify/index.ts';
import { countOf, textOf } from '../support/documents.ts';
import { type PlantedFault, plantedFaults } from '../support/planted-faults.ts';
import { createRandom } from '../support/random.ts';
import { recordOn } from './record.ts';
import { agentsOf, firstContents, startWorker } from './workers.ts';

const SEED = 100_000;
const PROCESSES = 8;
const OPERATIONS = 100_000;
const names = Array.from({ length: PROCESSES }, (_, index) => `p${index + 1}`);
const TASKS = 8;
const agents = names.flatMap((name) => agentsOf(name, TASKS));
const plain = Array.from({ length: 12 }, (_, index) => `hot/${index}.md`);
const merged = ['merged/0.md', 'merged/1.md'];

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-history-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('recorded histories', () => {
  it('[V7] [V11] 100,000 operations of 8 processes on one SQLite file are linearizable', async () => {
    const database = join(folder, 'store.db');
    const store = createSqliteStore({ path: database, onWarning: () => {} });
    const operations = [...(await firstContents(createController({ store }), { plain, merged, agents }))];
    const shared = { place: { database }, plain, merged, merging: 0.0125, operations: OPERATIONS / PROCESSES };
    const orders = names.map((name, index) => ({
      ...shared,
      name,
      agents: agentsOf(name, TASKS),
      history: join(folder, `${name}.jsonl`),
      seed: SEED + 1000 * index,
    }));
    const results = await Promise.all(orders.map(startWorker));
    for (const { history } of orders) operations.push(...parseHistory(readFileSync(history, 'utf8').split('\n')));
    expect(operations.length).toBeGreaterThanOrEqual(OPERATIONS);
    const report = checkHistory(operations);
    expect(report.first).toBeUndefined();
    expect(report).toMatchObject({ ok: true, resources: plain.length + merged.length });
    // It was a real race: there were clashes of every kind, and merges that took other processes' changes in.
    const total = (status: string): number => results.reduce((sum, result) => sum + (result.statuses[status] ?? 0), 0);
    expect(total('conflict')).toBeGreaterThan(500);
    expect(total('merged')).toBeGreaterThan(100);
    expect(total('committed')).toBeGreaterThan(2000);
    expect(total('unknown') + total('rejected') + total('escalated')).toBe(0);
    const reader = createController({ store });
    for (const resource of merged) {
      const text = textOf((await reader.read(resource))?.content);
      for (const { raised } of results)
        for (const [agent, count] of Object.entries(raised[resource] ?? {}))
          expect([agent, countOf(text, agent)]).toEqual([agent, count]);
    }
    expect((await verifyStore(store, DEFAULT_SPACE)).first).toBeUndefined();
    await store.close();
  });

  it('[V7] a history of a right store in the same setting is right', async () => {
    const operations = await recordOn(createMemoryStore(), SEED);
    expect(operations.length).toBeGreaterThan(1000);
    expect(checkHistory(operations).first).toBeUndefined();
  });

  it.each(Object.entries(plantedFaults))(
    '[V1] [V2] [V4] [V5] catches a store that %s',
    async (_, fault: PlantedFault) => {
      const planted = fault.plant(createMemoryStore(), createRandom(SEED));
      const operations = await recordOn(planted.store, SEED);
      expect(planted.times()).toBeGreaterThan(0);
      const { ok, first } = checkHistory(operations);
      expect(ok).toBe(false);
      expect(fault.rules).toContain(first?.rule);
    },
  );
});
