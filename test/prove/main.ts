// `npm run prove`: arguments in; each layer's line as it ends, the tables in docs/proof.md, and one last line out.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { proofPage } from './page.ts';
import { joined, type LayerReport, lastLine, layers, longLayers, type ProofReport, prove } from './prove.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const known = [...layers, ...longLayers].map(({ id }) => id);
const USAGE = `npm run prove [-- --short|--long|--smoke] [--seed N] [--layer ID]... [--minutes N] [--json] [--no-write]
Layers: ${known.join(', ')} (${longLayers.map(({ id }) => id).join(', ')} in the long form, or by name)`;
/** They need one processor and nobody else: a process of their own has the other one for them. */
const BESIDE = ['L2', 'L3', 'L8', 'L9', 'L10', 'L11', 'L12'];

function readArguments() {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean' },
      long: { type: 'boolean' },
      smoke: { type: 'boolean' },
      seed: { type: 'string' },
      layer: { type: 'string', multiple: true },
      minutes: { type: 'string' },
      beside: { type: 'boolean' },
      json: { type: 'boolean' },
      'no-write': { type: 'boolean' },
    },
  });
  const { long, smoke, seed: given, layer, minutes = '30' } = values;
  const only = layer?.flatMap((names) => names.split(','));
  const unknown = only?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`There is no layer ${unknown}.`);
  if (given !== undefined && !/^\d{1,9}$/.test(given))
    throw new Error('--seed takes a whole number below 1,000,000,000.');
  if (!(Number(minutes) > 0)) throw new Error('--minutes takes a number above 0.');
  const scale: 'smoke' | 'short' | 'long' = long ? 'long' : smoke ? 'smoke' : 'short';
  const seed = given === undefined ? Date.now() % 1_000_000_000 : Number(given);
  return {
    ...{ scale, seed, only, minutes: Number(minutes), json: values.json === true },
    write: values['no-write'] !== true,
    // A part of another run, which tells the rest.
    isPart: values.beside === true,
  };
}

function lineOf({ id, result, tally, notes, message, seconds }: LayerReport): string {
  const { operations, acknowledged, faults } = tally;
  const said = result === 'held' ? notes.join('; ') : (message ?? '');
  const counts = `${operations} operations, ${acknowledged} acknowledged, ${faults} faults`;
  return `${id.padEnd(4)} ${result.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s  ${counts}  ${said}\n`;
}

type Order = Pick<ReturnType<typeof readArguments>, 'scale' | 'seed' | 'minutes'>;

/** Some of the layers, in a process of their own, which tells each layer's line itself. */
async function proveBeside({ scale, seed, minutes }: Order, only: readonly string[]): Promise<ProofReport> {
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

/** All that is asked for; where there are two processors, in two processes. */
async function proveAll(order: Order, only: readonly string[] | undefined): Promise<ProofReport> {
  const onLayer = (layer: LayerReport): void => void process.stderr.write(lineOf(layer));
  const wanted = only ?? [...layers, ...(order.scale === 'long' ? longLayers : [])].map(({ id }) => id);
  const [here, beside] = [false, true].map((is) => wanted.filter((id) => BESIDE.includes(id) === is));
  if (here === undefined || beside === undefined || here.length === 0 || beside.length === 0 || cpus().length < 2)
    return prove({ ...order, only: wanted, onLayer });
  const [one, other] = await Promise.all([prove({ ...order, only: here, onLayer }), proveBeside(order, beside)]);
  return joined(one, other);
}

async function main(): Promise<number> {
  let given: ReturnType<typeof readArguments>;
  try {
    given = readArguments();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    return 2;
  }
  const { scale, seed, only, json, write, isPart } = given;
  if (!isPart) process.stderr.write(`proof: ${scale} form, seed ${seed}\n`);
  const report = await proveAll(given, only);
  for (const { id, result, history } of report.layers) {
    if (result !== 'violated' || isPart) continue;
    process.stderr.write(`violated: ${id}. Again: npm run prove -- --${scale} --seed ${seed} --layer ${id}\n`);
    if (history !== undefined) process.stderr.write(`what was told before: npx entente verify ${history}\n`);
  }
  if (write && !json && only === undefined && scale !== 'smoke') {
    const { stdout } = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' });
    writeFileSync(`${root}docs/proof.md`, proofPage(report, (stdout ?? '').trim()));
  }
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${lastLine(report)}\n`);
  return report.ok ? 0 : 1;
}

// Servers that a layer has started are ended when this process exits, also where it is told to.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main();
// A store or a driver may keep a timer: the proof is over.
process.exit();
