// The feed is the log read from a cursor (`epoch:revision`). Being woken is only a hint: what is told comes from the
// log, so nothing is missed or told twice.
import { EntenteError } from '../core/errors.ts';
import type { Page, PageRequest } from '../core/page.ts';
import type { LogEntry, LogPage } from '../stores/store.ts';
import { type Pattern, parsePattern } from '../strategies/pattern.ts';
import type { Context } from './context.ts';
import { checkPage } from './read.ts';
import { epochChanged } from './submit.ts';
import type { FeedItem } from './types.ts';

const PAGE = 500;

export function cursorOf(epoch: string, revision: number): string {
  return `${epoch}:${revision}`;
}

/** The revision that a cursor stands at. Undefined: from the oldest entry that is kept. */
export async function startOf(
  context: Pick<Context, 'store' | 'space'>,
  cursor: string | undefined,
): Promise<{ epoch: string; after: number }> {
  const { epoch, revision, trimmed } = await context.store.read(context.space, []);
  if (cursor === undefined) return { epoch, after: trimmed };
  const colon = typeof cursor === 'string' ? cursor.lastIndexOf(':') : -1;
  const digits = colon < 1 ? '' : cursor.slice(colon + 1);
  const after = Number(digits);
  if (!/^\d+$/.test(digits) || !Number.isSafeInteger(after)) {
    throw new EntenteError('misuse', `${JSON.stringify(String(cursor).slice(0, 80))} is no cursor.`, {
      next: 'Use the cursor of a feed item or a log page, or none to start at the oldest entry.',
    });
  }
  if (cursor.slice(0, colon) !== epoch || after > revision) throw epochChanged();
  return { epoch, after };
}

export async function readLog(
  context: Context,
  cursor?: string,
  page: PageRequest = {},
): Promise<Page<LogEntry & { readonly cursor: string }>> {
  const { limit = 100 } = checkPage(page);
  const start = await startOf(context, page.after ?? cursor);
  const found = await context.store.log(context.space, start.after, limit);
  if (found.status === 'gone') {
    throw new EntenteError('gone', 'The log no longer reaches back to this cursor.', {
      next: `Read the current state, then go on from ${cursorOf(start.epoch, found.oldest)}.`,
      oldest: cursorOf(start.epoch, found.oldest),
    });
  }
  const items = found.entries.map((entry) => ({ ...entry, cursor: cursorOf(start.epoch, entry.revision) }));
  const last = items.at(-1);
  return items.length === limit && last !== undefined && last.revision < found.revision
    ? { items, next: last.cursor }
    : { items };
}

export interface FeedOptions {
  readonly pattern?: string;
  readonly signal?: AbortSignal;
}

export async function* feed(context: Context, cursor?: string, options: FeedOptions = {}): AsyncGenerator<FeedItem> {
  const pattern = options.pattern === undefined ? undefined : parsePattern(options.pattern);
  const start = await startOf(context, cursor);
  const done = new AbortController();
  const signal = options.signal === undefined ? done.signal : AbortSignal.any([options.signal, done.signal]);
  const wake = context.store.wake(context.space, signal)[Symbol.asyncIterator]();
  let { after } = start;
  let woken: Promise<IteratorResult<void>> | undefined;
  try {
    while (!signal.aborted) {
      // Waiting starts before the look: a commit in between wakes us, and is not slept through. One call waits at a
      // time: a second one would stand in line behind it, and sleep through what woke the first.
      woken ??= wake.next();
      // A fault of the waiting is heard below, or in the log; unheard it would end the process.
      woken.catch(() => undefined);
      const page = await context.store.log(context.space, after, PAGE);
      if (page.status === 'gone') {
        yield { type: 'gone', oldest: cursorOf(start.epoch, page.oldest) };
        return;
      }
      // Revisions of a restored store mean other commits, from the first one on.
      if ((await context.store.epoch()) !== start.epoch) throw epochChanged();
      yield* told(page, start.epoch, pattern);
      after = page.entries.at(-1)?.revision ?? after;
      if (page.entries.length === PAGE || signal.aborted) continue;
      await woken;
      woken = undefined;
    }
  } finally {
    done.abort();
  }
}

function* told(
  page: Extract<LogPage, { status: 'ok' }>,
  epoch: string,
  pattern: Pattern | undefined,
): Generator<FeedItem> {
  let hidden: number | undefined;
  for (const entry of page.entries) {
    if (pattern === undefined || concerns(entry, pattern)) {
      hidden = undefined;
      yield itemOf(entry, epoch);
    } else hidden = entry.revision;
  }
  // What the pattern hides still moves the reader on, so that a quiet reader's cursor does not fall out of the log.
  if (hidden !== undefined) yield { type: 'bookmark', cursor: cursorOf(epoch, hidden) };
}

function concerns(entry: LogEntry, pattern: Pattern): boolean {
  if (entry.heads.some((head) => pattern.matches(head.resource))) return true;
  const about = aboutOf(entry);
  return about !== undefined && pattern.matches(about);
}

/** The resource that an entry is about, written by it or not: that of a conflict, an abort, an announced draft. */
export function aboutOf({ meta }: LogEntry): string | undefined {
  const about = meta.extra?.['resource'];
  return typeof about === 'string' ? about : undefined;
}

/** What is told of an entry. */
export function itemOf(entry: LogEntry, epoch: string): FeedItem {
  const { conflictId, outcome, note, agents, resolvedBy, reason } = entry.meta;
  const about = aboutOf(entry);
  return {
    type: 'commit',
    cursor: cursorOf(epoch, entry.revision),
    revision: entry.revision,
    agent: entry.agent,
    commitId: entry.commitId,
    outcome,
    changes: entry.heads,
    ...(about === undefined ? {} : { about }),
    ...(outcome !== 'recorded' || reason === undefined ? {} : { reason }),
    ...(conflictId === undefined ? {} : { conflictId }),
    ...(resolvedBy === undefined ? {} : { resolvedBy }),
    ...(note === undefined ? {} : { note }),
    ...(agents === undefined ? {} : { agents }),
    at: entry.at,
  };
}
