// From three texts to regions: the part of a text merge that the engine, the renderer and the resolver share. A plan is
// made anew from the input wherever it is needed, so that results stay plain data.
import type { Receipt, ReceiptEntry } from '../core/receipt.ts';
import { respell, withoutBlanks } from './prepare.ts';
import type { Ledger } from './receipt.ts';
import { findRegions, type Region, type Sides } from './three-way.ts';
import type { MergeOptions, Note } from './types.ts';
import type { Watch } from './watch.ts';

export interface TextPlan {
  /** The texts that are written from. Outside all regions, current's line is what the result has. */
  readonly texts: Sides;
  /** What is compared: the texts, or the texts without their blanks. */
  readonly keys: Sides;
  readonly regions: readonly Region[];
  /** Puts the byte order mark and the line endings of the file back. */
  readonly finish: (content: Uint8Array) => Uint8Array;
  /** Lines at the beginning that were merged by structure: the texts have them merged already. */
  readonly front?: Front;
  readonly notes?: readonly Note[];
}

interface Front {
  /** What became of its members. */
  readonly entries: readonly ReceiptEntry[];
  /** How many lines it has as merged, and had on the sides. */
  readonly lines: number;
  readonly own: { readonly base: number; readonly current: number; readonly proposed: number };
}

/** The receipt of a text that was written by a plan. */
export function receiptOf({ front }: TextPlan, ledger: Ledger, engine: string): Receipt {
  const { entries } = ledger.receipt(engine);
  return { engine, entries: front === undefined ? entries : [...front.entries, ...entries] };
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
