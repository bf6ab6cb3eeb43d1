// `watch`: the feed as NDJSON until Ctrl-C. Each item carries the cursor to go on from; a gap is said, never silent.
import type { Controller, FeedItem } from '../../controller/types.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import { fieldArgument, fieldOption } from '../shell/fields.ts';
import { Interrupted } from '../shell/io.ts';
import { cleanName, shellWord } from '../shell/text.ts';
import type { Register } from './register.ts';

function revisionOf(cursor: string): number {
  return Number(cursor.slice(cursor.lastIndexOf(':') + 1));
}

async function tell(context: Context, item: FeedItem): Promise<void> {
  if (item.type !== 'bookmark') await context.console.object(item);
}

interface Plan {
  /** Undefined: from the oldest entry. */
  readonly start: string | undefined;
  readonly limit: number;
  /** With `--once`: the revision to end at. */
  readonly target: number | undefined;
}

async function planOf(context: Context): Promise<Plan> {
  const { insight } = await context.open();
  const since = context.text('since');
  const once = context.flag('once');
  const { epoch, revision } = await insight.position();
  const now = once ? undefined : `${epoch}:${revision}`;
  return {
    start: since === 'start' ? undefined : (since ?? now),
    limit: context.count('limit', Number.MAX_SAFE_INTEGER),
    target: once ? revision : undefined,
  };
}

/** True where the cursor has nothing after it. One of another history is said all the same. */
async function isPast(controller: Controller, start: string | undefined, target: number): Promise<boolean> {
  if (start === undefined) return target === 0;
  if (revisionOf(start) < target) return false;
  await controller.log(start, { limit: 1 });
  return true;
}

async function watch(context: Context): Promise<ExitCode> {
  const { console, signal } = context;
  const { controller } = await context.open();
  const pattern = context.args[0];
  const { start, limit, target } = await planOf(context);
  if (target !== undefined && (await isPast(controller, start, target))) return exitCodes.ok;
  if (target === undefined) console.talk(`Watching from ${cleanName(start ?? 'the oldest entry')}; Ctrl-C ends it.`);
  let told = 0;
  for await (const item of controller.feed(start, { signal, ...(pattern === undefined ? {} : { pattern }) })) {
    await tell(context, item);
    if (item.type === 'gone') return endGone(context, item.oldest);
    if (item.type === 'commit') told += 1;
    if (told >= limit || revisionOf(item.cursor) >= (target ?? Number.POSITIVE_INFINITY)) return exitCodes.ok;
  }
  if (signal.aborted) throw new Interrupted();
  return exitCodes.ok;
}

function endGone({ console }: Context, oldest: string): ExitCode {
  console.talk('The log no longer reaches back to that cursor: read the current state, then go on.');
  console.talk(`next: entente watch --since ${shellWord(oldest)}`);
  return exitCodes.stale;
}

export const registerWatch: Register = (program, run) => {
  program
    .command('watch')
    .description('commits as they happen, one JSON object a line, until Ctrl-C')
    .addArgument(fieldArgument('[pattern]', 'only resources that match, e.g. "notes/**"', 'pattern'))
    .addOption(fieldOption('--since <cursor>', 'go on after a cursor; "start": from the oldest entry', 'cursor'))
    .addOption(fieldOption('--limit <n>', 'end after so many commits', 'count'))
    .option('--once', 'tell what is there already, then end')
    .action(run(watch));
};
