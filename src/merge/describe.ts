// The conflicts of a plan as data: where they lie, what each side says there, and a stable id.
import type { MergeConflict, Range } from '../core/region.ts';
import { rangeOf } from './assemble.ts';
import { createIdDealer } from './conflict-id.ts';
import { bytesOfLines } from './lines.ts';
import type { TextPlan } from './plan.ts';
import type { Region, Sides } from './three-way.ts';

/** In the order of the text. */
export function describeConflicts(plan: TextPlan): readonly MergeConflict[] {
  const idOf = createIdDealer();
  const textOf = (region: Region, side: keyof Sides): Uint8Array =>
    bytesOfLines(plan.texts[side], ...rangeOf(region, side));
  return plan.regions
    .filter(({ kind }) => kind === 'conflict')
    .map((region) => {
      const base = textOf(region, 'base');
      const current = textOf(region, 'current');
      const proposed = textOf(region, 'proposed');
      const range = (side: keyof Sides): Range => {
        const [start, end] = rangeOf(region, side);
        // A front matter that was merged already has another length on the side itself.
        const moved = plan.front === undefined ? 0 : plan.front.own[side] - plan.front.lines;
        return { start: start + moved, end: end + moved };
      };
      const lines = { base: range('base'), current: range('current'), proposed: range('proposed') };
      return { id: idOf(base, current, proposed), kind: 'content', at: { lines }, base, current, proposed };
    });
}
