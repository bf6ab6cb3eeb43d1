// When entries that both sides added to a change log may both be kept, and in which order: never so that an entry comes
// under the other side's heading, runs into its paragraph, or stands twice.
import type { Lines } from '../lines.ts';
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
    if (blocks.heads[i]?.kind !== 'blank') texts.push(textOf(blocks.lines, i, i + 1));
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

/** What belongs to the entry above first, entries before headings, else current's first; undefined where no order will do. */
export function orderOf(ours: Part, theirs: Part): Order | undefined {
  // One side added what the other did, and more.
  if (ours.from === ours.to || theirs.from === theirs.to) return ['current', 'proposed'];
  const [own, other] = [levelsOf(ours), levelsOf(theirs)];
  const isMixed = own.length > 0 !== other.length > 0;
  if (!isMixed && own.length > 0) {
    const levels = new Set([own[0], other[0], Math.min(...own), Math.min(...other)]);
    const bothBegin = [ours, theirs].every(({ blocks, from }) => blocks.heads[from]?.kind === 'heading');
    if (!bothBegin || levels.size > 1) return undefined;
  }
  const orders = [
    { order: ['current', 'proposed'] as const, before: ours, after: theirs, isHeaded: own.length > 0 },
    { order: ['proposed', 'current'] as const, before: theirs, after: ours, isHeaded: other.length > 0 },
  ].filter(({ before, after, isHeaded }) => !(isMixed && isHeaded) && !takes(before, indentOf(after)));
  // Where nothing says who comes first either order must do, so that it does not matter.
  return orders.every(({ before, after }) => isApart(before, after)) ? orders[0]?.order : undefined;
}

/** Whether one part can stand behind another without becoming a part of its last block. */
function isApart(before: Part, after: Part): boolean {
  const last = before.blocks.heads[before.to - 1]?.kind;
  const next = after.blocks.heads[after.from];
  if (last === 'heading' || next?.under === 'more') return false;
  if (last === 'blank' || next?.kind === 'blank') return true;
  // A paragraph that is underlined goes on with what stands right above it.
  return (next?.kind === 'heading' && next.under === undefined) || (last === 'item' && next?.kind === 'item');
}

/** How far a part is indented where it begins: 0 if it says nothing. */
function indentOf({ blocks, from, to }: Part): number {
  for (let i = from; i < to; i++) {
    const head = blocks.heads[i];
    if (head !== undefined && head.kind !== 'blank') return head.indent;
  }
  return 0;
}

/** Whether what is indented that far belongs to this part where it stands behind it, and no more to what is above both. */
function takes({ blocks, from, to }: Part, indent: number): boolean {
  for (let i = from; i < to; i++) {
    const head = blocks.heads[i];
    if (head !== undefined && head.kind !== 'blank' && head.indent < indent) return true;
  }
  return false;
}

/** Whether each side put what it added between an entry and what belonged to that: it is for a person to say whose it is. */
export function bothTake(ours: Part, theirs: Part, indent: number): boolean {
  return takes(ours, indent) && takes(theirs, indent);
}

/** The levels of the headings among blocks. */
function levelsOf({ blocks, from, to }: Part): readonly number[] {
  const levels: number[] = [];
  for (let i = from; i < to; i++) {
    const { kind, level = 0 } = blocks.heads[i] ?? {};
    if (kind === 'heading') levels.push(level);
  }
  return levels;
}
