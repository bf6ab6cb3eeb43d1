// The plan of a Markdown merge: front matter and body are merged apart, both by lines, and conflicts of the body are
// refined by blocks. Nothing is printed from a syntax tree: what the result has, a side has line for line.
import { type Lines, subLines } from '../lines.ts';
import { type Planner, planLines } from '../plan.ts';
import type { Region, Sides } from '../three-way.ts';
import { frontMatterLines } from './front-matter.ts';
import { outlineOf } from './outline.ts';
import { type Outlines, refineByBlocks } from './refine-blocks.ts';

export const planMarkdown: Planner = (texts, finish, options, watch) => {
  const { ignoreWhitespace = 'none' } = options;
  // Texts that are compared without their blanks have no indents, which blocks are made of.
  if (ignoreWhitespace !== 'none') return planLines(texts, finish, options, watch);
  const cut = cutsOf(texts);
  const front = planLines(partOf(texts, 'front', cut), finish, options, watch).regions;
  const body = planLines(partOf(texts, 'body', cut), finish, options, watch).regions.map((region) =>
    moved(region, cut),
  );
  if (body.every(({ kind }) => kind !== 'conflict'))
    return { texts, keys: texts, regions: [...front, ...body], finish };
  const outlines = outlinesOf(texts, cut);
  const refined = body.flatMap((region) =>
    region.kind === 'conflict' ? refineByBlocks(texts, outlines, region, watch) : [region],
  );
  return { texts, keys: texts, regions: [...front, ...refined], finish };
};

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
