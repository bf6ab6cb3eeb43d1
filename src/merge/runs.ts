// Long texts with few edits: cut at long runs of equal lines and search exactly between them, so that lines far from
// any edit are compared natively and never numbered.
import { internLines } from './intern.ts';
import { equalForward, equalLine, type Lines, subLines } from './lines.ts';
import { endless, type Watch } from './watch.ts';
import type { Window, WindowSearch } from './window.ts';

/** Marks the changes of a long window; what lies beyond the last run found is searched as one. */
export function searchByRuns(a: Lines, b: Lines, window: Window, search: WindowSearch, watch: Watch): void {
  const { aTo, bTo } = window;
  let { aFrom, bFrom } = window;
  while (aFrom < aTo || bFrom < bTo) {
    const rest = { aFrom, aTo, bFrom, bTo };
    const run = nextRun(a, b, rest, watch);
    if (run === undefined) {
      search(rest);
      return;
    }
    search({ aFrom, aTo: run.a, bFrom, bTo: run.b });
    const length = Math.min(equalForward(a, run.a, b, run.b), aTo - run.a, bTo - run.b);
    aFrom = run.a + length;
    bFrom = run.b + length;
  }
}

const RUN = 32;
const RUN_DISTINCT = 16;
const MAX_EDITS = 64;

interface Place {
  readonly a: number;
  readonly b: number;
}

/**
 * The nearest run of 32 equal lines, or the window's end, at most 64 edits away: Myers' greedy search, forwards only.
 * Undefined when there is none, or when the run repeats a pattern and so may be in many places.
 */
function nextRun(a: Lines, b: Lines, { aFrom, aTo, bFrom, bTo }: Window, watch: Watch): Place | undefined {
  const reach = new Int32Array(2 * MAX_EDITS + 3).fill(-1);
  const origin = MAX_EDITS + 1;
  reach[origin + 1] = 0;
  for (let edits = 0; edits <= MAX_EDITS; edits++) {
    for (let k = -edits; k <= edits; k += 2) {
      const below = reach[origin + k - 1] ?? -1;
      const above = reach[origin + k + 1] ?? -1;
      const start = below < above ? above : below + 1;
      const i = aFrom + start;
      const j = bFrom + start - k;
      const run = runLength(a, i, aTo, b, j, bTo);
      if (run === RUN) return isDistinctRun(a, i) ? { a: i, b: j } : undefined;
      if (i + run === aTo && j + run === bTo) return { a: i, b: j };
      reach[origin + k] = start + run;
    }
    watch(edits + 1);
  }
  return undefined;
}

/** How many lines are equal from here on, counted up to 32; none outside the window. */
function runLength(a: Lines, i: number, aTo: number, b: Lines, j: number, bTo: number): number {
  const limit = Math.min(RUN, aTo - i, bTo - j);
  let run = 0;
  while (run < limit && equalLine(a, i + run, b, j + run)) run += 1;
  return run;
}

function isDistinctRun(a: Lines, from: number): boolean {
  const { distinct } = internLines(subLines(a, from, from + RUN), subLines(a, from, from), endless);
  return distinct >= RUN_DISTINCT;
}
