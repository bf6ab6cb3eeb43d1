// `recorded`: decisions that are kept for conflicts of the same texts. They are listed, and forgotten by a commit.
import type { Controller } from '../../controller/types.ts';
import { EntenteError } from '../../core/errors.ts';
import { plural } from '../../core/phrases.ts';
import { askYes, mayAsk } from '../shell/ask.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import { fieldOption } from '../shell/fields.ts';
import { cleanName, shellWord } from '../shell/text.ts';
import { decisionJson } from '../show/json.ts';
import { recordedTable } from '../show/recorded.ts';
import type { Register } from './register.ts';

const PAGE = 1000;
/** How many one commit forgets. */
const BATCH = 500;

async function list(context: Context): Promise<undefined> {
  const { console } = context;
  const { controller } = await context.open();
  const limit = context.count('limit', 100, 1, 1000);
  const after = context.text('after');
  const { items, next } = await controller.recorded({ limit, ...(after === undefined ? {} : { after }) });
  if (console.json) {
    await console.object({ items: items.map(decisionJson), ...(next === undefined ? {} : { next }) });
    return undefined;
  }
  if (items.length > 0) await console.line(recordedTable(items, console.out, Date.now()));
  else console.talk('No recorded decisions.');
  if (next !== undefined) console.talk(`more: entente recorded list --limit ${limit} --after ${shellWord(next)}`);
  return undefined;
}

async function allIds(controller: Controller): Promise<readonly string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const page = await controller.recorded({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    ids.push(...page.items.map(({ id }) => id));
    after = page.next;
  } while (after !== undefined);
  return ids;
}

/** What is named, or all there is; `misuse` for both or neither. */
async function chosenIds({ args, flag }: Context, controller: Controller): Promise<readonly string[]> {
  if (flag('all') !== args.length > 0) return flag('all') ? allIds(controller) : [...new Set(args)];
  throw new EntenteError('misuse', 'Say what to forget: ids of recorded decisions, or --all.', {
    next: 'entente recorded list',
  });
}

async function isMeant(context: Context, ids: readonly string[]): Promise<boolean> {
  if (!mayAsk(context) || context.flag('yes') || ids.length === 0) return true;
  const what = ids.length === 1 ? cleanName(ids[0] ?? '') : plural(ids.length, 'recorded decision');
  return askYes(context, `Forget ${what}?`);
}

async function forget(context: Context): Promise<ExitCode> {
  const { console } = context;
  const { agent, controller } = await context.open();
  const ids = await chosenIds(context, controller);
  if (!(await isMeant(context, ids))) {
    await console.done('Nothing was forgotten.');
    return exitCodes.aborted;
  }
  const reason = context.text('reason');
  const forgotten: string[] = [];
  for (let at = 0; at < ids.length; at += BATCH) {
    const options = { agent, ...(reason === undefined ? {} : { reason }) };
    const outcome = await controller.forget(ids.slice(at, at + BATCH), options);
    if (outcome.status === 'unknown') return notKnown(context, outcome.commitId);
    forgotten.push(...outcome.ids);
  }
  if (console.json) await console.object({ status: 'forgotten', ids: forgotten });
  else await console.done(`forgotten: ${plural(forgotten.length, 'recorded decision')}`);
  return exitCodes.ok;
}

async function notKnown({ console }: Context, commitId: string): Promise<ExitCode> {
  const next = ['entente recorded list'];
  if (console.json) await console.object({ status: 'unknown', commitId, next: next.map(console.hint) });
  else console.alert(`unknown: the store did not say whether it was forgotten\nnext: ${next[0]}`);
  return exitCodes.unreachable;
}

export const registerRecorded: Register = (program, run) => {
  const recorded = program
    .command('recorded')
    .description('decisions that are kept for the next conflict of the same texts');
  recorded
    .command('list', { isDefault: true })
    .description('what is kept, the newest first')
    .addOption(fieldOption('--limit <n>', 'how many at most', 'limit'))
    .addOption(fieldOption('--after <cursor>', 'where the last page ended', 'cursor'))
    .action(run(list));
  recorded
    .command('forget')
    .description('take them out: they are offered and applied no more')
    .argument('[id...]', 'ids of `recorded list`')
    .option('--all', 'all of the space')
    .option('--yes', 'do not ask')
    .addOption(fieldOption('--reason <text>', 'why', 'note'))
    .action(run(forget));
};
