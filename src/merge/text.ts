// The text engine: a line-based three-way merge that agrees with `git merge-file` wherever the alignment is unique.
// Bytes in, bytes out; nothing is ever decoded.
import { assemble } from './assemble.ts';
import { isBinary } from './binary.ts';
import { describeConflicts } from './describe.ts';
import { fillByOptions, fillFrom } from './fill.ts';
import { DEFAULT_MARKER_SIZE, markerSizeFor } from './markers.ts';
import { type Planner, planLines, receiptOf, type TextPlan } from './plan.ts';
import { prepareSides } from './prepare.ts';
import type { Sides } from './three-way.ts';
import type { Engine, MergeInput, MergeResult, Note } from './types.ts';
import { createWatch, OverBudget, type Watch } from './watch.ts';
import { mergeTrivially, missingSideConflict, wholeConflict } from './whole.ts';

/** Merges texts by lines. Never throws on data: what it cannot decide, or not within the budget, is a conflict. */
export const mergeText: Engine = engineOf('text', planLines);

/** An engine that merges texts by the plans of `plan`. */
export function engineOf(name: string, plan: Planner): Engine {
  return (input) => mergeTrivially(input, name) ?? missingSideConflict(input, name) ?? mergePresent(input, name, plan);
}

function mergePresent(input: MergeInput, engine: string, plan: Planner): MergeResult {
  const { base, current, proposed, options = {} } = input;
  if (current === null || proposed === null) return wholeConflict(input, engine, 'modified-deleted');
  const sides = [base, current, proposed];
  if (sides.some(isBinary)) return wholeConflict(input, engine, 'binary', 'a side holds a NUL byte');
  const bytes = options.budget?.bytes ?? Infinity;
  if (sides.some((side) => (side?.length ?? 0) > bytes)) {
    return wholeConflict(input, engine, 'too-large', `a side has more than ${bytes} bytes`);
  }
  if (base === null) return wholeConflict(input, engine, 'both-added');
  const { texts, finish } = prepareSides(base, current, proposed, options);
  const lines = options.budget?.lines ?? Infinity;
  if (Object.values(texts).some((text) => text.count > lines)) {
    return wholeConflict(input, engine, 'too-large', `a side has more than ${lines} lines`);
  }
  const watch = createWatch(options.budget);
  try {
    return write(input, engine, plan(texts, finish, options, watch), watch);
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error;
    return wholeConflict(input, engine, 'budget', `the merge needed more than ${options.budget?.ms} ms`);
  }
}

function write(input: MergeInput, engine: string, plan: TextPlan, watch: Watch): MergeResult {
  const { options = {} } = input;
  const conflicts = plan.regions.filter(({ kind }) => kind === 'conflict');
  const clean = plan.regions.length - conflicts.length;
  const decide = fillByOptions(plan, options, watch);
  if (conflicts.length === 0 || decide !== undefined) {
    const { content, ledger } = assemble(plan, decide ?? (() => ({ pieces: [], dropped: [] })));
    const stats = { engine, clean: plan.regions.length, conflicts: 0 };
    return { status: 'clean', content, receipt: receiptOf(plan, ledger, engine), stats, notes: plan.notes ?? [] };
  }
  return {
    status: 'conflict',
    conflicts: describeConflicts(plan),
    partial: assemble(plan, (region) => fillFrom(plan, region, 'current')).content,
    stats: { engine, clean, conflicts: conflicts.length },
    notes: [...markerNotes(plan.texts), ...(plan.notes ?? [])],
    input,
  };
}

function markerNotes(texts: Sides): readonly Note[] {
  const size = markerSizeFor(texts);
  if (size === DEFAULT_MARKER_SIZE) return [];
  const message = `a line looks like a conflict marker, so rendered markers are ${size} characters long`;
  return [{ code: 'longer-markers', message }];
}
