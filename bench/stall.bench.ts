// How long the event loop stands still while the controller merges something heavy: the longest time between two turns
// from the commit's call to its outcome, hashing, sending, proof and storing included. The worst of all rounds counts.
import { existsSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createController } from '../src/controller/controller.ts';
import { createMemoryStore } from '../src/stores/memory.ts';
import { merge } from '../src/strategies/merge.ts';
import { type Sample, sampleOf } from './merge-samples.ts';
import type { Row } from './rows.ts';

const ROUNDS = 5;
const BAR_MS = 50;
const MB = 1_000_000;

interface Case {
  readonly what: string;
  readonly path: string;
  readonly sides: Pick<Sample, 'base' | 'current' | 'proposed'>;
  /** What must come out. */
  readonly outcome: 'merged' | 'escalated';
}

/** One line of 10 MiB, which each side ends otherwise. */
function oneLine(): Case['sides'] {
  const line = 'x'.repeat(10 * 1024 * 1024);
  return { base: `${line}\n`, current: `${line}c\n`, proposed: `${line}p\n` };
}

/** 10 MiB in lines of which each side changed some. */
function large(): Case['sides'] {
  const { base, current, proposed } = sampleOf('text', 10 * 1024 * 1024);
  return { base, current, proposed };
}

function longTexts(isShuffled: boolean): Case['sides'] {
  const lines = (name: string, edits: number): string =>
    Array.from({ length: 50_000 }, (_, i) =>
      i % 2_500 === edits ? `${name} ${i}\n` : `line ${i} of some length\n`,
    ).join('');
  if (!isShuffled) return { base: lines('', -1), current: lines('c', 1), proposed: lines('p', 1_000) };
  const few = (step: number): string =>
    Array.from({ length: 50_000 }, (_, i) => `line ${((i * step) % 997) % 41}\n`).join('');
  return { base: few(7), current: few(11), proposed: few(13) };
}

const cases = (): readonly Case[] => [
  { what: 'text of 10 MiB', path: 'a.txt', sides: large(), outcome: 'merged' },
  { what: 'one line of 10 MiB', path: 'a.txt', sides: oneLine(), outcome: 'escalated' },
  { what: 'text of 50,000 lines', path: 'a.txt', sides: longTexts(false), outcome: 'merged' },
  { what: '50,000 lines of 41 kinds, shuffled', path: 'a.txt', sides: longTexts(true), outcome: 'escalated' },
  { what: 'JSON of 5 MB', path: 'a.json', sides: sampleOf('json', 5 * MB), outcome: 'merged' },
  {
    what: 'JSON of 250 KB, merged in this thread',
    path: 'a.json',
    sides: sampleOf('json', 250_000),
    outcome: 'merged',
  },
  { what: 'YAML of 1 MB', path: 'a.yaml', sides: sampleOf('yaml', MB), outcome: 'merged' },
  { what: 'YAML of 100 KB', path: 'a.yaml', sides: sampleOf('yaml', 100_000), outcome: 'merged' },
  { what: 'YAML of 4 KB, merged in this thread', path: 'a.yaml', sides: sampleOf('yaml', 3_500), outcome: 'merged' },
  { what: 'TOML of 100 KB', path: 'a.toml', sides: sampleOf('toml', 100_000), outcome: 'merged' },
  { what: 'notebook of 2 MB', path: 'a.ipynb', sides: sampleOf('notebook', 2 * MB), outcome: 'merged' },
  { what: 'Markdown of 1 MB', path: 'a.md', sides: sampleOf('markdown', MB), outcome: 'merged' },
];

/** What Linux says of this thread: the nanoseconds that it was on a processor come first. */
const SCHEDULED = `/proc/self/task/${process.pid}/schedstat`;
const HAS_SCHEDULED = existsSync(SCHEDULED);

/** The longest turn by the time on a processor, in milliseconds, which other processes cannot lengthen. */
function watchTurns(): () => number {
  const now = (): number => (HAS_SCHEDULED ? Number(readFileSync(SCHEDULED, 'latin1').split(' ')[0]) / 1e6 : 0);
  let longest = 0;
  let last = now();
  const turn = (): void => {
    longest = Math.max(longest, now() - last);
    last = now();
  };
  const timer = setInterval(turn, 1);
  return () => {
    clearInterval(timer);
    return longest;
  };
}

/** The longest stall of one commit, in milliseconds, and how long it took. */
async function measure({
  path,
  sides,
  outcome: expected,
}: Case): Promise<{ stall: number; turn: number; whole: number }> {
  const limits = {
    contentBytes: 16 * 1024 * 1024,
    mergeBytes: 16 * 1024 * 1024,
    mergeLines: 1_000_000,
    mergeMs: 20_000,
  };
  const entente = createController({
    store: createMemoryStore(),
    default: merge('auto'),
    limits: { ...limits, jsonNodes: 10_000_000 },
  });
  const write = async (agent: string, content: string): Promise<void> => {
    const draft = await entente.begin(path, { agent });
    await entente.commit(draft.token, { content });
  };
  await write('setup', sides.base);
  const draft = await entente.begin(path, { agent: 'slow' });
  await write('quick', sides.current);
  const content = Buffer.from(sides.proposed);
  globalThis.gc?.();
  // It measures from one of its own turns to the next: the first must have been before the commit.
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await new Promise((done) => setTimeout(done, 20));
  const longestTurn = watchTurns();
  const start = performance.now();
  const outcome = await entente.commitOrResolve(draft.token, { content });
  const whole = performance.now() - start;
  await new Promise((done) => setTimeout(done, 5));
  delay.disable();
  const turn = longestTurn();
  await entente.close();
  if (outcome.status !== expected) throw new Error(`${path} ended as ${outcome.status}`);
  return { stall: delay.max / 1e6, turn, whole };
}

async function row(one: Case): Promise<Row> {
  let stall = 0;
  let turn = 0;
  let whole = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const measured = await measure(one);
    stall = Math.max(stall, measured.stall);
    turn = Math.max(turn, measured.turn);
    whole = Math.max(whole, measured.whole);
  }
  return {
    what: `event loop stall while the controller merges: ${one.what}`,
    ours: `${stall.toFixed(1)} ms`,
    baseline: `on a processor ${turn.toFixed(1)} ms; commit ${whole.toFixed(0)} ms`,
    ratio: stall / BAR_MS,
    bar: `≤ ${BAR_MS} ms`,
    ok: stall <= BAR_MS,
  };
}

export async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const one of cases()) rows.push(await row(one));
  return rows;
}
