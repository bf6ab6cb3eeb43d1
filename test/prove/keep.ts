// A proof that takes hours, kept in a folder layer by layer: each report is on disk as soon as its layer has ended, and
// the same command again goes on with the layers that are missing.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scale } from './frame.ts';
import { type LayerReport, layerIds, type Ran } from './prove.ts';

export interface Keep {
  /** Of the run that the folder belongs to. */
  readonly seed: number;
  /** What is there, also what another process has put there meanwhile, in the usual order. */
  layers(): readonly LayerReport[];
  /** Those of them that have yet to run; a layer that failed is one of them only where it is asked for again. */
  missing(ids: readonly string[], again: boolean): readonly string[];
  /** Puts a layer's report there. One that was not run is not kept: the next machine may have what it needs. */
  take(report: LayerReport): void;
}

interface Run {
  readonly scale: Scale;
  readonly seed: number;
}

const RUN = 'run.json';

/** Whole or not there: who stops the run in the middle finds no half of a report. */
function put(folder: string, name: string, value: unknown): void {
  const path = join(folder, name);
  writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}

const get = (folder: string, name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));

/** Throws where the folder holds layers of another form or seed. Without a seed, it is the one of the folder. */
export function openKeep(
  folder: string,
  { scale, seed, ran }: { readonly scale: Scale; readonly seed: number | undefined; readonly ran: () => Ran },
): Keep {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, RUN))) put(folder, RUN, { scale, seed: seed ?? Date.now() % 1_000_000_000 });
  const run = get(folder, RUN) as Run;
  if (run.scale !== scale || (seed !== undefined && run.seed !== seed)) {
    const asked = seed === undefined ? '' : ` with seed ${seed}`;
    throw new Error(
      `${folder} keeps a run of the ${run.scale} form with seed ${run.seed}, not of the ${scale} form${asked}. ` +
        'Give that form and seed, or another folder.',
    );
  }
  const layers = (): readonly LayerReport[] => {
    const there = new Set(readdirSync(folder));
    return layerIds.filter((id) => there.has(`${id}.json`)).map((id) => get(folder, `${id}.json`) as LayerReport);
  };
  return {
    seed: run.seed,
    layers,
    missing(ids, again) {
      const done = layers().filter(({ result }) => !again || result === 'held');
      return ids.filter((id) => done.every((layer) => layer.id !== id));
    },
    take(report) {
      if (report.result !== 'not run') put(folder, `${report.id}.json`, { ...report, ran: ran() });
    },
  };
}
