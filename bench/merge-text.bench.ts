// The text engine against `git merge-file` as a process and against node-diff3, outputs compared; and the fixed bars of
// speed. Sides are measured in turn, the median of seven rounds counts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { merge as mergeNodeDiff3 } from 'node-diff3';
import { type ConflictStyle, mergeContents, renderConflicts } from '../src/merge/index.ts';
import type { Row } from './rows.ts';

interface Triple {
  readonly base: Uint8Array;
  readonly current: Uint8Array;
  readonly proposed: Uint8Array;
}

const ROUNDS = 7;

const random = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

const textOf = (lines: readonly string[]): Uint8Array => Buffer.from(`${lines.join('\n')}\n`);

const plainLine = (next: () => number, i: number): string =>
  `  const value${i} = compute(${Math.floor(next() * 1e6)}, "${i % 97}");`;

/** Twenty changes a side at places of their own, spread over the text. */
function edited(count: number, edits: number): Triple {
  const next = random(count);
  const base = Array.from({ length: count }, (_, i) => plainLine(next, i));
  const gap = Math.floor(count / (edits * 2));
  const side = (offset: number, name: string): Uint8Array => {
    const lines = [...base];
    for (let e = edits - 1; e >= 0; e--) {
      const at = (e * 2 + offset) * gap + 1;
      lines.splice(at, e % 3 === 0 ? 0 : 1, ...(e % 3 === 1 ? [] : [`  // ${name} ${e}`]));
    }
    return textOf(lines);
  };
  return { base: textOf(base), current: side(0, 'current'), proposed: side(1, 'proposed') };
}

function hostile(kind: string, count: number): Triple {
  const next = random(7);
  const lines = (make: (i: number) => string, length = count): string[] => Array.from({ length }, (_, i) => make(i));
  const shuffled = (of: readonly string[]): string[] => {
    const out = [...of];
    for (let i = out.length - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1));
      [out[i], out[j]] = [out[j] ?? '', out[i] ?? ''];
    }
    return out;
  };
  const base = lines((i) => plainLine(next, i));
  if (kind === 'all different') {
    const other = (name: string): Uint8Array => textOf(lines((i) => `${name} ${i} ${Math.floor(next() * 1e6)}`));
    return { base: textOf(base), current: other('current'), proposed: other('proposed') };
  }
  if (kind === 'shuffled') {
    return { base: textOf(base), current: textOf(shuffled(base)), proposed: textOf(shuffled(base)) };
  }
  if (kind === 'all equal') {
    const equal = (length: number): Uint8Array => textOf(lines(() => 'same', length));
    return { base: equal(count), current: equal(count + 7), proposed: equal(count - 5) };
  }
  if (kind === 'two symbols at random') {
    const side = (): Uint8Array => textOf(lines(() => (next() < 0.5 ? '{' : '}')));
    return { base: side(), current: side(), proposed: side() };
  }
  const two = (): string[] => lines((i) => (i % 2 === 0 ? '{' : ''));
  const nudged = (name: string, every: number, at: number): Uint8Array =>
    textOf(two().flatMap((line, i) => (i % every === at ? [name, line] : [line])));
  return { base: textOf(two()), current: nudged('}', 1000, 10), proposed: nudged('{', 900, 500) };
}

/** One line of so many bytes, that current changed; proposed changed what stands far below. */
function longLine(bytes: number): Triple {
  const side = (line: string, end: string): Uint8Array => Buffer.from(`${line}\na\nb\nc\nd\n${end}\n`);
  const line = 'word '.repeat(bytes / 5);
  return { base: side(line, 'end'), current: side(`${line}more`, 'end'), proposed: side(line, 'the end') };
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0;

const shown = (ms: number): string => `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`;

const timed = (work: () => void): number => {
  const start = performance.now();
  work();
  return performance.now() - start;
};

/** Lets the compiler see the code first: 300 ms or 500 calls, whichever comes first. */
const warm = (work: () => void): void => {
  const end = performance.now() + 300;
  for (let i = 0; i < 500 && performance.now() < end; i++) work();
};

function renderedMerge(triple: Triple, style: ConflictStyle): Uint8Array {
  const labels = { base: 'base', current: 'current', proposed: 'proposed' };
  return renderConflicts(mergeContents(triple), style, labels);
}

/** Ours and git's on the same triple, by turns. */
function againstGit(dir: string, what: string, triple: Triple, bar: number, mayDiffer = false): Row {
  const paths = (['current', 'base', 'proposed'] as const).map((side) => {
    const path = join(dir, side);
    writeFileSync(path, triple[side]);
    return path;
  });
  const args = ['merge-file', '-p', '-q', '-L', 'current', '-L', 'base', '-L', 'proposed', ...paths];
  const git = (): Buffer => spawnSync('git', args, { maxBuffer: 2 ** 28 }).stdout;
  const equal = Buffer.compare(git(), renderedMerge(triple, 'merge')) === 0;
  warm(() => mergeContents(triple));
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    ours.push(timed(() => mergeContents(triple)));
    theirs.push(timed(git));
  }
  const ratio = median(ours) / median(theirs);
  const ok = ratio <= bar && (equal || mayDiffer) && median(ours) < 1000;
  const note = equal ? 'output equal' : 'output differs';
  const limits = mayDiffer ? `≤ ${bar} ×, < 1 s` : `≤ ${bar} ×, output equal`;
  return {
    what: `${what} (${note})`,
    ours: shown(median(ours)),
    baseline: `git ${shown(median(theirs))}`,
    ratio,
    bar: limits,
    ok,
  };
}

/** node-diff3 on lists of lines; splitting the bytes is a part of its work, as it is of ours. */
function againstNodeDiff3(what: string, triple: Triple): Row {
  const split = (side: Uint8Array): string[] => Buffer.from(side).toString('latin1').split('\n');
  const other = (): void => {
    mergeNodeDiff3(split(triple.current), split(triple.base), split(triple.proposed));
  };
  warm(() => mergeContents(triple));
  warm(other);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    ours.push(timed(() => mergeContents(triple)));
    theirs.push(timed(other));
  }
  const ratio = median(ours) / median(theirs);
  const baseline = `node-diff3 ${shown(median(theirs))}`;
  return { what, ours: shown(median(ours)), baseline, ratio, bar: '≤ 2 ×', ok: ratio <= 2 };
}

function fixedBar(what: string, triple: Triple, bar: number): Row {
  warm(() => mergeContents(triple));
  const ours = median(Array.from({ length: ROUNDS }, () => timed(() => mergeContents(triple))));
  return { what, ours: shown(ours), baseline: shown(bar), ratio: ours / bar, bar: `< ${bar} ms`, ok: ours < bar };
}

function rewritten(count: number): Triple {
  const next = random(3);
  const side = (name: string): Uint8Array =>
    textOf(Array.from({ length: count }, (_, i) => `${name} ${i} ${Math.floor(next() * 1e6)}`));
  return { base: side('base'), current: side('current'), proposed: side('proposed') };
}

export async function run(): Promise<Row[]> {
  const dir = mkdtempSync(join(tmpdir(), 'entente-bench-'));
  try {
    const rows: Row[] = [];
    for (const count of [200, 2_000, 5_000, 50_000]) {
      rows.push(againstGit(dir, `text, ${count} lines, 20 edits a side`, edited(count, 20), 0.5));
    }
    for (const kind of ['all different', 'shuffled', 'all equal', 'two symbols']) {
      rows.push(againstGit(dir, `text, hostile 20,000 lines, ${kind}`, hostile(kind, 20_000), 6, true));
    }
    rows.push(againstGit(dir, 'text, hostile 40,000 lines, two symbols', hostile('two symbols', 40_000), 6, true));
    const random = hostile('two symbols at random', 40_000);
    rows.push(againstGit(dir, 'text, hostile 40,000 lines, two symbols at random', random, 6, true));
    rows.push(againstGit(dir, 'text, one line of 10 MiB', longLine(10 * 1024 * 1024), 6));
    rows.push(againstNodeDiff3('text, 200 lines, 20 edits a side', edited(200, 20)));
    rows.push(againstNodeDiff3('text, 2,000 lines, 20 edits a side', edited(2_000, 20)));
    rows.push(fixedBar('text, 20,000 lines, few edits', edited(20_000, 5), 20));
    rows.push(fixedBar('text, 3,000 equal lines', hostile('all equal', 3_000), 50));
    rows.push(fixedBar('text, 10,000 lines rewritten on both sides', rewritten(10_000), 500));
    rows.push(fixedBar('text, 1,000,000 lines, 20 edits a side', edited(1_000_000, 20), 2_000));
    return rows;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

if (import.meta.filename === process.argv[1]) console.table(await run());
