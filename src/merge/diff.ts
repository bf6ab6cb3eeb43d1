// Which lines of two texts changed. Equal ends are cut off; the rest is searched exactly (exact, small) or, in a long
// text, first cut at long runs of equal lines so that a few edits never pay for numbering every line (hybrid).
import { internLines } from './intern.ts';
import { equalBackward, equalForward, equalLine, type Lines, subLines } from './lines.ts';
import { searchEdits } from './myers.ts';
import { slideChanges } from './slide.ts';
import type { Watch } from './watch.ts';

/** Lines `[aStart, aEnd)` of the first text became `[bStart, bEnd)` of the second. */
export interface Hunk {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
}

/** One flag for each line: 1 = the other text has no counterpart for it. */
export interface Changes {
  readonly a: Uint8Array;
  readonly b: Uint8Array;
}

const HYBRID_FROM = 512;

/** The changes from `a` to `b` in order, at least one unchanged line between two of them. */
export function diffLines(a: Lines, b: Lines, watch: Watch): readonly Hunk[] {
  const head = equalForward(a, 0, b, 0);
  const tail = equalBackward(a, b, Math.min(a.count, b.count) - head);
  if (head === a.count && head === b.count) return [];
  const changes: Changes = { a: new Uint8Array(a.count), b: new Uint8Array(b.count) };
  const middle: Window = { aFrom: head, aTo: a.count - tail, bFrom: head, bTo: b.count - tail };
  if (Math.min(middle.aTo, middle.bTo) - head < HYBRID_FROM) searchWindow(a, b, middle, changes, watch);
  else searchByRuns(a, b, middle, changes, watch);
  slideChanges(a, changes.a, b, changes.b, watch);
  slideChanges(b, changes.b, a, changes.a, watch);
  return hunksOf(changes);
}

interface Window {
  readonly aFrom: number;
  readonly aTo: number;
  readonly bFrom: number;
  readonly bTo: number;
}

/** Marks the changes of a window exactly. Lines without an equal on the other side stay out of the search. */
function searchWindow(a: Lines, b: Lines, window: Window, changes: Changes, watch: Watch): void {
  const { aFrom, aTo, bFrom, bTo } = window;
  if (aFrom === aTo || bFrom === bTo) {
    changes.a.fill(1, aFrom, aTo);
    changes.b.fill(1, bFrom, bTo);
    return;
  }
  const ids = internLines(subLines(a, aFrom, aTo), subLines(b, bFrom, bTo), watch);
  const left = keepShared(ids.a, ids.b, ids.distinct, changes.a, aFrom);
  const right = keepShared(ids.b, ids.a, ids.distinct, changes.b, bFrom);
  searchEdits({
    a: left.ids,
    b: right.ids,
    markA: (i) => {
      changes.a[left.places[i] ?? 0] = 1;
    },
    markB: (j) => {
      changes.b[right.places[j] ?? 0] = 1;
    },
    watch,
  });
}

/** The elements that the other side has as well, with their places; all others are marked as changed. */
function keepShared(
  own: Int32Array,
  other: Int32Array,
  distinct: number,
  marks: Uint8Array,
  from: number,
): { readonly ids: Int32Array; readonly places: Int32Array } {
  const present = new Uint8Array(distinct);
  for (const id of other) present[id] = 1;
  const ids = new Int32Array(own.length);
  const places = new Int32Array(own.length);
  let count = 0;
  for (let i = 0; i < own.length; i++) {
    const id = own[i] ?? 0;
    if (present[id] === 1) {
      ids[count] = id;
      places[count] = from + i;
      count += 1;
    } else marks[from + i] = 1;
  }
  return { ids: ids.subarray(0, count), places: places.subarray(0, count) };
}

/** Cuts a long window at runs of equal lines and searches what lies between; without such runs, all that is left. */
function searchByRuns(a: Lines, b: Lines, window: Window, changes: Changes, watch: Watch): void {
  const { aTo, bTo } = window;
  let { aFrom, bFrom } = window;
  while (aFrom < aTo || bFrom < bTo) {
    const run = nextRun(a, b, { aFrom, aTo, bFrom, bTo }, watch);
    if (run === undefined) {
      searchWindow(a, b, { aFrom, aTo, bFrom, bTo }, changes, watch);
      return;
    }
    searchWindow(a, b, { aFrom, aTo: run.a, bFrom, bTo: run.b }, changes, watch);
    const length = Math.min(equalForward(a, run.a, b, run.b), aTo - run.a, bTo - run.b);
    aFrom = run.a + length;
    bFrom = run.b + length;
  }
}

const RUN = 32;
const RUN_DISTINCT = 16;
const MAX_EDITS = 64;

/** The nearest run of 32 equal lines that are not all alike, at most 64 edits away (greedy, forwards only). */
function nextRun(
  a: Lines,
  b: Lines,
  window: Window,
  watch: Watch,
): { readonly a: number; readonly b: number } | undefined {
  const { aFrom, aTo, bFrom, bTo } = window;
  const reach = new Int32Array(2 * MAX_EDITS + 3).fill(-1);
  const origin = MAX_EDITS + 1;
  reach[origin + 1] = 0;
  for (let edits = 0; edits <= MAX_EDITS; edits++) {
    for (let k = -edits; k <= edits; k += 2) {
      const below = reach[origin + k - 1] ?? -1;
      const above = reach[origin + k + 1] ?? -1;
      const start = k === -edits || (k !== edits && below < above) ? above : below + 1;
      const i = aFrom + start;
      const j = bFrom + start - k;
      if (i > aTo || j > bTo || j < bFrom) {
        reach[origin + k] = start;
        continue;
      }
      let run = 0;
      while (run < RUN && i + run < aTo && j + run < bTo && equalLine(a, i + run, b, j + run)) run += 1;
      if (run === RUN) return isDistinctRun(a, i) ? { a: i, b: j } : undefined;
      if (i + run === aTo && j + run === bTo) return { a: i, b: j };
      reach[origin + k] = start + run;
    }
    watch(edits + 1);
  }
  return undefined;
}

/** A run of a repeated pattern fits in many places and must not decide where to cut. */
function isDistinctRun(a: Lines, from: number): boolean {
  const run = subLines(a, from, from + RUN);
  const { distinct } = internLines(run, subLines(a, from, from), () => {});
  return distinct >= RUN_DISTINCT;
}

/** Turns flags into hunks; unchanged lines are passed over natively. */
export function hunksOf(changes: Changes): readonly Hunk[] {
  const { a, b } = changes;
  const hunks: Hunk[] = [];
  let i = 0;
  let j = 0;
  let nextA = -1;
  let nextB = -1;
  for (;;) {
    if (nextA < i) nextA = nextMark(a, i);
    if (nextB < j) nextB = nextMark(b, j);
    const skip = Math.min(nextA - i, nextB - j);
    if (skip === Infinity) return hunks;
    const aStart = i + skip;
    const bStart = j + skip;
    i = aStart;
    j = bStart;
    while (a[i] === 1) i += 1;
    while (b[j] === 1) j += 1;
    hunks.push({ aStart, aEnd: i, bStart, bEnd: j });
  }
}

function nextMark(marks: Uint8Array, from: number): number {
  const next = marks.indexOf(1, from);
  return next < 0 ? Infinity : next;
}
