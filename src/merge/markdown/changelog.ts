// The plan of a change log: a Markdown merge in which entries that both sides put at the same place are both kept. Asked
// for by name, since in other texts two additions at one place are for a person to put in order.
import { bytesOfLines, equalLine } from '../lines.ts';
import type { Planner } from '../plan.ts';
import type { Region, Sides } from '../three-way.ts';
import { type Blocks, blocksOf } from './blocks.ts';
import { type MarkdownLine, outlineOf } from './outline.ts';
import { planMarkdown } from './plan-markdown.ts';

export const planChangelog: Planner = (texts, finish, options, watch) => {
  const plan = planMarkdown(texts, finish, options, watch);
  if (!plan.regions.some(isTwofoldInsertion)) return plan;
  const outlines = { current: outlineOf(texts.current), proposed: outlineOf(texts.proposed) };
  const regions = plan.regions.flatMap((region) =>
    isTwofoldInsertion(region) ? (keepBoth(texts, outlines, region) ?? [region]) : [region],
  );
  return { ...plan, regions };
};

/** Both sides put something where the base has nothing. */
function isTwofoldInsertion({ kind, baseStart, baseEnd }: Region): boolean {
  return kind === 'conflict' && baseStart === baseEnd;
}

interface Added {
  readonly current: Blocks;
  readonly proposed: Blocks;
}

/** Blocks `[from, to)` of one side. */
interface Part {
  readonly blocks: Blocks;
  readonly from: number;
  readonly to: number;
}

/** Regions that keep what both sides added; undefined where one side's entries could come under the other's heading. */
function keepBoth(
  texts: Sides,
  outlines: { readonly current: readonly MarkdownLine[]; readonly proposed: readonly MarkdownLine[] },
  region: Region,
): readonly Region[] | undefined {
  const { currentStart, currentEnd, proposedStart, proposedEnd } = region;
  const firstHeading = outlines.current.findIndex(({ kind }) => kind === 'heading');
  if (firstHeading < 0 || firstHeading > currentStart) return undefined;
  const current = blocksOf(texts.current, outlines.current, currentStart, currentEnd);
  const proposed = blocksOf(texts.proposed, outlines.proposed, proposedStart, proposedEnd);
  if (current === undefined || proposed === undefined) return undefined;
  if (!isEnded(texts.current, currentEnd) || !isEnded(texts.proposed, proposedEnd)) return undefined;
  const added = { current, proposed };
  const head = sharedHead(added);
  const tail = sharedTail(added, head);
  const ours = { blocks: current, from: head, to: current.kinds.length - tail };
  const theirs = { blocks: proposed, from: head, to: proposed.kinds.length - tail };
  if (hasCommon(ours, theirs)) return undefined;
  const order = orderOf(texts, ours, theirs);
  return order === undefined ? undefined : regionsIn(region, added, head, tail, order);
}

function isEnded({ bytes, starts }: Sides['base'], line: number): boolean {
  return bytes[(starts[line] ?? 0) - 1] === 10;
}

function sharedHead({ current, proposed }: Added): number {
  const limit = Math.min(current.kinds.length, proposed.kinds.length);
  let head = 0;
  while (head < limit && equalLine(current.lines, head, proposed.lines, head)) head += 1;
  return head;
}

/** Equal blocks at the end stand once, but only between items: paragraphs and sections need the blank line between. */
function sharedTail({ current, proposed }: Added, head: number): number {
  const [a, b] = [current.kinds, proposed.kinds];
  const limit = Math.min(a.length, b.length) - head;
  let tail = 0;
  while (tail < limit && equalLine(current.lines, a.length - 1 - tail, proposed.lines, b.length - 1 - tail)) tail += 1;
  const isList = [a[a.length - 1 - tail], a[head], b[b.length - 1 - tail], b[head]].every((kind) => kind === 'item');
  return isList ? tail : 0;
}

/** A block that both have, but not at the same place: it would stand twice. */
function hasCommon(ours: Part, theirs: Part): boolean {
  const own = new Set(textsOf(ours));
  return textsOf(theirs).some((text) => own.has(text));
}

function textsOf({ blocks, from, to }: Part): readonly string[] {
  const texts: string[] = [];
  for (let i = from; i < to; i++) {
    if (blocks.kinds[i] !== 'blank') texts.push(Buffer.from(bytesOfLines(blocks.lines, i, i + 1)).toString('latin1'));
  }
  return texts;
}

type Order = readonly ['current' | 'proposed', 'current' | 'proposed'];

/** Entries before headings, else current's first; undefined where what comes second would belong to what comes first. */
function orderOf(texts: Sides, ours: Part, theirs: Part): Order | undefined {
  const [own, other] = [levelsOf(texts.current, ours), levelsOf(texts.proposed, theirs)];
  const isFirst = own.length === 0 || other.length > 0;
  const [before, after] = isFirst ? [ours, theirs] : [theirs, ours];
  if (own.length > 0 && other.length > 0) {
    const levels = new Set([own[0], other[0], Math.min(...own), Math.min(...other)]);
    const bothBegin = [ours, theirs].every(({ blocks, from }) => blocks.kinds[from] === 'heading');
    if (!bothBegin || levels.size > 1) return undefined;
  }
  const last = before.blocks.kinds[before.to - 1];
  const next = after.blocks.kinds[after.from];
  const isApart = last === 'blank' || next === 'blank' || next === 'heading' || (last === 'item' && next === 'item');
  if (!isApart || last === 'heading') return undefined;
  return isFirst ? ['current', 'proposed'] : ['proposed', 'current'];
}

/** The levels of the headings among blocks. */
function levelsOf({ bytes, starts }: Sides['base'], { blocks, from, to }: Part): readonly number[] {
  const levels: number[] = [];
  for (let i = from; i < to; i++) {
    if (blocks.kinds[i] !== 'heading') continue;
    const text = bytes.toString('latin1', starts[blocks.starts[i] ?? 0], starts[(blocks.starts[i] ?? 0) + 1]);
    levels.push(text.trimStart().match(/^#+/)?.[0].length ?? 0);
  }
  return levels;
}

function regionsIn(
  { baseStart, baseEnd }: Region,
  { current, proposed }: Added,
  head: number,
  tail: number,
  order: Order,
): readonly Region[] {
  const c = [0, head, current.kinds.length - tail, current.kinds.length].map((block) => current.starts[block] ?? 0);
  const p = [0, head, proposed.kinds.length - tail, proposed.kinds.length].map((block) => proposed.starts[block] ?? 0);
  const region = (
    kind: Region['kind'],
    ours: readonly [number, number],
    theirs: readonly [number, number],
  ): Region => ({
    kind,
    baseStart,
    baseEnd,
    currentStart: c[ours[0]] ?? 0,
    currentEnd: c[ours[1]] ?? 0,
    proposedStart: p[theirs[0]] ?? 0,
    proposedEnd: p[theirs[1]] ?? 0,
  });
  const middle =
    order[0] === 'current'
      ? [region('current', [1, 2], [1, 1]), region('proposed', [2, 2], [1, 2])]
      : [region('proposed', [1, 1], [1, 2]), region('current', [1, 2], [2, 2])];
  const all = [region('both', [0, 1], [0, 1]), ...middle, region('both', [2, 3], [2, 3])];
  return all.filter((each) => each.currentStart < each.currentEnd || each.proposedStart < each.proposedEnd);
}
