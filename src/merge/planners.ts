// Whose plan a text merge goes by: the engines that merge by lines differ in their plans alone, so that settling,
// rendering and checking are the same for all of them.
import { planChangelog } from './markdown/changelog.ts';
import { planMarkdown } from './markdown/plan-markdown.ts';
import { type Planner, planLines, type TextPlan } from './plan.ts';
import { prepareSides } from './prepare.ts';
import type { Region } from './three-way.ts';
import type { ConflictedMerge, MergeOptions } from './types.ts';
import { endless } from './watch.ts';

const planners: ReadonlyMap<string, Planner> = new Map([
  ['markdown', planMarkdown],
  ['changelog', planChangelog],
]);

/** The time that the first merge had is no limit for what comes after. */
function withoutClock({ budget, ...options }: MergeOptions): MergeOptions {
  if (budget === undefined) return options;
  const { ms: _, ...left } = budget;
  return { ...options, budget: left };
}

/** The plan behind a conflict result: of its lines, or of one conflict that holds the whole value. */
export function planOfConflict({ input, conflicts, stats }: ConflictedMerge): TextPlan {
  const { current, proposed, options = {} } = input;
  const empty = new Uint8Array();
  const { texts, finish } = prepareSides(input.base ?? empty, current ?? empty, proposed ?? empty, options);
  if (conflicts[0]?.kind === 'content') {
    const plan = planners.get(stats.engine) ?? planLines;
    return plan(texts, finish, withoutClock(options), endless);
  }
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
