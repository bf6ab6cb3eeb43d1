// Lines that a side took away elsewhere and put into a conflict: what the other side did with them where they were would
// not follow them, and a line that it deleted would come back.
import { type Lines, startOf } from '../lines.ts';
import type { Region, Sides } from '../three-way.ts';

/** Whether a side moved a line that says something into this region from outside of it. */
export function arrivalsIn(texts: Sides): (region: Region) => boolean {
  const counts = { base: countsOf(texts.base), current: countsOf(texts.current), proposed: countsOf(texts.proposed) };
  return ({ baseStart, baseEnd, currentStart, currentEnd, proposedStart, proposedEnd }) => {
    const here = countsOf(texts.base, baseStart, baseEnd);
    const comes = (side: 'current' | 'proposed', from: number, to: number): boolean =>
      [...countsOf(texts[side], from, to)].some(([line, count]) => {
        const all = counts.base.get(line) ?? 0;
        return count > (here.get(line) ?? 0) && all > 0 && (counts[side].get(line) ?? 0) <= all;
      });
    return comes('current', currentStart, currentEnd) || comes('proposed', proposedStart, proposedEnd);
  };
}

/** How often each line that says something stands in `[from, to)`. */
function countsOf(lines: Lines, from = 0, to: number = lines.count): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let i = from; i < to; i++) {
    const line = lines.bytes.toString('latin1', startOf(lines, i), startOf(lines, i + 1));
    if (line.trim() !== '') counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return counts;
}
