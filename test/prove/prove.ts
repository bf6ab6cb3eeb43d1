// The proof as one program: its layers one after another, from one seed, and what they came to. A layer that breaks a
// promise does not keep the others from running.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../support/random.ts';
import {
  Absent,
  createTally,
  type Layer,
  layerSeed,
  type ProofContext,
  type Scale,
  type Tally,
  tallyNames,
} from './frame.ts';
import { crowds } from './layers/crowds.ts';
import { etcd } from './layers/etcd.ts';
import { lostMessages } from './layers/faults.ts';
import { recordedHistory } from './layers/history.ts';
import { hostile } from './layers/hostile.ts';
import { interleavings } from './layers/interleavings.ts';
import { mergeLaws } from './layers/merges.ts';
import { modelBased } from './layers/model-based.ts';
import { type Hunted, hunted, oracle } from './layers/oracle.ts';
import { postgresRestarts } from './layers/postgres.ts';
import { soak } from './layers/soak.ts';
import { fullDisk, killed, synced } from './layers/sqlite.ts';
import { watching } from './layers/watching.ts';
import { createProofStores, mustBeWhole } from './places.ts';
import { createTold } from './told.ts';

export const layers: readonly Layer[] = [
  ...[modelBased, interleavings, lostMessages, recordedHistory, killed, synced, fullDisk, postgresRestarts, etcd],
  ...[watching, crowds, mergeLaws, hostile, oracle],
];

/** Measured in minutes: run in the long form, and where it is asked for by name. */
export const longLayers: readonly Layer[] = [soak];

/** In the order of the table. */
export const layerIds: readonly string[] = [...layers, ...longLayers].map(({ id }) => id);

/** Where and when a layer ran, where it is told on its own. */
export interface Ran {
  readonly commit: string;
  readonly machine: string;
  /** When it had ended, as ISO 8601. */
  readonly date: string;
}

export interface LayerReport {
  readonly id: string;
  readonly title: string;
  readonly result: 'held' | 'violated' | 'not run';
  readonly tally: Tally;
  readonly notes: readonly string[];
  /** What was violated, or why it was not run. */
  readonly message?: string;
  /** Where what clients were told before that is kept. */
  readonly history?: string;
  readonly seconds: number;
  /** Of the layer that hunts planted bugs: what became of each. */
  readonly planted?: readonly Hunted[];
  /** Of a layer that was kept. */
  readonly ran?: Ran;
}

export interface ProofReport {
  readonly scale: Scale;
  readonly seed: number;
  readonly layers: readonly LayerReport[];
  readonly total: Tally;
  readonly planted: readonly Hunted[];
  readonly ok: boolean;
}

export interface ProofOptions {
  readonly scale: Scale;
  readonly seed: number;
  /** Only these. @default all */
  readonly only?: readonly string[];
  /** How long a layer that is measured in time goes on. @default 30 */
  readonly minutes?: number;
  /** The folder that the histories of broken layers are kept below. @default among the temporary files */
  readonly histories?: string;
  readonly onLayer?: (report: LayerReport) => void;
}

function contextOf(options: ProofOptions, id: string, notes: string[], stores: ProofContext['stores']): ProofContext {
  const seed = layerSeed(options.seed, id);
  const { scale, minutes = 30 } = options;
  return {
    ...{ seed, scale, minutes, stores, random: createRandom(seed), tally: createTally(), told: createTold() },
    size: (smoke, short, long) => ({ smoke, short, long })[scale],
    note: (text) => void notes.push(text),
  };
}

/** Never throws: a layer that breaks keeps no other from running. */
export async function runLayer(
  { id, title, run }: Layer,
  options: ProofOptions,
  stores: ProofContext['stores'],
): Promise<LayerReport> {
  const notes: string[] = [];
  const context = contextOf(options, id, notes, stores);
  const began = performance.now();
  const told = (result: LayerReport['result'], message?: string, history?: string): LayerReport => ({
    ...{ id, title, result, tally: context.tally, notes, seconds: (performance.now() - began) / 1000 },
    ...(message === undefined ? {} : { message }),
    ...(history === undefined ? {} : { history }),
  });
  try {
    await run(context);
    return told('held');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof Absent) return told('not run', message);
    // What a layer did not foresee is no proof either: its stack says where it broke.
    const stack = error instanceof Error && error.constructor === Error ? `\n${error.stack}` : '';
    const folder = options.histories ?? join(tmpdir(), `entente-proof-${options.seed}`);
    return told('violated', `${message}${stack}`, context.told.save(join(folder, id)));
  }
}

/** A layer that lacks something and does not run proves nothing; it breaks the proof only where CI is set. */
export async function prove(options: ProofOptions): Promise<ProofReport> {
  const { scale, only, onLayer = () => undefined } = options;
  const stores = createProofStores();
  const reports: LayerReport[] = [];
  try {
    for (const layer of [...layers, ...longLayers]) {
      if (only === undefined ? longLayers.includes(layer) && scale !== 'long' : !only.includes(layer.id)) continue;
      const told = await runLayer(layer, options, stores);
      const report = layer === oracle ? { ...told, planted: [...hunted] } : told;
      reports.push(report);
      onLayer(report);
    }
  } finally {
    await stores.close();
  }
  return summed(options, reports);
}

/** What so many layers came to, in the usual order. */
export function summed(
  { scale, seed }: Pick<ProofOptions, 'scale' | 'seed'>,
  layerReports: readonly LayerReport[],
): ProofReport {
  const reports = [...layerReports].sort((a, b) => layerIds.indexOf(a.id) - layerIds.indexOf(b.id));
  const planted = reports.flatMap((report) => report.planted ?? []);
  const total = createTally();
  for (const { tally } of reports) for (const name of tallyNames) total[name] += tally[name];
  const ok = reports.every(({ result }) => result === 'held' || (result === 'not run' && !mustBeWhole));
  return { scale, seed, layers: reports, total, planted, ok };
}

/** The last line of a run. */
export function lastLine({ total, planted }: ProofReport): string {
  const { operations, acknowledged, faults, lost, doubled } = total;
  const found = planted.filter((one) => one.found).length;
  return (
    `operations ${operations}, acknowledged ${acknowledged}, faults ${faults}, lost ${lost}, doubled ${doubled}, ` +
    `planted ${found}/${planted.length}`
  );
}
