// The part of a log that begins at a time. Times are for display, and a log is in the order of its revisions: the place
// is found by looking at few entries, and where clocks disagree it is off by as much as they are.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EntenteError } from '../core/errors.ts';
import type { Space } from '../core/resource.ts';
import type { LogEntry, Store } from '../stores/store.ts';

const PAGE = 500;
const SAMPLES = 8;
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

/** How far one entry is from the next, at some places between: the revisions of a store may have holes. */
async function distanceOf(store: Store, space: Space, from: number, to: number): Promise<number> {
  let [distance, gaps] = [0, 0];
  for (let place = 0; place < SAMPLES; place += 1) {
    const page = await store.log(space, from + Math.floor(((to - from) * place) / SAMPLES), PAGE);
    const [first, last] = page.status === 'ok' ? [page.entries[0], page.entries.at(-1)] : [];
    if (page.status !== 'ok' || first === undefined || last === undefined) continue;
    distance += last.revision - first.revision;
    gaps += page.entries.length - 1;
  }
  return gaps === 0 ? 1 : distance / gaps;
}

/** The entries from a time on, up to what is there now; where they are more than `most`, about that many, the last ones. */
export async function logSince(
  store: Store,
  space: Space,
  since: number,
  most: number = MAX_ENTRIES,
): Promise<LogRange> {
  const { revision, trimmed } = await store.read(space, []);
  const start = await placeOf(store, space, since, trimmed, revision);
  const isShort = revision - start <= most;
  const reach = isShort ? most : Math.ceil(most * (await distanceOf(store, space, start, revision)));
  const from = Math.max(start, revision - reach);
  const complete = from === start && (start > trimmed || trimmed === 0);
  return { entries: entriesOf(store, space, from, revision), complete };
}
