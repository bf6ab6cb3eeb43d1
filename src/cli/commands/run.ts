// `run ID -- cmd`: the content through a filter, begun anew and filtered again when others were faster.
import { EntenteError, isEntenteError } from '../../core/errors.ts';
import { saveDraft } from '../place/drafts.ts';
import { runChild } from '../shell/child.ts';
import type { Context } from '../shell/context.ts';
import { CommandFailed, type ExitCode } from '../shell/exit.ts';
import { fieldArgument, fieldOption } from '../shell/fields.ts';
import { idWord, shellWord } from '../shell/text.ts';
import { parseDuration } from '../shell/wait.ts';
import { showOutcome } from '../show/outcome.ts';
import type { Register } from './register.ts';

const OUTPUT_LIMIT = 8 * 1024 * 1024;

async function run(context: Context): Promise<ExitCode> {
  const [, command, ...args] = context.args;
  const resource = context.id();
  if (command === undefined) {
    throw new EntenteError('misuse', 'There is no command to run.', { next: 'entente run ID -- sort' });
  }
  const { agent, controller, location } = await context.open();
  const note = context.text('note');
  const deadlineMs = parseDuration(context.text('timeout') ?? '1h');
  let last: Uint8Array | undefined;
  const options = { agent, signal: context.signal, deadlineMs, ...(note === undefined ? {} : { note }) };
  const outcome = await controller
    .update(resource, options, async (draft, { attempt, signal }) => {
      if (attempt > 0) context.console.talk(`Others were faster: running the command again (attempt ${attempt + 1}).`);
      const child = await runChild(context.io, command, args, {
        input: draft.content ?? new Uint8Array(),
        limit: OUTPUT_LIMIT,
        signal,
      });
      if (child.status !== 0)
        throw new CommandFailed(`The command ${command} ended with status ${child.status}.`, child.status);
      last = child.output;
      return { content: child.output };
    })
    .catch((error: unknown) => {
      if (!isEntenteError(error) || error.code !== 'budget') throw error;
      const next = `entente run ${idWord(resource)} --timeout 2h -- ${shellWord(command)} …`;
      throw new EntenteError('budget', error.message, { ...error.details, next }, { cause: error });
    });
  const unsaved = 'saved' in outcome || outcome.status === 'unknown';
  const draft = unsaved && last !== undefined ? await saveDraft(location.state, resource, 'unsaved', last) : undefined;
  return showOutcome(context, outcome, resource, { draft });
}

export const registerRun: Register = (program, wrap) => {
  program
    .command('run')
    .description('begin, pipe the content through a command, commit; run it again on a conflict')
    .addArgument(fieldArgument('<id>', 'the resource', 'id'))
    .argument('<command...>', 'after --: the command and its arguments')
    .addOption(fieldOption('--note <text>', 'why: shown to whoever meets this change in a conflict', 'note'))
    .option('--timeout <duration>', 'for all attempts together', '1h')
    .action(wrap(run));
};
