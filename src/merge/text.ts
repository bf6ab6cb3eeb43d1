// The text engine: a line-based three-way merge that agrees with `git merge-file` wherever the alignment is unique.
// Bytes in, bytes out; nothing is ever decoded.
import { assemble } from './assemble.ts';
import { isBinary } from './binary.ts';
import { describeConflicts } from './describe.ts';
import { fillByOptions, fillFrom } from './fill.ts';
import { DEFAULT_MARKER_SIZE, markerSizeFor } from './markers.ts';
import { planLines, type TextPlan } from './plan.ts';
import { prepareSides } from './prepare.ts';
import type { Sides } from './three-way.ts';
import type { Engine, MergeInput, MergeOptions, MergeResult, Note } from './types.ts';
import { createWatch, OverBudget, type Watch } from './watch.ts';
import { mergeTrivially, missingSideConflict, wholeConflict } from './whole.ts';

const ENGINE = 'text';

/** Merges texts by lines. Never throws on data: what it cannot decide, or not within the budget, is a conflict. */
export const mergeText: Engine = (input) =>
  mergeTrivially(input, ENGINE) ?? missingSideConflict(input, ENGINE) ?? mergePresent(input);

function mergePresent(input: MergeInput): MergeResult {
  const { base, current, proposed, options = {} } = input;
  if (current === null || proposed === null) return wholeConflict(input, ENGINE, 'modified-deleted');
  const sides = [base, current, proposed];
  if (sides.some(isBinary)) return wholeConflict(input, ENGINE, 'binary', 'a side holds a NUL byte');
  const bytes = options.budget?.bytes ?? Infinity;
  if (sides.some((side) => (side?.length ?? 0) > bytes)) {
    return wholeConflict(input, ENGINE, 'too-large', `a side has more than ${bytes} bytes`);
  }
  if (base === null) return wholeConflict(input, ENGINE, 'both-added');
  const { texts, finish } = prepareSides(base, current, proposed, options);
  const lines = options.budget?.lines ?? Infinity;
  if (Object.values(texts).some((text) => text.count > lines)) {
    return wholeConflict(input, ENGINE, 'too-large', `a side has more than ${lines} lines`);
  }
  const watch = createWatch(options.budget);
  try {
    return write(input, planLines(texts, finish, options, watch), options, watch);
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error;
    return wholeConflict(input, ENGINE, 'budget', `the merge needed more than ${options.budget?.ms} ms`);
  }
}

function write(input: MergeInput, plan: TextPlan, options: MergeOptions, watch: Watch): MergeResult {
  const conflicts = plan.regions.filter(({ kind }) => kind === 'conflict');
  const clean = plan.regions.length - conflicts.length;
  const decide = fillByOptions(plan, options, watch);
  if (conflicts.length === 0 || decide !== undefined) {
    const { content, ledger } = assemble(plan, decide ?? (() => ({ pieces: [], dropped: [] })));
    const stats = { engine: ENGINE, clean: plan.regions.length, conflicts: 0 };
    return { status: 'clean', content, receipt: ledger.receipt(ENGINE), stats, notes: [] };
  }
  return {
    status: 'conflict',
    conflicts: describeConflicts(plan),
    partial: assemble(plan, (region) => fillFrom(plan, region, 'current')).content,
    stats: { engine: ENGINE, clean, conflicts: conflicts.length },
    notes: markerNotes(plan.texts),
    input,
  };
}

function markerNotes(texts: Sides): readonly Note[] {
  const size = markerSizeFor(texts);
  if (size === DEFAULT_MARKER_SIZE) return [];
  const message = `a line looks like a conflict marker, so rendered markers are ${size} characters long`;
  return [{ code: 'longer-markers', message }];
}
