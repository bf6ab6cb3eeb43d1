// The shortest edit script in linear space: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986),
// section 4b. Boxes wait on a stack of their own, so no depth of input overflows the call stack; after a cap on the
// number of edits in a box the furthest-reaching diagonal is taken, which keeps hostile texts near linear.
import type { Watch } from './watch.ts';

/** Two sequences of numbers, and where to mark an element that the other one lacks. */
export interface Search {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly markA: (i: number) => void;
  readonly markB: (j: number) => void;
  readonly watch: Watch;
}

const MIN_COST_CAP = 256;

/** About the square root of the number of diagonals, as a power of two. */
function costCap(diagonals: number): number {
  return Math.max(MIN_COST_CAP, 2 ** Math.ceil(Math.log2(diagonals + 1) / 2));
}

/** Marks what must change to make `b` out of `a`. */
export function searchEdits(search: Search): void {
  const { a, b, markA, markB } = search;
  const cutter = createCutter(search);
  const stack: Box[] = [{ aLow: 0, aHigh: a.length, bLow: 0, bHigh: b.length }];
  for (let box = stack.pop(); box !== undefined; box = stack.pop()) {
    const rest = shrink(a, b, box);
    const { aLow, aHigh, bLow, bHigh } = rest;
    if (aLow === aHigh) for (let j = bLow; j < bHigh; j++) markB(j);
    else if (bLow === bHigh) for (let i = aLow; i < aHigh; i++) markA(i);
    else {
      const { x, y } = cutter(rest);
      stack.push({ aLow: x, aHigh, bLow: y, bHigh }, { aLow, aHigh: x, bLow, bHigh: y });
    }
  }
}

interface Box {
  readonly aLow: number;
  readonly aHigh: number;
  readonly bLow: number;
  readonly bHigh: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A box without the equal elements at its ends. */
function shrink(a: Int32Array, b: Int32Array, box: Box): Box {
  let { aLow, aHigh, bLow, bHigh } = box;
  while (aLow < aHigh && bLow < bHigh && a[aLow] === b[bLow]) {
    aLow += 1;
    bLow += 1;
  }
  while (aLow < aHigh && bLow < bHigh && a[aHigh - 1] === b[bHigh - 1]) {
    aHigh -= 1;
    bHigh -= 1;
  }
  return { aLow, aHigh, bLow, bHigh };
}

/**
 * One of the two searches that meet in a box: for each diagonal k (the points with x - y = k) how far it has come. The
 * diagonals in use are every second one of `[low, high]`; they grow by one at each end until the box's walls.
 */
interface Front {
  readonly reach: Int32Array;
  low: number;
  high: number;
}

const FAR = 0x7fffffff;

/** Finds points where a shortest path through a box may be cut in two; the arrays are shared by all boxes. */
function createCutter({ a, b, watch }: Search): (box: Box) => Point {
  const diagonals = a.length + b.length + 3;
  const shift = b.length + 1;
  const cap = costCap(diagonals);
  const ahead: Front = { reach: new Int32Array(diagonals), low: 0, high: 0 };
  const behind: Front = { reach: new Int32Array(diagonals), low: 0, high: 0 };

  // `wall` stands beside the outermost diagonal and is never preferred to a real place.
  function widen(front: Front, { aLow, aHigh, bLow, bHigh }: Box, wall: number): void {
    if (front.low > aLow - bHigh) {
      front.low -= 1;
      front.reach[shift + front.low - 1] = wall;
    } else front.low += 1;
    if (front.high < aHigh - bLow) {
      front.high += 1;
      front.reach[shift + front.high + 1] = wall;
    } else front.high -= 1;
  }

  function stepAhead({ aHigh, bHigh }: Box, mayMeet: boolean): Point | undefined {
    const { reach, low, high } = ahead;
    for (let k = high; k >= low; k -= 2) {
      const before = reach[shift + k - 1] ?? 0;
      const after = reach[shift + k + 1] ?? 0;
      let x = before >= after ? before + 1 : after;
      while (x < aHigh && x - k < bHigh && a[x] === b[x - k]) x += 1;
      reach[shift + k] = x;
      if (mayMeet && behind.low <= k && k <= behind.high && (behind.reach[shift + k] ?? 0) <= x) return { x, y: x - k };
    }
    return undefined;
  }

  function stepBehind({ aLow, bLow }: Box, mayMeet: boolean): Point | undefined {
    const { reach, low, high } = behind;
    for (let k = high; k >= low; k -= 2) {
      const before = reach[shift + k - 1] ?? 0;
      const after = reach[shift + k + 1] ?? 0;
      let x = before < after ? before : after - 1;
      while (x > aLow && x - k > bLow && a[x - 1] === b[x - k - 1]) x -= 1;
      reach[shift + k] = x;
      if (mayMeet && ahead.low <= k && k <= ahead.high && x <= (ahead.reach[shift + k] ?? 0)) return { x, y: x - k };
    }
    return undefined;
  }

  return (box) => {
    ahead.low = ahead.high = box.aLow - box.bLow;
    behind.low = behind.high = box.aHigh - box.bHigh;
    ahead.reach[shift + ahead.low] = box.aLow;
    behind.reach[shift + behind.low] = box.aHigh;
    const isOdd = ((ahead.low - behind.low) & 1) !== 0;
    for (let cost = 1; ; cost++) {
      widen(ahead, box, -1);
      const met = stepAhead(box, isOdd);
      if (met !== undefined) return met;
      widen(behind, box, FAR);
      const metBack = stepBehind(box, !isOdd);
      if (metBack !== undefined) return metBack;
      watch(ahead.high - ahead.low + behind.high - behind.low + 2);
      if (cost >= cap) return furthest(box, ahead, behind, shift);
    }
  };
}

/** Past the cap: of the points that either search has reached inside the box, the one furthest from its own corner. */
function furthest({ aLow, aHigh, bLow, bHigh }: Box, ahead: Front, behind: Front, shift: number): Point {
  let best: Point = { x: aLow, y: bLow };
  let gain = -1;
  for (let k = ahead.high; k >= ahead.low; k -= 2) {
    const x = Math.min(ahead.reach[shift + k] ?? 0, aHigh, bHigh + k);
    const y = x - k;
    if (x - aLow + y - bLow > gain) {
      best = { x, y };
      gain = x - aLow + y - bLow;
    }
  }
  for (let k = behind.high; k >= behind.low; k -= 2) {
    const x = Math.max(behind.reach[shift + k] ?? 0, aLow, bLow + k);
    const y = x - k;
    if (aHigh - x + bHigh - y > gain) {
      best = { x, y };
      gain = aHigh - x + bHigh - y;
    }
  }
  return best;
}
