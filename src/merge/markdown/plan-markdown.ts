// The plan of a Markdown merge: front matter and body are merged apart, the one as YAML, the other by lines, and
// conflicts of the body are refined by blocks. Nothing is printed from a syntax tree.
import { concatBytes } from '../bytes.ts';
import { bytesOfLines, type Lines, splitLines, subLines } from '../lines.ts';
import { type Planner, planLines } from '../plan.ts';
import type { Region, Sides } from '../three-way.ts';
import type { MergeOptions } from '../types.ts';
import type { Watch } from '../watch.ts';
import { arrivalsIn } from './arrivals.ts';
import { keepDefinitions } from './definitions.ts';
import { keepEnclosed } from './enclosed.ts';
import { frontMatterLines } from './front-matter.ts';
import { mergeFront } from './merge-front.ts';
import { outlineOf } from './outline.ts';
import { type Outlines, refineByBlocks } from './refine-blocks.ts';

export const planMarkdown: Planner = (texts, finish, options, watch) => {
  const { ignoreWhitespace = 'none' } = options;
  // Texts that are compared without their blanks have no indents, which blocks are made of.
  if (ignoreWhitespace !== 'none') return planLines(texts, finish, options, watch);
  const cuts = cutsOf(texts);
  const front = mergeFront(partOf(texts, 'front', cuts), options, watch);
  const { notes } = front;
  if (front.by === 'lines') {
    const regions = kept(texts, cuts, [...front.regions, ...bodyRegions(texts, cuts, options, watch)]);
    return { texts, keys: texts, regions, finish, notes };
  }
  const merged = withFront(texts, cuts, front.content);
  const lines = splitLines(front.content).count;
  const own = { base: lines, current: lines, proposed: lines };
  const regions = kept(merged, own, bodyRegions(merged, own, options, watch));
  return { texts: merged, keys: merged, regions, finish, notes, front: { entries: front.entries, lines, own: cuts } };
};

/** What lines see no clash in, and what changes the meaning of what the other side wrote. */
function kept(texts: Sides, cuts: Cuts, regions: readonly Region[]): readonly Region[] {
  return keepEnclosed(texts, cuts, keepDefinitions(texts, regions));
}

/** The texts with the merged front matter in the place of their own: there is nothing left to be merged in it. */
function withFront(texts: Sides, cuts: Cuts, front: Uint8Array): Sides {
  const of = (side: keyof Sides): Lines =>
    splitLines(concatBytes([front, bytesOfLines(texts[side], cuts[side], texts[side].count)]));
  return { base: of('base'), current: of('current'), proposed: of('proposed') };
}

function bodyRegions(texts: Sides, cuts: Cuts, options: MergeOptions, watch: Watch): readonly Region[] {
  const { regions } = planLines(partOf(texts, 'body', cuts), (content) => content, options, watch);
  const body = regions.map((region) => moved(region, cuts));
  if (body.every(({ kind }) => kind !== 'conflict')) return body;
  const outlines = outlinesOf(texts, cuts);
  const comesFromElsewhere = arrivalsIn(texts);
  return body.flatMap((region) =>
    region.kind === 'conflict' && !comesFromElsewhere(region)
      ? refineByBlocks(texts, outlines, region, watch)
      : [region],
  );
}

/** Where the body begins in each text. */
interface Cuts {
  readonly base: number;
  readonly current: number;
  readonly proposed: number;
}

/** All three texts have front matter, or it is merged as a part of the whole: a fence that came or went is a change. */
function cutsOf({ base, current, proposed }: Sides): Cuts {
  const cuts = {
    base: frontMatterLines(base),
    current: frontMatterLines(current),
    proposed: frontMatterLines(proposed),
  };
  return Object.values(cuts).includes(0) ? { base: 0, current: 0, proposed: 0 } : cuts;
}

function partOf(texts: Sides, part: 'front' | 'body', cuts: Cuts): Sides {
  const of = (side: keyof Sides): Lines =>
    part === 'front' ? subLines(texts[side], 0, cuts[side]) : subLines(texts[side], cuts[side], texts[side].count);
  return { base: of('base'), current: of('current'), proposed: of('proposed') };
}

function moved(region: Region, { base, current, proposed }: Cuts): Region {
  return {
    kind: region.kind,
    baseStart: region.baseStart + base,
    baseEnd: region.baseEnd + base,
    currentStart: region.currentStart + current,
    currentEnd: region.currentEnd + current,
    proposedStart: region.proposedStart + proposed,
    proposedEnd: region.proposedEnd + proposed,
  };
}

/** What the lines are. Front matter counts as code: it has no blocks. */
function outlinesOf(texts: Sides, cuts: Cuts): Outlines {
  const of = (side: keyof Sides): Outlines['base'] => [
    ...Array.from({ length: cuts[side] }, () => ({ kind: 'code', indent: 0 }) as const),
    ...outlineOf(subLines(texts[side], cuts[side], texts[side].count)),
  ];
  return { base: of('base'), current: of('current'), proposed: of('proposed') };
}
