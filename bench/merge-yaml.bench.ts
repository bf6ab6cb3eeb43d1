// Speed of the YAML merge against the parser that it stands on: three `yaml` parses of the same documents, which is what
// reading them costs anybody. Both are timed in turn in one run, five rounds; the figures are medians.
import { parseDocument } from 'yaml';
import { mergeYaml } from '../src/merge/yaml.ts';
import { type Sample, sampleOf } from './merge-samples.ts';
import { median, type Row } from './rows.ts';

const ROUNDS = 5;
const BAR = 2;

function timed(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function measure(what: string, { base, current, proposed }: Sample): Row {
  const encoder = new TextEncoder();
  const input = { base: encoder.encode(base), current: encoder.encode(current), proposed: encoder.encode(proposed) };
  const merge = (): void => {
    const result = mergeYaml(input);
    if (result.status !== 'clean' || result.stats.engine !== 'yaml') throw new Error(`${what}: ${result.status}`);
  };
  const parse = (): void => {
    for (const text of [base, current, proposed]) {
      if (parseDocument(text, { intAsBigInt: true }).errors.length > 0) throw new Error(`${what}: not parsed`);
    }
  };
  merge();
  parse();
  const ours: number[] = [];
  const plain: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(timed(merge));
    plain.push(timed(parse));
  }
  const [a, b] = [median(ours), median(plain)];
  const shown = (ms: number): string => `${ms.toFixed(ms < 10 ? 2 : 0)} ms`;
  return { what, ours: shown(a), baseline: shown(b), ratio: a / b, bar: `≤ ${BAR} ×`, ok: a / b <= BAR };
}

/** Measures; needs about thirty seconds. */
export function run(): Promise<Row[]> {
  return Promise.resolve([
    measure('YAML merge, 20 KB, 20 edits a side, against three yaml parses', sampleOf('yaml', 20_000)),
    measure('YAML merge, 200 KB, 20 edits a side, against three yaml parses', sampleOf('yaml', 200_000)),
    measure('YAML merge, 1 MB, 20 edits a side, against three yaml parses', sampleOf('yaml', 1_000_000)),
  ]);
}

if (import.meta.filename === process.argv[1]) console.table(await run());
