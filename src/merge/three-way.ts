// The regions in which a three-way merge differs from its base. Two hunks are apart only when an unchanged base line
// lies between them; touching hunks make one region (Khanna, Kunal and Pierce, "A Formal Investigation of Diff3", 2007,
// for the model of stable and unstable chunks). A region's place on a side follows from that side's hunks in it.
import { diffLines, type Hunk } from './diff.ts';
import { equalRuns, type Lines } from './lines.ts';
import type { Watch } from './watch.ts';

/** The three texts of a merge, as lines. */
export interface Sides {
  readonly base: Lines;
  readonly current: Lines;
  readonly proposed: Lines;
}

/** Line ranges, 0-based and half-open, in the three texts. */
export interface Region {
  /** Who changed it: one side, both alike, or both differently. */
  readonly kind: 'current' | 'proposed' | 'both' | 'conflict';
  readonly baseStart: number;
  readonly baseEnd: number;
  readonly currentStart: number;
  readonly currentEnd: number;
  readonly proposedStart: number;
  readonly proposedEnd: number;
}

export type Adjacent = 'conflict' | 'merge';

/** The changed regions in base order. `adjacent: 'merge'` keeps hunks apart that only touch. */
export function findRegions(sides: Sides, adjacent: Adjacent, watch: Watch): readonly Region[] {
  const { base, current, proposed } = sides;
  return regionsOf(sides, diffLines(base, current, watch), diffLines(base, proposed, watch), adjacent);
}

/** The regions that the changes of the two sides make, in base order. */
export function regionsOf(
  sides: Sides,
  currentHunks: readonly Hunk[],
  proposedHunks: readonly Hunk[],
  adjacent: Adjacent,
): readonly Region[] {
  const regions: Region[] = [];
  const shifts = { current: 0, proposed: 0 };
  let c = 0;
  let p = 0;
  while (c < currentHunks.length || p < proposedHunks.length) {
    const fromC = c;
    const fromP = p;
    [c, p] = gather(currentHunks, proposedHunks, c, p, adjacent);
    regions.push(regionOf(sides, currentHunks.slice(fromC, c), proposedHunks.slice(fromP, p), shifts));
  }
  return regions;
}

/** How far the hunks from (c, p) on belong together: the places after the last of them. */
function gather(
  current: readonly Hunk[],
  proposed: readonly Hunk[],
  c: number,
  p: number,
  adjacent: Adjacent,
): [number, number] {
  let end = -1;
  let emptySoFar = true;
  let nextC = c;
  let nextP = p;
  for (;;) {
    const fromCurrent = comesFirst(current[nextC], proposed[nextP]);
    const hunk = fromCurrent ? current[nextC] : proposed[nextP];
    if (hunk === undefined) return [nextC, nextP];
    const isFirst = nextC === c && nextP === p;
    if (!isFirst && isApart(hunk, end, emptySoFar, adjacent)) return [nextC, nextP];
    end = Math.max(end, hunk.aEnd);
    emptySoFar &&= hunk.aStart === hunk.aEnd;
    if (fromCurrent) nextC += 1;
    else nextP += 1;
  }
}

function comesFirst(hunk: Hunk | undefined, other: Hunk | undefined): boolean {
  if (hunk === undefined || other === undefined) return hunk !== undefined;
  return hunk.aStart < other.aStart || (hunk.aStart === other.aStart && hunk.aEnd <= other.aEnd);
}

function isApart(hunk: Hunk, end: number, emptySoFar: boolean, adjacent: Adjacent): boolean {
  if (adjacent === 'conflict') return end < hunk.aStart;
  const bothInsertHere = emptySoFar && hunk.aStart === hunk.aEnd && hunk.aStart === end;
  return end <= hunk.aStart && !bothInsertHere;
}

/** Maps a base range to a side; `shifts` carries the distance that the side has gained on the base so far. */
function regionOf(
  sides: Sides,
  current: readonly Hunk[],
  proposed: readonly Hunk[],
  shifts: { current: number; proposed: number },
): Region {
  const baseStart = Math.min(current[0]?.aStart ?? Infinity, proposed[0]?.aStart ?? Infinity);
  const baseEnd = Math.max(current.at(-1)?.aEnd ?? 0, proposed.at(-1)?.aEnd ?? 0);
  const currentStart = baseStart + shifts.current;
  const proposedStart = baseStart + shifts.proposed;
  shifts.current = shiftAfter(current, shifts.current);
  shifts.proposed = shiftAfter(proposed, shifts.proposed);
  const currentEnd = baseEnd + shifts.current;
  const proposedEnd = baseEnd + shifts.proposed;
  const range = { baseStart, baseEnd, currentStart, currentEnd, proposedStart, proposedEnd };
  if (proposed.length === 0) return { kind: 'current', ...range };
  if (current.length === 0) return { kind: 'proposed', ...range };
  const same = equalRuns(sides.current, currentStart, currentEnd, sides.proposed, proposedStart, proposedEnd);
  return { kind: same ? 'both' : 'conflict', ...range };
}

function shiftAfter(hunks: readonly Hunk[], before: number): number {
  const last = hunks.at(-1);
  return last === undefined ? before : last.bEnd - last.aEnd;
}
