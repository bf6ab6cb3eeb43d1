// A finer look at a conflict in Markdown: lines that touch may still be different blocks. A conflict is cut at block
// borders and merged again block by block; where blocks do not help it stays as it was.
import { diffLines, type Hunk } from '../diff.ts';
import { bytesOfLines, type Lines } from '../lines.ts';
import { type Region, regionsOf, type Sides } from '../three-way.ts';
import type { Watch } from '../watch.ts';
import { type Blocks, blocksOf } from './blocks.ts';
import type { MarkdownLine } from './outline.ts';

/** What the lines of the three texts are. */
export interface Outlines {
  readonly base: readonly MarkdownLine[];
  readonly current: readonly MarkdownLine[];
  readonly proposed: readonly MarkdownLine[];
}

/** The regions in the place of a conflict; the conflict itself where its changes meet in one block. */
export function refineByBlocks(sides: Sides, outlines: Outlines, region: Region, watch: Watch): readonly Region[] {
  const { baseStart, baseEnd, currentStart, currentEnd, proposedStart, proposedEnd } = region;
  const base = blocksOf(sides.base, outlines.base, baseStart, baseEnd);
  const current = blocksOf(sides.current, outlines.current, currentStart, currentEnd);
  const proposed = blocksOf(sides.proposed, outlines.proposed, proposedStart, proposedEnd);
  if (base === undefined || current === undefined || proposed === undefined) return [region];
  const blocks = { base: base.lines, current: current.lines, proposed: proposed.lines };
  if (Object.values(blocks).some(isUnterminated)) return [region];
  const ours = hunksOf(base, current, watch);
  const theirs = hunksOf(base, proposed, watch);
  if (hasMove(base, current, ours) || hasMove(base, proposed, theirs)) return [region];
  const found = regionsOf(blocks, ours, theirs, 'merge');
  return joinUnsafe(found).map((each) => inLines(each, { base, current, proposed }));
}

/** A text whose last line has no newline: what is put behind it would be glued to it. */
function isUnterminated({ bytes, starts, count }: Lines): boolean {
  const end = starts[count] ?? 0;
  return count > 0 && bytes[end - 1] !== 10;
}

/** Changes of blocks; where as many blocks came as went, and each looks like the one it replaced, one by one. */
function hunksOf(from: Blocks, to: Blocks, watch: Watch): readonly Hunk[] {
  return diffLines(from.lines, to.lines, watch).flatMap((hunk) => {
    const count = hunk.aEnd - hunk.aStart;
    if (count < 2 || count !== hunk.bEnd - hunk.bStart) return [hunk];
    const pairs = Array.from({ length: count }, (_, i) => ({
      aStart: hunk.aStart + i,
      aEnd: hunk.aStart + i + 1,
      bStart: hunk.bStart + i,
      bEnd: hunk.bStart + i + 1,
    }));
    return pairs.every(({ aStart, bStart }) => isEdit(from, aStart, to, bStart)) ? pairs : [hunk];
  });
}

/**
 * Whether a line went at one place and came at another: what the other side did with it where it was would not follow
 * it, and a line that it deleted would come back.
 */
function hasMove(from: Blocks, to: Blocks, hunks: readonly Hunk[]): boolean {
  const gone = new Map<string, number>();
  hunks.forEach(({ aStart, aEnd }, i) => {
    for (const line of textsOf(from, aStart, aEnd)) gone.set(line, gone.has(line) ? -1 : i);
  });
  return hunks.some(({ bStart, bEnd }, i) => textsOf(to, bStart, bEnd).some((line) => (gone.get(line) ?? i) !== i));
}

/** The lines of blocks `[start, end)` that say something. */
function textsOf({ lines }: Blocks, start: number, end: number): readonly string[] {
  const text = Buffer.from(bytesOfLines(lines, start, end)).toString('latin1');
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** The same kind of block, with at least half of the longer one shared at its ends. */
function isEdit(from: Blocks, i: number, to: Blocks, j: number): boolean {
  const a = bytesOfLines(from.lines, i, i + 1);
  const b = bytesOfLines(to.lines, j, j + 1);
  const size = Math.min(a.length, b.length);
  let head = 0;
  while (head < size && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < size - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  return from.heads[i]?.kind === to.heads[j]?.kind && 2 * (head + tail) >= Math.max(a.length, b.length);
}

/** Touching regions stay apart only as two edits of one block each, or as such an edit and an insertion beside it. */
function joinUnsafe(regions: readonly Region[]): readonly Region[] {
  const joined: Region[] = [];
  for (const region of regions) {
    const last = joined.at(-1);
    const touches = last !== undefined && last.baseEnd === region.baseStart;
    if (last === undefined || !touches || isSafe(last, region)) {
      joined.push(region);
      continue;
    }
    const { baseEnd, currentEnd, proposedEnd } = region;
    joined[joined.length - 1] = { ...last, kind: 'conflict', baseEnd, currentEnd, proposedEnd };
  }
  return joined;
}

function isSafe(one: Region, other: Region): boolean {
  const forms = [formOf(one), formOf(other)];
  return !forms.includes('other') && forms.includes('edit');
}

function formOf(region: Region): 'edit' | 'insertion' | 'other' {
  const count = region.baseEnd - region.baseStart;
  const ours = region.currentEnd - region.currentStart;
  const theirs = region.proposedEnd - region.proposedStart;
  if (count === 0) return 'insertion';
  return count === 1 && ours === 1 && theirs === 1 ? 'edit' : 'other';
}

function inLines(
  { kind, ...region }: Region,
  blocks: { readonly base: Blocks; readonly current: Blocks; readonly proposed: Blocks },
): Region {
  const at = (side: keyof typeof blocks, block: number): number => blocks[side].starts[block] ?? 0;
  return {
    kind,
    baseStart: at('base', region.baseStart),
    baseEnd: at('base', region.baseEnd),
    currentStart: at('current', region.currentStart),
    currentEnd: at('current', region.currentEnd),
    proposedStart: at('proposed', region.proposedStart),
    proposedEnd: at('proposed', region.proposedEnd),
  };
}
