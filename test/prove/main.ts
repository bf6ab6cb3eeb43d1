// `npm run prove`: arguments in; each layer's line as it ends, the tables in docs/proof.md, and one last line out.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Scale } from './frame.ts';
import { type Keep, openKeep } from './keep.ts';
import { proofPage } from './page.ts';
import { mustBeWhole } from './places.ts';
import {
  type LayerReport,
  lastLine,
  layerIds,
  layers,
  longLayers,
  type ProofReport,
  prove,
  type Ran,
  summed,
} from './prove.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const USAGE = `npm run prove [-- --short|--long|--smoke] [--seed N] [--layer ID]... [--minutes N] [--json] [--no-write]
  [--keep DIR [--again]]   each layer's report in that folder as soon as it has ended; layers that are there do not run again
Layers: ${layerIds.join(', ')} (${longLayers.map(({ id }) => id).join(', ')} in the long form, or by name)`;
/**
 * Run beside the others, each of these in a process of its own: L4 is servers and clients, and takes as long as most of the
 * rest together; L13 is measured in time and takes what the others leave. How long etcd stands still after a fault (L7) is
 * told of the long form, where it has the machine to itself but for these.
 */
function besideOf(scale: Scale): readonly (readonly string[])[] {
  const most = ['L1', 'L2', 'L3', 'L5', 'L5b', 'L5c', 'L6', 'L8', 'L9', 'L10', 'L11', 'L12'];
  return [scale === 'long' ? most : [...most, 'L7'], ['L13']];
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean' },
      long: { type: 'boolean' },
      smoke: { type: 'boolean' },
      seed: { type: 'string' },
      layer: { type: 'string', multiple: true },
      minutes: { type: 'string' },
      keep: { type: 'string' },
      again: { type: 'boolean' },
      beside: { type: 'boolean' },
      json: { type: 'boolean' },
      'no-write': { type: 'boolean' },
    },
  });
  const { long, smoke, seed: given, layer, minutes = '30' } = values;
  const only = layer?.flatMap((names) => names.split(','));
  const unknown = only?.find((name) => !layerIds.includes(name));
  if (unknown !== undefined) throw new Error(`There is no layer ${unknown}.`);
  if (given !== undefined && !/^\d{1,9}$/.test(given))
    throw new Error('--seed takes a whole number below 1,000,000,000.');
  if (!(Number(minutes) > 0)) throw new Error('--minutes takes a number above 0.');
  const scale: 'smoke' | 'short' | 'long' = long ? 'long' : smoke ? 'smoke' : 'short';
  const asked = given === undefined ? undefined : Number(given);
  const keep = values.keep === undefined ? undefined : openKeep(values.keep, { scale, seed: asked, ran: ranHere });
  const seed = keep?.seed ?? asked ?? Date.now() % 1_000_000_000;
  return {
    ...{ scale, seed, only, minutes: Number(minutes), json: values.json === true },
    ...{ keep, folder: values.keep, again: values.again === true },
    write: values['no-write'] !== true,
    // A part of another run, which tells the rest.
    isPart: values.beside === true,
  };
}

const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout?.trim() ?? '';

/** What is run here and now: of the commit that was there when this began. */
function ranHere(): Ran {
  const [first] = cpus();
  const machine = `${first?.model.trim() || 'unknown processor'}, ${cpus().length} cores, Node ${process.versions.node}`;
  return { commit, machine, date: new Date().toISOString() };
}

function lineOf({ id, result, tally, notes, message, seconds }: LayerReport): string {
  const { operations, acknowledged, faults } = tally;
  const said = result === 'held' ? notes.join('; ') : (message ?? '');
  const counts = `${operations} operations, ${acknowledged} acknowledged, ${faults} faults`;
  return `${id.padEnd(4)} ${result.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s  ${counts}  ${said}\n`;
}

type Order = Pick<ReturnType<typeof readArguments>, 'scale' | 'seed' | 'minutes' | 'keep' | 'folder'>;

/** Some of the layers, in a process of their own, which tells each layer's line itself. */
async function proveBeside({ scale, seed, minutes, folder }: Order, only: readonly string[]): Promise<ProofReport> {
  const order = [
    `--${scale}`,
    '--seed',
    String(seed),
    '--minutes',
    String(minutes),
    '--layer',
    only.join(','),
    '--json',
    '--beside',
    ...(folder === undefined ? [] : ['--keep', folder, '--again']),
  ];
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), ...order], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const onExit = (): void => void child.kill('SIGTERM');
  process.once('exit', onExit);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  process.removeListener('exit', onExit);
  if (output === '') throw new Error(`the process of ${only.join(', ')} ended with ${code}`);
  return JSON.parse(output) as ProofReport;
}

/** The layers that are named; where there are two processors, in two processes. */
async function proveAll(order: Order, wanted: readonly string[]): Promise<ProofReport> {
  const onLayer = (layer: LayerReport): void => {
    order.keep?.take(layer);
    process.stderr.write(lineOf(layer));
  };
  const options = { ...order, onLayer, ...(order.folder === undefined ? {} : { histories: order.folder }) };
  const besides = besideOf(order.scale);
  const apart = besides.flat();
  const parts = [
    wanted.filter((id) => !apart.includes(id)),
    ...besides.map((ids) => ids.filter((id) => wanted.includes(id))),
  ];
  const [here = [], ...beside] = cpus().length < 2 ? [wanted] : parts.filter(({ length }) => length > 0);
  const reports = await Promise.all([
    prove({ ...options, only: here }),
    ...beside.map((ids) => proveBeside(order, ids)),
  ]);
  return summed(
    order,
    reports.flatMap((report) => report.layers),
  );
}

/** What is not in the folder yet, and what is. */
async function proveMissing(order: Order, keep: Keep, ids: readonly string[], again: boolean): Promise<ProofReport> {
  const missing = keep.missing(ids, again);
  const kept = keep.layers().filter(({ id }) => ids.includes(id) && !missing.includes(id));
  for (const { id, result, ran } of kept)
    process.stderr.write(`${id.padEnd(4)} ${result.padEnd(8)} kept: ${ran?.date}, commit ${ran?.commit}\n`);
  const { layers: run } = await proveAll(order, missing);
  const there = keep.layers().filter(({ id }) => ids.includes(id));
  return summed(order, [...there, ...run.filter(({ id }) => there.every((layer) => layer.id !== id))]);
}

/** Of the layer that ran last. */
function usualOf({ layers: reports }: ProofReport): Ran {
  const told = reports
    .flatMap(({ ran }) => (ran === undefined ? [] : [ran]))
    .sort((a, b) => (a.date < b.date ? -1 : 1));
  return told.at(-1) ?? ranHere();
}

/** What was broken and how to run it again; `kept`: more arguments for that. */
function tellTroubles({ layers: reports, scale, seed }: ProofReport, kept: string): void {
  for (const { id, result, history, message } of reports) {
    if (result === 'not run' && mustBeWhole) process.stderr.write(`not run: ${id}, ${message}\n`);
    if (result !== 'violated') continue;
    process.stderr.write(`violated: ${id}. Again: npm run prove -- --${scale} --seed ${seed} --layer ${id}${kept}\n`);
    if (history !== undefined) process.stderr.write(`what was told before: npx entente verify ${history}\n`);
  }
}

async function main(): Promise<number> {
  let given: ReturnType<typeof readArguments>;
  try {
    given = readArguments();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    return 2;
  }
  const { scale, seed, only, json, write, isPart, keep, folder, again } = given;
  if (!isPart) process.stderr.write(`proof: ${scale} form, seed ${seed}\n`);
  const ids = only ?? [...layers, ...(scale === 'long' ? longLayers : [])].map(({ id }) => id);
  const report = await (keep === undefined ? proveAll(given, ids) : proveMissing(given, keep, ids, again));
  if (!isPart) tellTroubles(report, folder === undefined ? '' : ` --keep ${folder} --again`);
  if (write && !json && only === undefined && scale !== 'smoke') {
    writeFileSync(`${root}docs/proof.md`, proofPage(report, keep === undefined ? ranHere() : usualOf(report)));
  }
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${lastLine(report)}\n`);
  return report.ok ? 0 : 1;
}

// Servers that a layer has started are ended when this process exits, also where it is told to.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main();
// A store or a driver may keep a timer: the proof is over.
process.exit();
