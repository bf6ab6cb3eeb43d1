// What needs no engine: the outcomes that follow from the sides' bytes alone, and conflicts of the whole value.
import type { RegionKind } from '../core/region.ts';
import { conflictId } from './conflict-id.ts';
import { splitLines } from './lines.ts';
import { both, type Changer, wholeReceipt } from './receipt.ts';
import type { CleanMerge, ConflictedMerge, MergeInput, MergeResult, MergeSide } from './types.ts';

/** The same bytes, or both absent. */
export function sameSide(a: MergeSide, b: MergeSide): boolean {
  if (a === null || b === null) return a === b;
  return a === b || (a.length === b.length && Buffer.compare(a, b) === 0);
}

/** The merge, where at most one side changed anything or both did the same; absent sides count as values. */
export function mergeTrivially(input: MergeInput, engine: string): CleanMerge | undefined {
  const { base, current, proposed } = input;
  if (sameSide(current, proposed)) return wholeMerge(engine, base, current, both);
  if (sameSide(base, current)) return wholeMerge(engine, base, proposed, ['proposed']);
  if (sameSide(base, proposed)) return wholeMerge(engine, base, current, ['current']);
  return undefined;
}

function wholeMerge(engine: string, base: MergeSide, content: MergeSide, by: readonly Changer[]): CleanMerge {
  const changed = sameSide(base, content) ? 0 : 1;
  return {
    status: 'clean',
    content,
    receipt: wholeReceipt(base, content, by),
    stats: { engine, clean: changed, conflicts: 0 },
    notes: [],
  };
}

/** A conflict of the whole value, with the reason in words where the kind does not say it all. */
export function wholeConflict(input: MergeInput, engine: string, kind: RegionKind, reason?: string): ConflictedMerge {
  const { base, current, proposed } = input;
  const range = (side: MergeSide): { start: number; end: number } => ({
    start: 0,
    end: side === null ? 0 : splitLines(side).count,
  });
  return {
    status: 'conflict',
    conflicts: [
      {
        id: conflictId(base, current, proposed),
        kind,
        at: { lines: { base: range(base), current: range(current), proposed: range(proposed) } },
        ...(base === null ? {} : { base }),
        ...(current === null ? {} : { current }),
        ...(proposed === null ? {} : { proposed }),
        ...(reason === undefined ? {} : { reason }),
      },
    ],
    partial: current,
    stats: { engine, clean: 0, conflicts: 1 },
    notes: [],
    input,
  };
}

/** The conflict of an absent side with one that changed; undefined when there is nothing absent but the base. */
export function missingSideConflict(input: MergeInput, engine: string): MergeResult | undefined {
  const { base, current, proposed } = input;
  if (current !== null && proposed !== null) return undefined;
  if (base === null) return undefined;
  return wholeConflict(input, engine, 'modified-deleted');
}
