// The plan of a change log: a Markdown merge in which entries that both sides put at the same place are both kept. Asked
// for by name, since in other texts two additions at one place are for a person to put in order.
import { equalLine, type Lines } from '../lines.ts';
import type { Planner } from '../plan.ts';
import type { Region, Sides } from '../three-way.ts';
import { type Blocks, blocksOf } from './blocks.ts';
import { bothTake, type Counts, countsOf, hasCommon, isNew, type Order, orderOf } from './entries.ts';
import { keepHeadings } from './headings.ts';
import { type MarkdownLine, outlineOf } from './outline.ts';
import { keepParents } from './parents.ts';
import { planMarkdown } from './plan-markdown.ts';

export const planChangelog: Planner = (texts, finish, options, watch) => {
  const plan = planMarkdown(texts, finish, options, watch);
  const regions = plan.regions.some(isTwofoldInsertion) ? keepAll(plan.texts, plan.regions) : plan.regions;
  return { ...plan, regions: keepHeadings(plan.texts, keepParents(plan.texts, regions)) };
};

function keepAll(texts: Sides, regions: readonly Region[]): readonly Region[] {
  const outlines = { current: outlineOf(texts.current), proposed: outlineOf(texts.proposed) };
  const outline = outlineOf(texts.base);
  const heading = outline.findIndex(({ kind }) => kind === 'heading');
  const isUnderHeading = ({ baseStart }: Region): boolean => heading >= 0 && heading < baseStart;
  const counts = {
    base: countsOf(texts.base),
    current: countsOf(texts.current),
    proposed: countsOf(texts.proposed),
  };
  const below = indentsBelow(outline);
  return regions.flatMap((region) =>
    isTwofoldInsertion(region) && isUnderHeading(region)
      ? (keepBoth(texts, { outlines, counts, below }, region) ?? [region])
      : [region],
  );
}

/** How far that is indented which stands at each line of a text or comes next behind it. */
function indentsBelow(outline: readonly MarkdownLine[]): Int32Array {
  const below = new Int32Array(outline.length + 1);
  for (let i = outline.length - 1; i >= 0; i--) {
    const line = outline[i];
    below[i] = line === undefined || line.kind === 'blank' ? (below[i + 1] ?? 0) : line.indent;
  }
  return below;
}

/** Both sides put something where the base has nothing. */
function isTwofoldInsertion({ kind, baseStart, baseEnd }: Region): boolean {
  return kind === 'conflict' && baseStart === baseEnd;
}

/** What is known of the whole texts. */
interface Known {
  readonly outlines: { readonly current: readonly MarkdownLine[]; readonly proposed: readonly MarkdownLine[] };
  readonly counts: { readonly base: Counts; readonly current: Counts; readonly proposed: Counts };
  /** The indents of what the base has at a line or behind it. */
  readonly below: Int32Array;
}

interface Added {
  readonly current: Blocks;
  readonly proposed: Blocks;
}

/** Regions that keep what both sides added; undefined where one side's entries could come under the other's heading. */
function keepBoth(texts: Sides, { outlines, counts, below }: Known, region: Region): readonly Region[] | undefined {
  const { currentStart, currentEnd, proposedStart, proposedEnd } = region;
  const current = blocksOf(texts.current, outlines.current, currentStart, currentEnd);
  const proposed = blocksOf(texts.proposed, outlines.proposed, proposedStart, proposedEnd);
  if (current === undefined || proposed === undefined) return undefined;
  if (!isEnded(texts.current, currentEnd) || !isEnded(texts.proposed, proposedEnd)) return undefined;
  const added = { current, proposed };
  const head = sharedHead(added);
  const tail = sharedTail(added, head);
  const ours = { blocks: current, from: head, to: current.heads.length - tail };
  const theirs = { blocks: proposed, from: head, to: proposed.heads.length - tail };
  if (hasCommon(ours, theirs) || !isNew(current, counts.base, counts.current)) return undefined;
  if (!isNew(proposed, counts.base, counts.proposed)) return undefined;
  if (bothTake(ours, theirs, below[region.baseEnd] ?? 0)) return undefined;
  const order = orderOf(ours, theirs);
  return order === undefined ? undefined : regionsIn(region, added, head, tail, order);
}

function isEnded({ bytes, starts }: Lines, line: number): boolean {
  return bytes[(starts[line] ?? 0) - 1] === 10;
}

function sharedHead({ current, proposed }: Added): number {
  const limit = Math.min(current.heads.length, proposed.heads.length);
  let head = 0;
  while (head < limit && equalLine(current.lines, head, proposed.lines, head)) head += 1;
  return head;
}

/** Equal blocks at the end stand once, but only between items: paragraphs and sections need the blank line between. */
function sharedTail({ current, proposed }: Added, head: number): number {
  const [a, b] = [current.heads, proposed.heads];
  const limit = Math.min(a.length, b.length) - head;
  let tail = 0;
  while (tail < limit && equalLine(current.lines, a.length - 1 - tail, proposed.lines, b.length - 1 - tail)) tail += 1;
  // Nothing is left of one side, so that nothing can come to stand next to anything.
  if (tail === limit) return tail;
  const isList = [a[a.length - 1 - tail], a[head], b[b.length - 1 - tail], b[head]].every(
    (block) => block?.kind === 'item',
  );
  return isList ? tail : 0;
}

function regionsIn(
  { baseStart, baseEnd }: Region,
  { current, proposed }: Added,
  head: number,
  tail: number,
  order: Order,
): readonly Region[] {
  const c = [0, head, current.heads.length - tail, current.heads.length].map((block) => current.starts[block] ?? 0);
  const p = [0, head, proposed.heads.length - tail, proposed.heads.length].map((block) => proposed.starts[block] ?? 0);
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
