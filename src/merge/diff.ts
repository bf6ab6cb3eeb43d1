// Which lines of two texts changed. Equal ends are cut off; the rest is searched exactly (exact, small) or, in a long
// text, first cut at long runs of equal lines so that a few edits never pay for numbering every line (hybrid).
import { equalBackward, equalForward, type Lines } from './lines.ts';
import { searchByRuns } from './runs.ts';
import { slideChanges } from './slide.ts';
import type { Watch } from './watch.ts';
import { type Changes, createWindowSearch, type Window } from './window.ts';

/** Lines `[aStart, aEnd)` of the first text became `[bStart, bEnd)` of the second. */
export interface Hunk {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
}

/** Windows from this size on are cut at runs of equal lines first. */
const HYBRID_FROM = 512;

/** The changes from `a` to `b` in order, at least one unchanged line between two of them. */
export function diffLines(a: Lines, b: Lines, watch: Watch): readonly Hunk[] {
  const head = equalForward(a, 0, b, 0);
  const tail = equalBackward(a, b, Math.min(a.count, b.count) - head);
  if (head === a.count && head === b.count) return [];
  const changes: Changes = { a: new Uint8Array(a.count), b: new Uint8Array(b.count) };
  const middle: Window = { aFrom: head, aTo: a.count - tail, bFrom: head, bTo: b.count - tail };
  const search = createWindowSearch(a, b, changes, watch);
  if (Math.min(middle.aTo, middle.bTo) - head < HYBRID_FROM) search(middle);
  else searchByRuns(a, b, middle, search, watch);
  slideChanges(a, changes.a, b, changes.b, watch);
  slideChanges(b, changes.b, a, changes.a, watch);
  return hunksOf(changes);
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
