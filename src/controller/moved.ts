// Where a text moved since somebody read it, and whether that is where they look: for notes to agents, nothing else.
// A commit is judged by its merge and never by this.

import { isBinary } from '../merge/binary.ts';
import { diffLines } from '../merge/diff.ts';
import { splitLines } from '../merge/lines.ts';
import { createWatch, OverBudget } from '../merge/watch.ts';

/** Lines from 1, both ends included; `to` is `from - 1` where it is a place between two lines. */
export interface LineRange {
  readonly from: number;
  readonly to: number;
}

/** Lines of what was read, and the lines that stand for them now. */
export interface Moved {
  readonly base: LineRange;
  readonly current: LineRange;
}

/** What an agent looks at of what it read: some lines, or all of them. */
export type Sight = readonly LineRange[] | 'all';

/** Milliseconds for a comparison; what takes longer counts as moved as a whole. */
const BUDGET_MS = 50;
const WHOLE: LineRange = { from: 1, to: Number.MAX_SAFE_INTEGER };

const rangeOf = (start: number, end: number): LineRange => ({ from: start + 1, to: end });

/** The places where two contents differ, in order; bytes that are no text differ as a whole. */
export function movedRegions(base: Uint8Array, current: Uint8Array): readonly Moved[] {
  if (isBinary(base) || isBinary(current))
    return Buffer.compare(base, current) === 0 ? [] : [{ base: WHOLE, current: WHOLE }];
  try {
    const hunks = diffLines(splitLines(base), splitLines(current), createWatch({ ms: BUDGET_MS }));
    return hunks.map((one) => ({ base: rangeOf(one.aStart, one.aEnd), current: rangeOf(one.bStart, one.bEnd) }));
  } catch (error) {
    if (error instanceof OverBudget) return [{ base: WHOLE, current: WHOLE }];
    throw error;
  }
}

/** Two ranges meet where they share a line; a place between two lines also meets those at its sides. */
function meet(left: LineRange, right: LineRange): boolean {
  const reach = left.to < left.from || right.to < right.from ? 1 : 0;
  return left.from <= right.to + reach && right.from <= left.to + reach;
}

/** The moved places that the agent looks at, in lines of what it read. None: what moved is none of its business. */
export function movedInSight(base: Uint8Array, current: Uint8Array, sight: Sight): readonly Moved[] {
  const moved = movedRegions(base, current);
  return sight === 'all' ? moved : moved.filter((one) => sight.some((range) => meet(one.base, range)));
}
