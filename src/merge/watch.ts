// The time budget of a merge, looked at from inside the long loops. Going over it is thrown as `OverBudget`, which the
// engines catch at their door and turn into a conflict: it never leaves this folder.
import type { MergeBudget } from './types.ts';

/** Thrown by a watch whose time is up; internal to the engines. */
export class OverBudget extends Error {}

/** Called with the number of steps just done; throws OverBudget when the time is up. */
export type Watch = (steps: number) => void;

const STEPS_BETWEEN_LOOKS = 16_384;

/** A watch that never ends. */
export const endless: Watch = () => {};

/** A watch for `budget.ms`; the clock is read at once and then after every 16,384 steps. */
export function createWatch(budget: MergeBudget | undefined): Watch {
  if (budget?.ms === undefined) return endless;
  const clock = budget.clock ?? (() => performance.now());
  const end = clock() + budget.ms;
  let left = STEPS_BETWEEN_LOOKS;
  return (steps) => {
    left -= steps;
    if (left > 0) return;
    left = STEPS_BETWEEN_LOOKS;
    if (clock() > end) throw new OverBudget();
  };
}
