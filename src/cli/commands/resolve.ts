// `resolve`: a person's or a judge's answer to an open conflict. It is a guarded commit: it never overwrites.
import { EntenteError } from '../../core/errors.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Decision } from '../../core/resolution.ts';
import { findConflict } from '../place/lookup.ts';
import type { Context } from '../shell/context.ts';
import type { ExitCode } from '../shell/exit.ts';
import { fieldOption } from '../shell/fields.ts';
import { showOutcome } from '../show/outcome.ts';
import { readSource } from './commit.ts';
import type { Register } from './register.ts';

const USES: { readonly [word: string]: 'current' | 'proposed' | 'base' | 'both' | 'recorded' } = {
  current: 'current',
  proposed: 'proposed',
  base: 'base',
  both: 'both',
  recorded: 'recorded',
  A: 'current',
  B: 'proposed',
  a: 'current',
  b: 'proposed',
};

async function decisionOf(context: Context): Promise<Decision> {
  const use = context.text('use');
  const file = context.args[1];
  const abort = context.flag('abort');
  if ([use !== undefined, file !== undefined, abort].filter(Boolean).length !== 1) {
    throw new EntenteError(
      'misuse',
      'Say one decision: --use SIDE, a FILE with the content, "-" for stdin, or --abort.',
      {
        next: `entente resolve ${context.args[0] ?? 'N'} --use current|proposed|both|base|recorded`,
      },
    );
  }
  if (abort) return { abort: true };
  if (use !== undefined) {
    const side = Object.hasOwn(USES, use) ? USES[use] : undefined;
    if (side !== undefined) return { use: side };
    throw new EntenteError(
      'misuse',
      `--use takes current (A), proposed (B), both, base or recorded, not ${JSON.stringify(use)}.`,
      {
        next: `entente resolve ${context.args[0] ?? 'N'} --use current|proposed|both|base|recorded`,
      },
    );
  }
  const content = await readSource(context, file ?? '-');
  return { content, ...(context.flag('allowMarkers') ? { allowMarkers: true } : {}) };
}

const ADVICE: { readonly [status in Outcome['status']]?: string } = {
  conflict: 'Nothing is decided: look at the conflict as it is now.',
  unknown: 'It may be decided: look at the conflict. The same decision again is taken once.',
};

async function resolve(context: Context): Promise<ExitCode> {
  const decision = await decisionOf(context);
  const opened = await context.open();
  const conflict = await findConflict(opened, context.args[0]);
  const reason = context.text('reason');
  const commitId = context.text('commitId');
  const outcome = await opened.controller.resolve(conflict.id, decision, {
    agent: opened.agent,
    revision: context.count('revision', conflict.revision, 0),
    ...(reason === undefined ? {} : { reason }),
    ...(commitId === undefined ? {} : { commitId }),
  });
  const again = `entente conflicts show ${conflict.number}`;
  const next = ['conflict', 'rejected', 'unknown'].includes(outcome.status) ? [again] : [];
  const advice = ADVICE[outcome.status];
  return showOutcome(context, outcome, conflict.resource, { next, advice });
}

export const registerResolve: Register = (program, run) => {
  program
    .command('resolve')
    .description('decide an open conflict: by a side, by a content, or by giving it up')
    .argument('<n>', 'its number, its id or the start of the id')
    .argument('[file]', 'the decided content; "-": stdin')
    .option('--use <side>', 'current (A), proposed (B), both, base, or recorded: as was decided before')
    .option('--abort', 'close it and store neither')
    .addOption(fieldOption('--reason <text>', 'why', 'note'))
    .option('--allow-markers', 'the content may hold conflict markers')
    .addOption(fieldOption('--revision <n>', "the conflict record's revision as you saw it", 'revision'))
    .addOption(fieldOption('--commit-id <id>', 'the id under which this lands at most once', 'commitId'))
    .action(run(resolve));
};
