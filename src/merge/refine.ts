// A finer look at conflicts: current against proposed, without the base. Lines that both have in the middle of a
// conflict leave it. Used for the marker style `merge`, for `zdiff3` (ends only) and for `union`.
import { diffLines } from './diff.ts';
import { equalLine, type Lines, startOf, subLines } from './lines.ts';
import type { Region, Sides } from './three-way.ts';
import type { Watch } from './watch.ts';

/** The parts of a conflict in which the two sides differ; none if the sides are equal. */
export function refineConflict(sides: Sides, region: Region, watch: Watch): readonly Region[] {
  const { currentStart, currentEnd, proposedStart, proposedEnd } = region;
  if (currentStart === currentEnd || proposedStart === proposedEnd) return [region];
  const current = subLines(sides.current, currentStart, currentEnd);
  const proposed = subLines(sides.proposed, proposedStart, proposedEnd);
  return diffLines(current, proposed, watch).map((hunk) => ({
    ...region,
    currentStart: currentStart + hunk.aStart,
    currentEnd: currentStart + hunk.aEnd,
    proposedStart: proposedStart + hunk.bStart,
    proposedEnd: proposedStart + hunk.bEnd,
  }));
}

/** The conflict without the first and last lines that both sides have; its base stays whole. */
export function trimConflict(sides: Sides, region: Region): Region {
  let { currentStart, currentEnd, proposedStart, proposedEnd } = region;
  const { current, proposed } = sides;
  while (
    currentStart < currentEnd &&
    proposedStart < proposedEnd &&
    equalLine(current, currentStart, proposed, proposedStart)
  ) {
    currentStart += 1;
    proposedStart += 1;
  }
  while (
    currentStart < currentEnd &&
    proposedStart < proposedEnd &&
    equalLine(current, currentEnd - 1, proposed, proposedEnd - 1)
  ) {
    currentEnd -= 1;
    proposedEnd -= 1;
  }
  return { ...region, currentStart, currentEnd, proposedStart, proposedEnd };
}

const NEAR = 3;

/** Joins neighbouring conflicts that are at most three lines apart or have no letter or digit between them. */
export function joinNear(current: Lines, regions: readonly Region[]): readonly Region[] {
  const joined: Region[] = [];
  for (const region of regions) {
    const last = joined.at(-1);
    const near =
      last?.kind === 'conflict' &&
      region.kind === 'conflict' &&
      (region.currentStart - last.currentEnd <= NEAR ||
        !hasLetterOrDigit(current, last.currentEnd, region.currentStart));
    if (last === undefined || !near) {
      joined.push(region);
      continue;
    }
    const { baseEnd, currentEnd, proposedEnd } = region;
    joined[joined.length - 1] = { ...last, baseEnd, currentEnd, proposedEnd };
  }
  return joined;
}

function hasLetterOrDigit(lines: Lines, from: number, to: number): boolean {
  const end = startOf(lines, to);
  for (let at = startOf(lines, from); at < end; at++) {
    const byte = lines.bytes[at] ?? 0;
    const letter = byte | 0x20;
    if ((byte >= 48 && byte <= 57) || (letter >= 97 && letter <= 122)) return true;
  }
  return false;
}
