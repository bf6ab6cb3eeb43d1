// L1: random sequences of moves, on each store and on the model. What differs is a fault of one of them.
import fc from 'fast-check';
import { createController } from '../../../src/controller/controller.ts';
import type { Controller } from '../../../src/controller/types.ts';
import { parseSpace } from '../../../src/core/resource.ts';
import type { Store } from '../../../src/stores/store.ts';
import { escalate } from '../../../src/strategies/escalate.ts';
import { lastWriterWins } from '../../../src/strategies/last-writer-wins.ts';
import { retry } from '../../../src/strategies/retry.ts';
import type { Strategy } from '../../../src/strategies/types.ts';
import { compareAll, moves, type Real } from '../commands.ts';
import { type Layer, nextTurn, type Tally, Violation } from '../frame.ts';
import { createModel, MAX_RETRIES } from '../model.ts';
import { storeNames } from '../places.ts';

export type ModelPolicy = readonly (readonly [string, Strategy])[];

const POLICY: ModelPolicy = [
  ['lww/**', lastWriterWins()],
  ['esc/**', escalate()],
  ['retry/**', retry({ maxAttempts: MAX_RETRIES })],
];

export interface ModelRuns {
  readonly seed: number;
  readonly runs: number;
  readonly moves: number;
  /** Put in between by a planted bug. */
  readonly policy?: (policy: ModelPolicy) => ModelPolicy;
  readonly controller?: (controller: Controller) => Controller;
}

let serial = 0;

/** Throws a Violation with the shortest sequence that was found. Each run has a space of its own. */
export async function runModel(store: Store, options: ModelRuns, tally: Tally): Promise<void> {
  const { seed, runs, moves: most, policy = (one) => one, controller: around = (one) => one } = options;
  const counted = { operations: 0, acknowledged: 0 };
  const property = fc.asyncProperty(fc.commands([...moves], { maxCommands: most, size: 'max' }), async (commands) => {
    serial += 1;
    const space = parseSpace(`run-${serial}`);
    const controller = around(
      createController({ store, space, policy: policy(POLICY), random: () => 0.5, sleep: async () => undefined }),
    );
    const real: Real = { store, space, controller, counted };
    const model = createModel();
    await fc.asyncModelRun(() => ({ model, real }), commands);
    await compareAll(model, real);
    if (serial % 20 === 0) await nextTurn();
  });
  const result = await fc.check(property, { seed, numRuns: runs, endOnFailure: false });
  tally.operations += counted.operations;
  tally.acknowledged += counted.acknowledged;
  if (!result.failed) return;
  const { counterexample, errorInstance } = result;
  const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  throw new Violation(`${why}; shortest: ${String(counterexample?.[0])}`);
}

/** PostgreSQL and SQLite wait for a disk or another process: runs side by side share that. */
const LANES = { memory: 1, sqlite: 4, postgres: 6, etcd: 6 } as const;

export const modelBased: Layer = {
  id: 'L1',
  title: 'random moves against a model, on every store',
  async run({ stores, size, seed, tally, note }) {
    for (const name of storeNames) {
      if (!stores.has(name)) {
        note(`${name}: not here`);
        continue;
      }
      const store = await stores.open(name);
      const lanes = LANES[name];
      const wanted = name === 'etcd' ? size(6, 200, 5000) : size(12, 2000, 50_000);
      const runs = Math.ceil(wanted / lanes);
      const before = tally.operations;
      const lane = (_: unknown, index: number): Promise<void> =>
        runModel(store, { seed: seed + index, runs, moves: size(40, 50, 100) }, tally);
      await Promise.all(Array.from({ length: lanes }, lane));
      note(`${name}: ${runs * lanes} runs, ${tally.operations - before} moves`);
    }
  },
};
