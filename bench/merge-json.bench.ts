// Speed of the lossless JSON merge against the plainest way to read three documents and write one: three JSON.parse and
// one JSON.stringify. Both are timed in turn in one run, nine rounds; the figures are medians.
import { mergeJson } from '../src/merge/json.ts';
import { median, type Row } from './rows.ts';

interface Sample {
  readonly base: string;
  readonly current: string;
  readonly proposed: string;
}

interface User {
  id: number;
  name: string;
  email: string;
  score: number;
  active: boolean;
  tags: string[];
  address: { street: string; city: string };
  [more: string]: unknown;
}

const EDITS = 20;
const ROUNDS = 9;

function users(count: number): User[] {
  return Array.from({ length: count }, (_, id) => ({
    id,
    name: `user ${id}`,
    email: `user.${id}@example.org`,
    score: (id * 137) % 1000,
    active: id % 2 === 0,
    tags: ['alpha', 'beta', `t${id % 17}`],
    address: { street: `${id} Long Street`, city: 'Utrecht' },
  }));
}

/** Both sides make twenty edits in different elements: values, new members, and one new element each. */
function sample(count: number, indent: number | undefined): Sample {
  const edited = (offset: number): User[] => {
    const all = users(count);
    const step = Math.floor(count / EDITS);
    for (let i = 0; i < EDITS; i++) {
      const user = all[i * step + offset];
      if (user === undefined) continue;
      if (i % 3 === 0) user.score += 1;
      else if (i % 3 === 1) user.address.city = `Delft ${offset}`;
      else user['note'] = `edited ${offset}`;
    }
    all.splice(offset * 7, 0, { ...(all[0] as User), id: count + offset });
    return all;
  };
  const print = (value: unknown): string => `${JSON.stringify(value, undefined, indent)}\n`;
  return {
    base: print({ users: users(count) }),
    current: print({ users: edited(1) }),
    proposed: print({ users: edited(2) }),
  };
}

function timed(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** The largest ratio allowed, or the largest time. */
type Bar = { readonly ratio: number } | { readonly ms: number };

const shown = (ms: number): string => `${ms.toFixed(ms < 10 ? 2 : 0)} ms`;

/** As many calls a round as make it long enough to be timed. */
function measure(what: string, { base, current, proposed }: Sample, calls: number, bar: Bar): Row {
  const encoder = new TextEncoder();
  const input = { base: encoder.encode(base), current: encoder.encode(current), proposed: encoder.encode(proposed) };
  const ours: number[] = [];
  const plain: number[] = [];
  const readAndWrite = (): void => {
    for (let i = 0; i < calls; i++) {
      const parsed = [base, current, proposed].map((text) => JSON.parse(text) as unknown);
      if (JSON.stringify(parsed[1]).length === 0) throw new Error('nothing was written');
    }
  };
  const merge = (): void => {
    for (let i = 0; i < calls; i++) {
      const result = mergeJson(input);
      if (result.status !== 'clean') throw new Error(`${what}: ${result.status}`);
    }
  };
  merge();
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(timed(merge) / calls);
    plain.push(timed(readAndWrite) / calls);
  }
  const [a, b] = [median(ours), median(plain)];
  const ok = 'ratio' in bar ? a / b <= bar.ratio : a <= bar.ms;
  return {
    what,
    ours: shown(a),
    baseline: shown(b),
    ratio: a / b,
    bar: 'ratio' in bar ? `≤ ${bar.ratio} ×` : `≤ ${bar.ms} ms`,
    ok,
  };
}

/** Measures; needs about fifteen seconds. */
export function run(): Promise<Row[]> {
  return Promise.resolve([
    measure('JSON merge, 200 KB, one line, 20 edits a side', sample(1_350, undefined), 10, { ratio: 5 }),
    measure('JSON merge, 200 KB, indented, 20 edits a side', sample(730, 2), 10, { ratio: 5 }),
    measure('JSON merge, 5 MB, one line, 20 edits a side', sample(33_000, undefined), 1, { ratio: 5 }),
    measure('JSON merge, 5 MB, indented, 20 edits a side', sample(18_500, 2), 1, { ratio: 5 }),
    measure('JSON merge, 1 MB, indented, 20 edits a side', sample(3_700, 2), 2, { ms: 150 }),
  ]);
}

if (import.meta.filename === process.argv[1]) console.table(await run());
