// JSON documents of which more is known than that they are JSON: a profile brings options for their places, and decides
// some clashes that the JSON engine leaves. The merge runs a second time with these decisions, so that what is written
// is spliced, read again and checked like any JSON merge.
import { mergeDecided, mergeJson } from '../json.ts';
import { TRIVIAL } from '../receipt.ts';
import type {
  ConflictedMerge,
  MergeBudget,
  MergeInput,
  MergeOptions,
  MergeResult,
  Note,
  RegionDecision,
} from '../types.ts';

/** What a profile decides of the clashes of a merge: by id, with a remark for people. */
export interface Settling {
  readonly decisions: ReadonlyMap<string, RegionDecision>;
  readonly notes: readonly Note[];
}

export interface Profile {
  /** The name of the engine. */
  readonly engine: string;
  /** The caller's options with those of the profile behind them: the caller's patterns are asked first. */
  readonly optionsFor: (given: MergeOptions) => MergeOptions;
  /** Decides clashes of a merge that `favor` has not decided. Never throws on data. */
  readonly settle: (result: ConflictedMerge) => Settling;
  /** What is worth a remark whatever clashes. Asked of documents that could be read. */
  readonly remarks: (input: MergeInput) => readonly Note[];
}

/** Merges a document of that profile. Results are named after it; a side that is no JSON is an error. */
export function mergeWithProfile(input: MergeInput, profile: Profile): MergeResult {
  const own = profiledInput(input, profile);
  const elapsed = stopwatch(input.options?.budget);
  const { favor: _, ...open } = own.options ?? {};
  const first = mergeJson({ ...own, options: open });
  if (first.status === 'error') return first;
  const remarks = profile.remarks(input);
  if (first.status === 'clean') return named(first, profile, input, remarks);
  const { decisions, notes } = profile.settle(first);
  if (decisions.size === 0 && own.options?.favor === undefined) return named(first, profile, input, remarks);
  const second = mergeDecided(withLeft(own, elapsed()), { decisions, taken: new Set() });
  const settled = [...decisions].map(([id, decision]) => ({ id, decision }));
  const told = named(second, profile, input, [...remarks, ...notes]);
  return told.status === 'conflict' && settled.length > 0 ? { ...told, settled } : told;
}

/** Counts the milliseconds from now on, by the clock of the budget; does nothing where there is no time to keep. */
function stopwatch(budget: MergeBudget | undefined): () => number {
  if (budget?.ms === undefined) return () => 0;
  const clock = budget.clock ?? (() => performance.now());
  const start = clock();
  return () => clock() - start;
}

/** The second merge has the time that the first one left. */
function withLeft(input: MergeInput, elapsed: number): MergeInput {
  const { budget } = input.options ?? {};
  if (budget?.ms === undefined) return input;
  return { ...input, options: { ...input.options, budget: { ...budget, ms: Math.max(0, budget.ms - elapsed) } } };
}

/** Options with the profile's array policies behind the caller's; a profiled document is strict JSON. */
export function withArrays(given: MergeOptions, own: NonNullable<MergeOptions['arrays']>): MergeOptions {
  const { format: _, arrays = {}, ...rest } = given;
  const more = Object.entries(own).filter(([pattern]) => !Object.hasOwn(arrays, pattern));
  return { ...rest, arrays: { ...arrays, ...Object.fromEntries(more) } };
}

export function profiledInput(input: MergeInput, profile: Profile): MergeInput {
  return { ...input, options: profile.optionsFor(input.options ?? {}) };
}

/** A result of the JSON engine under the profile's name, with the input as the caller gave it. */
export function named(
  result: MergeResult,
  { engine }: Profile,
  input: MergeInput,
  more: readonly Note[] = [],
): MergeResult {
  if (result.status === 'error') return result;
  const stats = { ...result.stats, engine };
  const notes = [...result.notes, ...more];
  if (result.status === 'conflict') return { ...result, stats, notes, input };
  const { receipt } = result;
  return { ...result, stats, notes, receipt: receipt.engine === TRIVIAL ? receipt : { ...receipt, engine } };
}
