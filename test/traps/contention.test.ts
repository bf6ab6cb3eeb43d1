// Many writers on one resource: everybody gets through, at a bounded price. Counted in attempts, never in time.
import { describe, expect, it } from 'vitest';
import { createController } from '../../src/controller/controller.ts';
import type { Controller } from '../../src/controller/types.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import type { Store } from '../../src/stores/store.ts';
import { merge } from '../../src/strategies/merge.ts';
import { start } from '../support/controllers.ts';
import { type CountingStore, createCountingStore } from '../support/counting-store.ts';
import { counted, countOf, sections, textOf } from '../support/documents.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { createFaultStore } from '../support/fault-store.ts';
import { createRandom } from '../support/random.ts';

const SEED = 64;
const COMMITS = 20;
const plan = 'plan.md';
const writers = Array.from({ length: 64 }, (_, index) => `writer-${index}`);

/** So many processes share the writers; each has one controller, and all share one clock, as machines do. */
function processesOn(store: Store, clock: FakeClock, count: number): readonly Controller[] {
  return Array.from({ length: count }, (_, index) =>
    createController({ store, default: merge('text'), random: createRandom(SEED + index).next, sleep: clock.sleep }),
  );
}

async function mergeOften(controller: Controller, agent: string): Promise<void> {
  for (let time = 0; time < COMMITS; time += 1) {
    const { token, content } = await controller.begin(plan, { agent });
    const outcome = await controller.commitOrResolve(token, { content: counted(textOf(content), agent) });
    if (outcome.status !== 'committed' && outcome.status !== 'merged') throw new Error(`${agent}: ${outcome.status}`);
  }
}

/** How often each update ran its function. */
const turns: number[] = [];

async function updateOften(controller: Controller, agent: string): Promise<void> {
  for (let time = 0; time < COMMITS; time += 1) {
    let runs = 0;
    const outcome = await controller.update(plan, { agent, deadlineMs: 100_000 }, ({ content }) => {
      runs += 1;
      return { content: counted(textOf(content), agent) };
    });
    turns.push(runs);
    if (outcome.status !== 'committed') throw new Error(`${agent}: ${outcome.status}`);
  }
}

/** Mean attempts for a commit, and the most that one commit took. */
function priceOf({ attempts }: CountingStore): { readonly mean: number; readonly max: number } {
  const counts = [...attempts.values()];
  return { mean: counts.reduce((sum, one) => sum + one, 0) / (writers.length * COMMITS), max: Math.max(...counts) };
}

async function contend(
  processes: number,
  work: (controller: Controller, agent: string) => Promise<void>,
): Promise<CountingStore> {
  const inner = createMemoryStore();
  await start(createController({ store: inner }), plan, sections(writers));
  // Every call takes up to 2 ms each way, in the time that the waits between attempts are measured in.
  const clock = createFakeClock({ auto: true });
  const wait = (length: number): Promise<void> => clock.sleep(2 * length);
  const store = createCountingStore(createFaultStore(inner, { seed: SEED, delay: 1, wait }));
  const controllers = processesOn(store, clock, processes);
  await Promise.all(
    writers.map((agent, index) => {
      const controller = controllers[index % processes];
      if (controller === undefined) throw new Error('no controller');
      return work(controller, agent);
    }),
  );
  const text = textOf((await createController({ store: inner }).read(plan))?.content);
  expect(writers.map((agent) => countOf(text, agent))).toEqual(writers.map(() => COMMITS));
  return store;
}

describe('contention', () => {
  it.each([1, 8])('[T10] 64 writers in %i processes merge into one resource', async (processes) => {
    const price = priceOf(await contend(processes, mergeOften));
    expect(price.mean).toBeLessThanOrEqual(4);
    expect(price.max).toBeLessThanOrEqual(20);
  });

  it.each([1, 8])('[T10] 64 writers in %i processes update one resource', async (processes) => {
    turns.length = 0;
    await contend(processes, updateOften);
    expect(turns.reduce((sum, one) => sum + one, 0) / turns.length).toBeLessThanOrEqual(4);
    expect(Math.max(...turns)).toBeLessThanOrEqual(20);
  });
});
