// What memory a merge needs beside its input: the least by which the process grows at the peak of one merge, over all
// limits of heap under which it finishes (a wide heap is filled before it is swept, and says nothing of the need). The
// input is the bytes of base, current and proposed together. Growth is counted in resident memory: heap, typed arrays
// and code alike. Each merge runs in a process of its own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleOf } from './merge-samples.ts';
import type { Row } from './rows.ts';

const BAR = 12;
const SIZE = 1_000_000;
const LARGEST_HEAP = 1024;
const child = join(import.meta.dirname, 'merge-memory-one.mjs');
const FORMATS = [
  'text',
  'json',
  'yaml',
  'yaml that is JSON',
  'yaml with JSON in it',
  'yaml of many documents',
  'yaml in brackets',
  'toml',
  'toml in brackets',
  'ndjson',
  'markdown',
  'notebook',
  'changelog',
];

interface Answer {
  readonly status: string;
  readonly engine: string;
  readonly needs: number;
}

/** One merge with so many megabytes of old heap; undefined where they were too few. */
function mergedIn(heap: number, folder: string, options: object): Answer | undefined {
  const flags = ['--expose-gc', `--max-old-space-size=${heap}`, '--max-semi-space-size=1', '--no-warnings'];
  const run = spawnSync(process.execPath, [...flags, child, folder, JSON.stringify(options)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return run.status === 0 ? (JSON.parse(run.stdout) as Answer) : undefined;
}

/** The least heap in which it finishes, and the least growth on the way there. */
function leastOf(folder: string, options: object): { readonly heap: number; readonly answer: Answer } | undefined {
  let best: Answer | undefined;
  let low = 4;
  let high = LARGEST_HEAP;
  while (high - low > Math.max(1, high / 32)) {
    const middle = Math.round((low + high) / 2);
    const answer = mergedIn(middle, folder, options);
    if (answer === undefined) {
      low = middle;
    } else {
      high = middle;
      if (best === undefined || answer.needs < best.needs) best = answer;
    }
  }
  return best === undefined ? undefined : { heap: high, answer: best };
}

function measure(format: string, dir: string): Row {
  const { engine, ends, base, current, proposed, options: own = {} } = sampleOf(format, SIZE);
  const options = { ...own, engine };
  const sides = { base, current, proposed };
  for (const [side, text] of Object.entries(sides)) writeFileSync(join(dir, side), text);
  const small = sampleOf(format, 10_000);
  writeFileSync(join(dir, 'small.json'), JSON.stringify([[small.base, small.current, small.proposed]]));
  const input = Object.values(sides).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const least = leastOf(dir, options);
  const what = `memory of a ${format} merge, 1 MB a side, against its three sides together`;
  const ended = `${least?.answer.status} by ${least?.answer.engine}`;
  const isDone = least !== undefined && ended === ends;
  const ratio = isDone ? least.answer.needs / input : Number.POSITIVE_INFINITY;
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  return {
    what,
    ours: isDone ? `${mb(least.answer.needs)} (old heap ${least.heap} MB)` : ended,
    baseline: mb(input),
    ratio,
    bar: `≤ ${BAR} ×`,
    ok: ratio <= BAR,
  };
}

/** Measures; needs about four minutes. */
export function run(formats: readonly string[] = FORMATS): Promise<Row[]> {
  const dir = mkdtempSync(join(tmpdir(), 'entente-bench-'));
  try {
    return Promise.resolve(formats.map((format) => measure(format, dir)));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
