// `log`: what happened, newest first; of one resource its versions, else the commits of the space.
import { EntenteError } from '../../core/errors.ts';
import type { LogEntry, VersionEntry } from '../../stores/store.ts';
import { parseVersion } from '../place/target.ts';
import { table } from '../shell/console.ts';
import type { Context } from '../shell/context.ts';
import { ago, cleanName, idWord, shellWord } from '../shell/text.ts';
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

/** The newest entries, or with `--since` those after a cursor, oldest first. */
async function entries(context: Context, limit: number): Promise<undefined> {
  const { console } = context;
  const { controller, insight } = await context.open();
  const since = context.text('since');
  const { epoch, revision } = await insight.position();
  const newest = `${epoch}:${Math.max(0, revision - limit)}`;
  const start = since === 'start' ? undefined : (since ?? newest);
  const page = await controller.log(start, { limit });
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
    .argument('[id]', 'the resource')
    .option('--limit <n>', 'how many at most (50)')
    .option('--since <cursor>', 'commits after a cursor, oldest first; "start": from the oldest entry')
    .option('--after <version>', 'with an id: where the last page ended')
    .action(run(log));
};
