// Many writers on one resource, in as many processes as are said: what each commit cost, in attempts and never in time.
import { createController } from '../../src/controller/controller.ts';
import type { Controller } from '../../src/controller/types.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import type { Store } from '../../src/stores/store.ts';
import { merge } from '../../src/strategies/merge.ts';
import { start } from './controllers.ts';
import { type CountingStore, createCountingStore } from './counting-store.ts';
import { counted, countOf, sections, textOf } from './documents.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { createFaultStore } from './fault-store.ts';
import { createRandom } from './random.ts';

const plan = 'plan.md';

export interface Crowd {
  readonly seed: number;
  readonly writers: number;
  readonly processes: number;
  /** Of each writer. */
  readonly commits: number;
}

/** One commit of a writer; how many times it asked its function is for the caller to count. */
export type Turn = (controller: Controller, agent: string) => Promise<void>;

export const mergeOnce: Turn = async (controller, agent) => {
  const { token, content } = await controller.begin(plan, { agent });
  const outcome = await controller.commitOrResolve(token, { content: counted(textOf(content), agent) });
  if (outcome.status !== 'committed' && outcome.status !== 'merged') throw new Error(`${agent}: ${outcome.status}`);
};

/** Adds how often the update ran its function to `turns`. */
export function updateOnce(turns: number[]): Turn {
  return async (controller, agent) => {
    let runs = 0;
    const outcome = await controller.update(plan, { agent, deadlineMs: 100_000 }, ({ content }) => {
      runs += 1;
      return { content: counted(textOf(content), agent) };
    });
    turns.push(runs);
    if (outcome.status !== 'committed') throw new Error(`${agent}: ${outcome.status}`);
  };
}

/** So many processes share the writers; each has one controller, and all share one clock, as machines do. */
function processesOn(store: Store, clock: FakeClock, { processes, seed }: Crowd): readonly Controller[] {
  return Array.from({ length: processes }, (_, index) =>
    createController({ store, default: merge('text'), random: createRandom(seed + index).next, sleep: clock.sleep }),
  );
}

/** Mean attempts for a commit, and the most that one commit took. */
export function priceOf({ store }: Contended, commits: number): { readonly mean: number; readonly max: number } {
  const counts = [...store.attempts.values()];
  return { mean: counts.reduce((sum, one) => sum + one, 0) / commits, max: Math.max(...counts) };
}

export interface Contended {
  readonly store: CountingStore;
  /** What all of it took, in the time that calls and waits are measured in. */
  readonly ms: number;
  /** Who got through, in that order. */
  readonly order: readonly string[];
}

/** Jain's index: 1 where all are equal, 1/n where one has everything. */
function jainOf(values: readonly number[]): number {
  const sum = values.reduce((all, one) => all + one, 0);
  return sum ** 2 / (values.length * values.reduce((all, one) => all + one ** 2, 0));
}

/** How evenly the attempts are spread over the writers, and their pace: how soon each was done, who all do as much. */
export function fairnessOf({ store, order }: Contended): { readonly attempts: number; readonly pace: number } {
  const attempts = new Map<string, number>();
  for (const [key, count] of store.attempts) {
    const agent = key.slice(0, key.indexOf('/'));
    attempts.set(agent, (attempts.get(agent) ?? 0) + count);
  }
  const last = new Map(order.map((agent, place) => [agent, place + 1]));
  return { attempts: jainOf([...attempts.values()]), pace: jainOf([...last.values()].map((end) => 1 / end)) };
}

/** Lets all of them work at once. Throws where one does not get through, or a count is not what its writer made it. */
export async function contend(crowd: Crowd, turn: Turn): Promise<Contended> {
  const writers = Array.from({ length: crowd.writers }, (_, index) => `writer-${index}`);
  // Whoever has waited long is told that they came too late where the log is shorter than what others did meanwhile.
  const inner = createMemoryStore({ log: { max: 1_000_000 } });
  await start(createController({ store: inner }), plan, sections(writers));
  // Every call takes up to 2 ms each way, in the time that the waits between attempts are measured in.
  const clock = createFakeClock({ auto: true });
  const wait = (length: number): Promise<void> => clock.sleep(2 * length);
  const store = createCountingStore(createFaultStore(inner, { seed: crowd.seed, delay: 1, wait }));
  const controllers = processesOn(store, clock, crowd);
  const began = clock.now();
  const order: string[] = [];
  await Promise.all(
    writers.map(async (agent, index) => {
      const controller = controllers[index % crowd.processes];
      if (controller === undefined) throw new Error('no controller');
      for (let time = 0; time < crowd.commits; time += 1) {
        await turn(controller, agent);
        order.push(agent);
      }
    }),
  );
  const text = textOf((await createController({ store: inner }).read(plan))?.content);
  const wrong = writers.find((agent) => countOf(text, agent) !== crowd.commits);
  if (wrong !== undefined) throw new Error(`${wrong} counts ${countOf(text, wrong)}, not ${crowd.commits}`);
  return { store, order, ms: clock.now() - began };
}
