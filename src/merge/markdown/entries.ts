// When entries that both sides added to a change log may both be kept, and in which order: never so that an entry comes
// under the other side's heading, runs into its paragraph, or stands twice.
import type { Lines } from '../lines.ts';
import type { Sides } from '../three-way.ts';
import type { Blocks } from './blocks.ts';

/** Blocks `[from, to)` of one side. */
export interface Part {
  readonly blocks: Blocks;
  readonly from: number;
  readonly to: number;
}

/** A block that both have, but not at the same place: it would stand twice. */
export function hasCommon(ours: Part, theirs: Part): boolean {
  const own = new Set(textsOf(ours));
  return textsOf(theirs).some((text) => own.has(text));
}

function textsOf({ blocks, from, to }: Part): readonly string[] {
  const texts: string[] = [];
  for (let i = from; i < to; i++) {
    if (blocks.kinds[i] !== 'blank') texts.push(textOf(blocks.lines, i, i + 1));
  }
  return texts;
}

export type Counts = ReadonlyMap<string, number>;

/** How often each line of a text stands in it. */
export function countsOf(lines: Lines): Counts {
  const counts = new Map<string, number>();
  for (const line of linesIn(lines, 0, lines.count)) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

function textOf({ bytes, starts }: Lines, from: number, to: number): string {
  return bytes.toString('latin1', starts[from], starts[to]);
}

function linesIn(lines: Lines, from: number, to: number): readonly string[] {
  return textOf(lines, from, to)
    .split('\n')
    .filter((line) => line.trim() !== '');
}

/** Lines that a side only moved are none that it added: kept, they would bring back what the other side deleted. */
export function isNew({ lines }: Blocks, base: Counts, side: Counts): boolean {
  return linesIn(lines, 0, lines.count).every((line) => (side.get(line) ?? 0) > (base.get(line) ?? 0));
}

export type Order = readonly ['current' | 'proposed', 'current' | 'proposed'];

/** Entries before headings, else current's first; undefined where what comes second would belong to what comes first. */
export function orderOf(texts: Sides, ours: Part, theirs: Part): Order | undefined {
  // One side added what the other did, and more.
  if (ours.from === ours.to || theirs.from === theirs.to) return ['current', 'proposed'];
  const [own, other] = [levelsOf(texts.current, ours), levelsOf(texts.proposed, theirs)];
  const isMixed = own.length > 0 !== other.length > 0;
  if (isMixed) {
    if (own.length > 0) return isApart(theirs, ours) ? ['proposed', 'current'] : undefined;
    return isApart(ours, theirs) ? ['current', 'proposed'] : undefined;
  }
  if (own.length > 0) {
    const levels = new Set([own[0], other[0], Math.min(...own), Math.min(...other)]);
    const bothBegin = [ours, theirs].every(({ blocks, from }) => blocks.kinds[from] === 'heading');
    if (!bothBegin || levels.size > 1) return undefined;
  }
  // Either order must do, so that it does not matter who comes first.
  return isApart(ours, theirs) && isApart(theirs, ours) ? ['current', 'proposed'] : undefined;
}

/** Whether one part can stand behind another without becoming a part of its last block. */
function isApart(before: Part, after: Part): boolean {
  const last = before.blocks.kinds[before.to - 1];
  const next = after.blocks.kinds[after.from];
  if (last === 'heading') return false;
  return last === 'blank' || next === 'blank' || next === 'heading' || (last === 'item' && next === 'item');
}

/** The levels of the headings among blocks. */
function levelsOf({ bytes, starts }: Lines, { blocks, from, to }: Part): readonly number[] {
  const levels: number[] = [];
  for (let i = from; i < to; i++) {
    if (blocks.kinds[i] !== 'heading') continue;
    const text = bytes.toString('latin1', starts[blocks.starts[i] ?? 0], starts[(blocks.starts[i] ?? 0) + 1]);
    levels.push(text.trimStart().match(/^#+/)?.[0].length ?? 0);
  }
  return levels;
}
