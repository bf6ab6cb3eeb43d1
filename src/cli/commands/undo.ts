// `undo`: back to an earlier version by a new one. It compares like every commit: what came meanwhile is never undone
// unseen.
import type { Controller } from '../../controller/types.ts';
import type { Change } from '../../core/change.ts';
import { EntenteError } from '../../core/errors.ts';
import type { ResourceId } from '../../core/resource.ts';
import { parseVersion } from '../place/target.ts';
import type { Context } from '../shell/context.ts';
import type { ExitCode } from '../shell/exit.ts';
import { fieldArgument, fieldOption } from '../shell/fields.ts';
import { cleanName, idWord } from '../shell/text.ts';
import { showOutcome } from '../show/outcome.ts';
import type { Register } from './register.ts';
import { readTarget } from './show.ts';

async function changeTo(controller: Controller, resource: ResourceId, version: number): Promise<Change> {
  if (version === 0) return { delete: true };
  const { head, content } = await readTarget(controller, { resource, version });
  if (head.deleted) return { delete: true };
  if (content === undefined) return { hash: head.hash };
  return { content, ...(head.mediaType === undefined ? {} : { mediaType: head.mediaType }) };
}

async function undo(context: Context): Promise<ExitCode> {
  const resource = context.id();
  const { agent, controller } = await context.open();
  const { token, head } = await controller.begin(resource, { agent });
  if (head === undefined) {
    throw new EntenteError('not-found', `There is no ${cleanName(resource)}: nothing to undo.`, {
      next: 'entente status',
    });
  }
  const to = context.text('to');
  const target = to === undefined ? head.version - 1 : parseVersion(to);
  if (target >= head.version) {
    throw new EntenteError('misuse', `Version ${target} is not earlier than the current one, ${head.version}.`, {
      next: `entente log ${idWord(resource)}`,
    });
  }
  const change = await changeTo(controller, resource, target);
  const note = context.text('note') ?? `undo to v${target}`;
  const outcome = await controller.commit(token, change, { note, signal: context.signal });
  const id = idWord(resource);
  const isOpen = outcome.status === 'conflict' || outcome.status === 'unknown';
  const next = [isOpen ? `entente log ${id}` : `entente diff ${id}`];
  // Sent again it would be an undo of what this one made.
  const advice = outcome.status === 'unknown' ? 'It may be saved: look for it before you undo again.' : undefined;
  return showOutcome(context, outcome, resource, { next, advice });
}

export const registerUndo: Register = (program, run) => {
  program
    .command('undo')
    .description('bring an earlier version back as a new one')
    .addArgument(fieldArgument('<id>', 'the resource', 'id'))
    .option('--to <version>', 'which version; the one before the current unless given; 0: delete')
    .addOption(fieldOption('--note <text>', 'why', 'note'))
    .action(run(undo));
};
