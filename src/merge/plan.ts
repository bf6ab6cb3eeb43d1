// From three texts to regions: the part of a text merge that the engine, the renderer and the resolver share. A plan is
// made anew from the input wherever it is needed, so that results stay plain data.
import { respell, withoutBlanks } from './prepare.ts';
import { findRegions, type Region, type Sides } from './three-way.ts';
import type { MergeOptions } from './types.ts';
import type { Watch } from './watch.ts';

export interface TextPlan {
  /** The texts that are written from. Outside all regions, current's line is what the result has. */
  readonly texts: Sides;
  /** What is compared: the texts, or the texts without their blanks. */
  readonly keys: Sides;
  readonly regions: readonly Region[];
  /** Puts the byte order mark and the line endings of the file back. */
  readonly finish: (content: Uint8Array) => Uint8Array;
}

/** Makes a plan for three texts that are ready to be merged. Throws OverBudget from `watch` only. */
export type Planner = (
  texts: Sides,
  finish: (content: Uint8Array) => Uint8Array,
  options: MergeOptions,
  watch: Watch,
) => TextPlan;

/** The plan of a merge by lines. */
export const planLines: Planner = (texts, finish, options, watch) => {
  const { ignoreWhitespace = 'none', adjacent = 'conflict' } = options;
  if (ignoreWhitespace === 'none') {
    return { texts, keys: texts, regions: findRegions(texts, adjacent, watch), finish };
  }
  const keys = withoutBlanks(texts, ignoreWhitespace);
  const regions = findRegions(keys, adjacent, watch);
  return { texts: { ...texts, current: respell(texts, regions) }, keys, regions, finish };
};
