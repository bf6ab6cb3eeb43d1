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
  const diagonals = a.length + b.length + 3;
  const forward = new Int32Array(diagonals);
  const backward = new Int32Array(diagonals);
  const cap = costCap(diagonals);
  const stack: number[] = [0, a.length, 0, b.length];
  while (stack.length > 0) {
    let bHigh = stack.pop() ?? 0;
    let bLow = stack.pop() ?? 0;
    let aHigh = stack.pop() ?? 0;
    let aLow = stack.pop() ?? 0;
    while (aLow < aHigh && bLow < bHigh && a[aLow] === b[bLow]) {
      aLow += 1;
      bLow += 1;
    }
    while (aLow < aHigh && bLow < bHigh && a[aHigh - 1] === b[bHigh - 1]) {
      aHigh -= 1;
      bHigh -= 1;
    }
    if (aLow === aHigh) for (let j = bLow; j < bHigh; j++) markB(j);
    else if (bLow === bHigh) for (let i = aLow; i < aHigh; i++) markA(i);
    else {
      const [x, y] = middle(search, { aLow, aHigh, bLow, bHigh }, forward, backward, cap);
      stack.push(x, aHigh, y, bHigh, aLow, x, bLow, y);
    }
  }
}

interface Box {
  readonly aLow: number;
  readonly aHigh: number;
  readonly bLow: number;
  readonly bHigh: number;
}

/** A range of diagonals that grows by one at each end until the box's walls, then shrinks along them. */
interface Front {
  low: number;
  high: number;
}

// `wall` is a value that no step can prefer: it stands outside the range that is being searched.
function widen(front: Front, lowest: number, highest: number, reach: Int32Array, shift: number, wall: number): void {
  if (front.low > lowest) {
    front.low -= 1;
    reach[shift + front.low - 1] = wall;
  } else front.low += 1;
  if (front.high < highest) {
    front.high += 1;
    reach[shift + front.high + 1] = wall;
  } else front.high -= 1;
}

/** A point where a shortest path through the box may be cut in two. Diagonal k holds the points with x - y = k. */
function middle(
  { a, b, watch }: Search,
  box: Box,
  forward: Int32Array,
  backward: Int32Array,
  cap: number,
): readonly [number, number] {
  const { aLow, aHigh, bLow, bHigh } = box;
  const lowest = aLow - bHigh;
  const highest = aHigh - bLow;
  const shift = b.length + 1;
  const front: Front = { low: aLow - bLow, high: aLow - bLow };
  const back: Front = { low: aHigh - bHigh, high: aHigh - bHigh };
  const odd = ((front.low - back.low) & 1) !== 0;
  forward[shift + front.low] = aLow;
  backward[shift + back.low] = aHigh;

  for (let cost = 1; ; cost++) {
    widen(front, lowest, highest, forward, shift, -1);
    for (let k = front.high; k >= front.low; k -= 2) {
      const below = forward[shift + k - 1] ?? -1;
      const above = forward[shift + k + 1] ?? -1;
      let x = below >= above ? below + 1 : above;
      while (x < aHigh && x - k < bHigh && a[x] === b[x - k]) x += 1;
      forward[shift + k] = x;
      if (odd && back.low <= k && k <= back.high && (backward[shift + k] ?? 0) <= x) return [x, x - k];
    }
    widen(back, lowest, highest, backward, shift, 0x7fffffff);
    for (let k = back.high; k >= back.low; k -= 2) {
      const below = backward[shift + k - 1] ?? 0;
      const above = backward[shift + k + 1] ?? 0;
      let x = below < above ? below : above - 1;
      while (x > aLow && x - k > bLow && a[x - 1] === b[x - k - 1]) x -= 1;
      backward[shift + k] = x;
      if (!odd && front.low <= k && k <= front.high && x <= (forward[shift + k] ?? 0)) return [x, x - k];
    }
    watch(front.high - front.low + back.high - back.low + 2);
    if (cost >= cap) return furthest(box, front, back, forward, backward, shift);
  }
}

/** Past the cap: the point furthest from its own corner, of those that either front has reached inside the box. */
function furthest(
  { aLow, aHigh, bLow, bHigh }: Box,
  front: Front,
  back: Front,
  forward: Int32Array,
  backward: Int32Array,
  shift: number,
): readonly [number, number] {
  let ahead = -1;
  let aheadX = aLow;
  for (let k = front.high; k >= front.low; k -= 2) {
    const x = Math.min(forward[shift + k] ?? 0, aHigh, bHigh + k);
    if (x + x - k > ahead) {
      ahead = x + x - k;
      aheadX = x;
    }
  }
  let behind = 0x7fffffff;
  let behindX = aHigh;
  for (let k = back.high; k >= back.low; k -= 2) {
    const x = Math.max(backward[shift + k] ?? 0, aLow, bLow + k);
    if (x + x - k < behind) {
      behind = x + x - k;
      behindX = x;
    }
  }
  if (aHigh + bHigh - behind < ahead - (aLow + bLow)) return [aheadX, ahead - aheadX];
  return [behindX, behind - behindX];
}
