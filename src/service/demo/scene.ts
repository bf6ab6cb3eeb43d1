// The demo as a server plays it: the same agents and edits as on the command line, with the contradiction early, so that
// whoever watches has something to decide while the others go on.
import type { Mark, PlannedEdit } from './edits.ts';
import { demoFiles } from './files.ts';
import { createPlan, type Plan, type Step } from './plan.ts';

/** Its files lie below this, so that they are told from everything else. */
export const DEMO_FOLDER = 'demo/';
const SEED = 7;
/** Steps before the two that contradict each other read. */
const CLASH_AT = 8;

export interface Scene extends Pick<Plan, 'agents' | 'edits' | 'policy'> {
  readonly files: readonly { readonly resource: string; readonly text: string }[];
  readonly steps: readonly Step[];
}

export function createScene(): Scene {
  const files = demoFiles.map((file) => ({ ...file, resource: `${DEMO_FOLDER}${file.resource}` }));
  const { agents, edits, policy, steps } = createPlan(SEED, files);
  const peaceful = steps.filter(({ edit }) => edit.clash !== true);
  const clash = steps.filter(({ edit }) => edit.clash === true);
  return { agents, edits, policy, files, steps: peaceful.toSpliced(CLASH_AT, 0, ...clash) };
}

const REASONS: { readonly [next: string]: string } = {
  'Hours in total: 55': 'the estimates of all teams come to 55 hours',
  'Hours in total: 30': 'the budget was cut to 30 hours',
};

/** Why an agent makes an edit, in the words of an intent. */
export function intentOf({ mark, id }: PlannedEdit): string {
  return `${said(mark)} (${id})`;
}

function said(mark: Mark): string {
  switch (mark.kind) {
    case 'line':
      return REASONS[mark.next] ?? `settle: ${shortOf(mark.old)}`;
    case 'insert':
      return `add a line after: ${shortOf(mark.after)}`;
    case 'append':
      return 'write down what was done';
    case 'member':
      return `set ${mark.path.join('.')} to ${mark.value}`;
  }
}

function shortOf(line: string): string {
  return (
    line
      .trim()
      .replace(/^- (?:\[.\] )?/, '')
      .split(':')[0] ?? ''
  );
}
