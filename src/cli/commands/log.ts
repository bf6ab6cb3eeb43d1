// `log`: what happened, newest first; of one resource its versions, else the commits of the space.
import type { Controller } from '../../controller/types.ts';
import { EntenteError, isEntenteError } from '../../core/errors.ts';
import { ago } from '../../core/phrases.ts';
import type { LogEntry, VersionEntry } from '../../stores/store.ts';
import type { Position } from '../place/insight.ts';
import { parseVersion } from '../place/target.ts';
import { table } from '../shell/console.ts';
import type { Context } from '../shell/context.ts';
import { fieldArgument, fieldOption } from '../shell/fields.ts';
import { cleanName, idWord, shellWord } from '../shell/text.ts';
import type { Register } from './register.ts';

function versionRow({ head, outcome, note, strategy }: VersionEntry, now: number): readonly string[] {
  const what = head.deleted ? 'deleted' : outcome;
  const why = [strategy === undefined ? '' : `[${cleanName(strategy)}]`, note === undefined ? '' : cleanName(note)];
  return [
    `v${head.version}`,
    `r${head.revision}`,
    cleanName(head.agent),
    what,
    ago(head.at, now),
    why.join(' ').trim(),
  ];
}

function entryRow(entry: LogEntry, now: number): readonly string[] {
  const { meta } = entry;
  const heads = entry.heads.map(
    (head) => `${cleanName(head.resource)} v${head.version}${head.deleted ? ' (deleted)' : ''}`,
  );
  const what =
    heads.length > 0
      ? heads.join(', ')
      : meta.conflictId === undefined
        ? '-'
        : `conflict ${cleanName(meta.conflictId)}`;
  const over =
    meta.overwrote === undefined ? '' : `overwrote v${meta.overwrote.version} of ${cleanName(meta.overwrote.agent)}`;
  const why = [
    over,
    meta.resolvedBy === undefined ? '' : 'as decided before',
    meta.note === undefined ? '' : cleanName(meta.note),
    meta.reason === undefined ? '' : cleanName(meta.reason),
  ];
  return [
    `r${entry.revision}`,
    cleanName(entry.agent),
    meta.outcome,
    what,
    ago(entry.at, now),
    why.filter(Boolean).join('; '),
  ];
}

async function versions(context: Context, limit: number): Promise<undefined> {
  const { console } = context;
  const resource = context.id();
  const { controller } = await context.open();
  const given = context.text('after');
  const after = given === undefined ? undefined : String(parseVersion(given));
  const page = await controller.history(resource, { limit, ...(after === undefined ? {} : { after }) });
  if (console.json) {
    await console.object(page);
    return undefined;
  }
  const rows = page.items.map((entry) => versionRow(entry, Date.now()));
  if (rows.length > 0)
    await console.line(table(['VERSION', 'REVISION', 'AGENT', 'OUTCOME', 'AGE', 'NOTE'], rows, console.out));
  else console.talk(`There are no versions of ${cleanName(resource)}.`);
  if (page.next !== undefined)
    console.talk(`more: entente log --limit ${limit} --after ${shellWord(page.next)} ${idWord(resource)}`);
  return undefined;
}

type LogPage = Awaited<ReturnType<Controller['log']>>;

/** The newest entries, oldest first. Revisions may have holes: the part that is read grows until it has enough. */
async function newest(controller: Controller, { epoch, revision }: Position, limit: number): Promise<LogPage> {
  for (let width = limit; ; width *= 8) {
    const isWhole = width >= revision;
    const items = await entriesAfter(controller, isWhole ? undefined : `${epoch}:${revision - width}`);
    if (items.length >= limit || isWhole) return { items: items.slice(-limit) };
  }
}

/** To the end of the log; from its oldest entry where the cursor is from before it. */
async function entriesAfter(controller: Controller, cursor: string | undefined): Promise<LogPage['items']> {
  const items: LogPage['items'][number][] = [];
  let after = cursor;
  for (;;) {
    let page: LogPage;
    try {
      page = await controller.log(after, { limit: 1000 });
    } catch (error) {
      if (after === undefined || items.length > 0 || !isEntenteError(error) || error.code !== 'gone') throw error;
      after = undefined;
      continue;
    }
    items.push(...page.items);
    if (page.next === undefined) return items;
    after = page.next;
  }
}

/** The newest entries, or with `--since` those after a cursor, oldest first. */
async function entries(context: Context, limit: number): Promise<undefined> {
  const { console } = context;
  const { controller, insight } = await context.open();
  const since = context.text('since');
  const page =
    since === undefined
      ? await newest(controller, await insight.position(), limit)
      : await controller.log(since === 'start' ? undefined : since, { limit });
  const items = since === undefined ? [...page.items].reverse() : page.items;
  if (console.json) {
    await console.object({ items, ...(page.next === undefined ? {} : { next: page.next }) });
    return undefined;
  }
  const rows = items.map((entry) => entryRow(entry, Date.now()));
  if (rows.length > 0)
    await console.line(table(['REVISION', 'AGENT', 'OUTCOME', 'WHAT', 'AGE', 'NOTE'], rows, console.out));
  else console.talk('The log is empty.');
  return undefined;
}

async function log(context: Context): Promise<undefined> {
  const limit = context.count('limit', 50, 1, 1000);
  const commits = context.args[0] === undefined;
  const other = commits ? 'after' : 'since';
  if (context.text(other) !== undefined) {
    throw new EntenteError('misuse', `--${other} goes ${commits ? 'with' : 'without'} an ID.`, {
      next: commits ? 'entente log --since CURSOR' : `entente log ${idWord(context.id())} --after VERSION`,
    });
  }
  return commits ? entries(context, limit) : versions(context, limit);
}

export const registerLog: Register = (program, run) => {
  program
    .command('log')
    .description('the versions of a resource, or the commits of the space, newest first')
    .addArgument(fieldArgument('[id]', 'the resource', 'id'))
    .addOption(fieldOption('--limit <n>', 'how many at most (50)', 'limit'))
    .addOption(
      fieldOption('--since <cursor>', 'commits after a cursor, oldest first; "start": from the oldest entry', 'cursor'),
    )
    .option('--after <version>', 'with an id: where the last page ended')
    .action(run(log));
};
