// `npm run prove`: arguments in; each layer's line as it ends, the tables in docs/proof.md, and one last line out.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { proofPage } from './page.ts';
import { type LayerReport, lastLine, layers, prove } from './prove.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const USAGE = `npm run prove [-- --short|--long|--smoke] [--seed N] [--layer ID]... [--json] [--no-write]
Layers: ${layers.map(({ id }) => id).join(', ')}`;

function readArguments() {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean' },
      long: { type: 'boolean' },
      smoke: { type: 'boolean' },
      seed: { type: 'string' },
      layer: { type: 'string', multiple: true },
      json: { type: 'boolean' },
      'no-write': { type: 'boolean' },
    },
  });
  const { long, smoke, seed: given, layer } = values;
  const only = layer?.flatMap((names) => names.split(','));
  const unknown = only?.find((name) => !layers.some(({ id }) => id === name));
  if (unknown !== undefined) throw new Error(`There is no layer ${unknown}.`);
  if (given !== undefined && !/^\d{1,9}$/.test(given))
    throw new Error('--seed takes a whole number below 1,000,000,000.');
  const scale: 'smoke' | 'short' | 'long' = long ? 'long' : smoke ? 'smoke' : 'short';
  const seed = given === undefined ? Date.now() % 1_000_000_000 : Number(given);
  return { scale, seed, only, json: values.json === true, write: values['no-write'] !== true };
}

function lineOf({ id, result, tally, notes, message, seconds }: LayerReport): string {
  const { operations, acknowledged, faults } = tally;
  const said = result === 'held' ? notes.join('; ') : (message ?? '');
  const counts = `${operations} operations, ${acknowledged} acknowledged, ${faults} faults`;
  return `${id.padEnd(4)} ${result.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s  ${counts}  ${said}\n`;
}

async function main(): Promise<number> {
  let given: ReturnType<typeof readArguments>;
  try {
    given = readArguments();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    return 2;
  }
  const { scale, seed, only, json, write } = given;
  process.stderr.write(`proof: ${scale} form, seed ${seed}\n`);
  const report = await prove({
    ...{ scale, seed, ...(only === undefined ? {} : { only }) },
    onLayer: (layer) => void process.stderr.write(lineOf(layer)),
  });
  const violated = report.layers.filter(({ result }) => result === 'violated');
  for (const { id } of violated) {
    process.stderr.write(`violated: ${id}. Again: npm run prove -- --${scale} --seed ${seed} --layer ${id}\n`);
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
