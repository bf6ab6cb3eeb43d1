// The frame of the proof: what a layer is, what it counts, and where it gets its stores, its sizes and its random numbers.
import { createRandom, type Random } from '../support/random.ts';
import type { ProofStores } from './places.ts';
import type { Told } from './told.ts';

/** What a layer did and found. Everything is counted where it happens; nothing is worked out from sizes. */
export interface Tally {
  /** Calls whose answers were checked. */
  operations: number;
  /** Commits that were told to have landed, and were looked for afterwards. */
  acknowledged: number;
  /** Kills, cuts, lost messages and the like that were really done. */
  faults: number;
  /** Acknowledged commits that are not in the log as they were told. */
  lost: number;
  /** Commits that took effect more than once. */
  doubled: number;
  /** Holes in the log of a store that promises none, or events that a reader never got. */
  gaps: number;
}

export const tallyNames = ['operations', 'acknowledged', 'faults', 'lost', 'doubled', 'gaps'] as const;

export function createTally(): Tally {
  return { operations: 0, acknowledged: 0, faults: 0, lost: 0, doubled: 0, gaps: 0 };
}

/** `smoke`: half a minute, as a test. `short`: every push. `long`: before a release. */
export type Scale = 'smoke' | 'short' | 'long';

export interface ProofContext {
  /** The layer's own, made of the run's seed and the layer's number: a layer run alone does the same. */
  readonly seed: number;
  readonly random: Random;
  readonly scale: Scale;
  readonly tally: Tally;
  readonly stores: ProofStores;
  /** Takes what clients are told, where the layer keeps a history. */
  readonly told: Told;
  /** How long a layer that is measured in time goes on. */
  readonly minutes: number;
  /** The size for this scale. */
  size(smoke: number, short: number, long: number): number;
  /** A remark for the table. */
  note(text: string): void;
}

export interface Layer {
  readonly id: string;
  readonly title: string;
  /** Throws a Violation where a promise was broken; an Absent where the machine lacks what it needs. */
  run(context: ProofContext): Promise<void>;
}

/** A promise that was broken. */
export class Violation extends Error {}

/** The layer was not run, and why. */
export class Absent extends Error {}

export function demand(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Violation(message);
}

/** A layer's seed: equal for equal runs, and unlike its neighbours'. */
export function layerSeed(seed: number, id: string): number {
  return createRandom(seed * 64 + Number(id.replace(/\D/g, ''))).below(2 ** 31);
}

/** What a run leaves for the next turn of the event loop piles up where many runs follow one another without one. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
