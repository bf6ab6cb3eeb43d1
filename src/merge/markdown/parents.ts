// What belongs to the entry above it, of two additions with nothing but blank lines between them: a paragraph or a
// sub-entry of one side, below an entry that the other side put above the blank line. Lines see two places there.
import type { Lines } from '../lines.ts';
import type { Region, Sides } from '../three-way.ts';
import { lineText } from './outline.ts';

type SideName = 'current' | 'proposed';

/** The regions, those as conflicts in which one side's text would come to belong to an entry that the other one put above it. */
export function keepParents(texts: Sides, regions: readonly Region[]): readonly Region[] {
  const clashing = new Set<Region>();
  regions.forEach((region, i) => {
    const before = regions[i - 1];
    if (before === undefined || !areOfBoth(before, region)) return;
    const indent = indentsIn(texts, region)[0] ?? 0;
    if (indent === 0 || indentsOf(texts.base, before.baseEnd, region.baseStart).length > 0) return;
    const fewer = (indents: readonly number[]): number => indents.filter((each) => each < indent).length;
    // An entry that was reworded is the same one, and keeps what is below it.
    if (fewer(indentsIn(texts, before)) <= fewer(indentsOf(texts.base, before.baseStart, before.baseEnd))) return;
    for (const each of [before, region]) clashing.add(each);
  });
  return regions.map((region) => (clashing.has(region) ? { ...region, kind: 'conflict' as const } : region));
}

function isSide(kind: Region['kind']): kind is SideName {
  return kind === 'current' || kind === 'proposed';
}

function areOfBoth(one: Region, other: Region): boolean {
  // What was put at one place has an order already.
  return isSide(one.kind) && isSide(other.kind) && one.kind !== other.kind && one.baseEnd < other.baseStart;
}

function indentsIn(texts: Sides, region: Region): readonly number[] {
  if (!isSide(region.kind)) return [];
  return indentsOf(texts[region.kind], region[`${region.kind}Start`], region[`${region.kind}End`]);
}

/** The indents of the lines that say something. */
function indentsOf(lines: Lines, from: number, to: number): readonly number[] {
  const indents: number[] = [];
  for (let i = from; i < to; i++) {
    const text = lineText(lines, i);
    const rest = text.trimStart();
    if (rest !== '') indents.push(text.length - rest.length);
  }
  return indents;
}
