// The part of a log that begins at a time. Times are for display, and a log is in the order of its revisions: the place
// is found by looking at few entries, and where clocks disagree it is off by as much as they are.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EntenteError } from '../core/errors.ts';
import type { Space } from '../core/resource.ts';
import type { LogEntry, Store } from '../stores/store.ts';

const PAGE = 500;
/** About how many entries are looked at for one answer. */
const MAX_ENTRIES = 100_000;

export interface LogRange {
  readonly entries: AsyncGenerator<LogEntry>;
  /** False: the log is trimmed, or longer than what is looked at, and what is told begins later. */
  readonly complete: boolean;
}

async function entryAfter(store: Store, space: Space, revision: number): Promise<LogEntry | undefined> {
  const page = await store.log(space, revision, 1);
  return page.status === 'ok' ? page.entries[0] : undefined;
}

/** Whether there is one between two places, or was before it was trimmed. */
async function hasEntries(store: Store, space: Space, from: number, to: number): Promise<boolean> {
  const page = await store.log(space, from, 1);
  return page.status === 'gone' || (page.entries[0]?.revision ?? Number.POSITIVE_INFINITY) <= to;
}

/** The largest revision up to which all entries are older than the time. */
async function placeOf(store: Store, space: Space, since: number, from: number, to: number): Promise<number> {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const entry = await entryAfter(store, space, middle);
    if (entry === undefined || entry.at >= since) high = middle;
    else low = entry.revision;
  }
  return low;
}

async function* entriesOf(store: Store, space: Space, from: number, to: number): AsyncGenerator<LogEntry> {
  let after = from;
  while (after < to) {
    const page = await store.log(space, after, PAGE);
    if (page.status === 'gone') {
      throw new EntenteError('gone', 'The log was trimmed while it was being read.', { next: 'Ask again.' });
    }
    if (page.entries.length === 0) return;
    for (const entry of page.entries) {
      if (entry.revision > to) return;
      yield entry;
      after = entry.revision;
    }
    // A store in memory answers at once: whoever else waits gets a turn between two pages.
    await nextTurn();
  }
}

/** The revisions of the entries between two places; undefined where they are clearly more than `most`. */
async function revisionsOf(
  store: Store,
  space: Space,
  from: number,
  to: number,
  most: number,
): Promise<number[] | undefined> {
  const revisions: number[] = [];
  let [pageStart, pageCount] = [from, 0];
  for await (const { revision } of entriesOf(store, space, from, to)) {
    revisions.push(revision);
    pageCount += 1;
    if (pageCount < PAGE) continue;
    // What is still to come if it lies as close as this page.
    const rest = ((to - revision) * pageCount) / (revision - pageStart);
    if (revisions.length + rest > most && revision < to) return undefined;
    [pageStart, pageCount] = [revision, 0];
  }
  return revisions;
}

/**
 * The place after which no more than `most` entries come, not before `from`. The revisions of a store may have holes of
 * any width, so entries are counted, backwards in windows: twice as wide after one that had too few, half as wide where
 * one has so many that to read it all would cost more than to find its newer half.
 */
async function lastOf(store: Store, space: Space, from: number, to: number, most: number): Promise<number> {
  // No two entries have one revision.
  if (to - from <= most) return from;
  if (store.capabilities.gapless) return to - most;
  let [place, missing, width] = [to, most, most];
  while (place > from && missing > 0) {
    const start = Math.max(from, place - width);
    const revisions = await revisionsOf(store, space, start, place, 2 * missing + PAGE);
    if (revisions === undefined) {
      width = Math.max(missing, Math.floor(width / 2));
      continue;
    }
    const before = revisions.at(-missing - 1);
    if (before !== undefined) return before;
    [place, missing, width] = [start, missing - revisions.length, width * 2];
  }
  return place;
}

/** The entries from a time on, up to what is there now; where they are more than `most`, the last ones of them. */
export async function logSince(
  store: Store,
  space: Space,
  since: number,
  most: number = MAX_ENTRIES,
): Promise<LogRange> {
  const { revision, trimmed } = await store.read(space, []);
  const start = await placeOf(store, space, since, trimmed, revision);
  const from = await lastOf(store, space, start, revision, most);
  const complete =
    (start > trimmed || trimmed === 0) && (from === start || !(await hasEntries(store, space, start, from)));
  return { entries: entriesOf(store, space, from, revision), complete };
}
