// The exact search of a window of two texts. Lines that the other text lacks are changes for certain and stay out of the
// search, so a total rewrite is linear.
import { type Interned, internLines } from './intern.ts';
import { type Lines, subLines } from './lines.ts';
import { searchEdits } from './myers.ts';
import type { Watch } from './watch.ts';

/** One flag for each line: 1 = the other text has no counterpart for it. */
export interface Changes {
  readonly a: Uint8Array;
  readonly b: Uint8Array;
}

/** Line ranges of two texts that are searched together. */
export interface Window {
  readonly aFrom: number;
  readonly aTo: number;
  readonly bFrom: number;
  readonly bTo: number;
}

/** Marks the changes of a window. */
export type WindowSearch = (window: Window) => void;

/** Texts up to this many lines together are numbered whole where that may decide. */
const WHOLE_UP_TO = 20_000;

/**
 * A line counts as lacking only if the whole other text lacks it, as it does for git: among repeated lines that decides
 * which of several shortest scripts is found. So a window that has anything to align is searched with the numbers of
 * the whole texts, which are made once; most windows have nothing.
 */
export function createWindowSearch(a: Lines, b: Lines, changes: Changes, watch: Watch): WindowSearch {
  let whole: Interned | undefined;
  const total = a.count + b.count;

  return (window) => {
    const { aFrom, aTo, bFrom, bTo } = window;
    if (aFrom === aTo || bFrom === bTo) return markAll(window);
    const isLarge = (aTo - aFrom + bTo - bFrom) * 2 > total;
    if (total > WHOLE_UP_TO || (!isLarge && whole === undefined)) {
      const own = internLines(subLines(a, aFrom, aTo), subLines(b, bFrom, bTo), watch);
      if (!isAnyShared(own)) return markAll(window);
      if (total > WHOLE_UP_TO) return search(own, window, aFrom, bFrom);
    }
    whole ??= internLines(a, b, watch);
    search(whole, window, 0, 0);
  };

  function markAll({ aFrom, aTo, bFrom, bTo }: Window): void {
    changes.a.fill(1, aFrom, aTo);
    changes.b.fill(1, bFrom, bTo);
  }

  /** Searches a window with numbers that begin at the lines `aOffset` and `bOffset`. */
  function search(ids: Interned, { aFrom, aTo, bFrom, bTo }: Window, aOffset: number, bOffset: number): void {
    const markA = (i: number): void => {
      changes.a[aOffset + i] = 1;
    };
    const markB = (j: number): void => {
      changes.b[bOffset + j] = 1;
    };
    const left = keepShared(ids.a, present(ids.b, ids.distinct), aFrom - aOffset, aTo - aOffset, markA);
    const right = keepShared(ids.b, present(ids.a, ids.distinct), bFrom - bOffset, bTo - bOffset, markB);
    searchEdits({
      a: left.ids,
      b: right.ids,
      markA: (i) => markA(left.places[i] ?? 0),
      markB: (j) => markB(right.places[j] ?? 0),
      watch,
    });
  }
}

function isAnyShared({ a, b, distinct }: Interned): boolean {
  const inB = present(b, distinct);
  return a.some((id) => inB[id] === 1);
}

function present(ids: Int32Array, distinct: number): Uint8Array {
  const found = new Uint8Array(distinct);
  for (const id of ids) found[id] = 1;
  return found;
}

/** The numbers in `[from, to)` that the other side has as well, and their places; `lone` hears of all others. */
function keepShared(
  ids: Int32Array,
  inOther: Uint8Array,
  from: number,
  to: number,
  lone: (place: number) => void,
): { readonly ids: Int32Array; readonly places: Int32Array } {
  const kept = new Int32Array(to - from);
  const places = new Int32Array(to - from);
  let count = 0;
  for (let i = from; i < to; i++) {
    const id = ids[i] ?? 0;
    if (inOther[id] !== 1) {
      lone(i);
      continue;
    }
    kept[count] = id;
    places[count] = i;
    count += 1;
  }
  return { ids: kept.subarray(0, count), places: places.subarray(0, count) };
}
