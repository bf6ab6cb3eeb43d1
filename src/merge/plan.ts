// From three texts to regions: the part of a text merge that the engine, the renderer and the resolver share. A plan is
// made anew from the input wherever it is needed, so that results stay plain data.
import { prepareSides, respell, withoutBlanks } from './prepare.ts';
import { findRegions, type Region, type Sides } from './three-way.ts';
import type { ConflictedMerge, MergeOptions } from './types.ts';
import { endless, type Watch } from './watch.ts';

export interface TextPlan {
  /** The texts that are written from. Outside all regions, current's line is what the result has. */
  readonly texts: Sides;
  /** What is compared: the texts, or the texts without their blanks. */
  readonly keys: Sides;
  readonly regions: readonly Region[];
  /** Puts the byte order mark and the line endings of the file back. */
  readonly finish: (content: Uint8Array) => Uint8Array;
}

/** The plan of a merge by lines. Throws OverBudget from `watch` only. */
export function planLines(
  texts: Sides,
  finish: (content: Uint8Array) => Uint8Array,
  options: MergeOptions,
  watch: Watch,
): TextPlan {
  const { ignoreWhitespace = 'none', adjacent = 'conflict' } = options;
  if (ignoreWhitespace === 'none') {
    return { texts, keys: texts, regions: findRegions(texts, adjacent, watch), finish };
  }
  const keys = withoutBlanks(texts, ignoreWhitespace);
  const regions = findRegions(keys, adjacent, watch);
  return { texts: { ...texts, current: respell(texts, regions) }, keys, regions, finish };
}

/** The plan behind a conflict result: of its lines, or of one conflict that holds the whole value. */
export function planOfConflict({ input, conflicts }: ConflictedMerge): TextPlan {
  const { current, proposed, options = {} } = input;
  const empty = new Uint8Array();
  const { texts, finish } = prepareSides(input.base ?? empty, current ?? empty, proposed ?? empty, options);
  if (conflicts[0]?.kind === 'content') return planLines(texts, finish, options, endless);
  const whole: Region = {
    kind: 'conflict',
    baseStart: 0,
    baseEnd: texts.base.count,
    currentStart: 0,
    currentEnd: texts.current.count,
    proposedStart: 0,
    proposedEnd: texts.proposed.count,
  };
  return { texts, keys: texts, regions: [whole], finish };
}
