// The tail of a space's log: one reader of the store for all who follow the space. What it read last stays in a bounded
// buffer that they take from; who is further behind reads the log until it has come up to the buffer.
import { cursorOf, itemOf } from '../controller/feed.ts';
import { EntenteError } from '../core/errors.ts';
import type { Space } from '../core/resource.ts';
import type { LogEntry, Store } from '../stores/store.ts';
import type { Timers } from './timers.ts';

const PAGE = 500;
const BUFFERED = 2048;
/** After a look that found something the next one waits so long: many commits then cost one look and one write a reader. */
const GATHER_MS = 15;

/** An entry of the log, with its text as who may see all of it gets it: made once for all of them. */
export interface Told {
  readonly entry: LogEntry;
  readonly cursor: string;
  whole(): string;
}

export interface Tail {
  readonly epoch: string;
  /** The revision that has been read up to. Throws what ended the tail. */
  at(): number;
  /** All entries after a revision, where the buffer reaches back to it. */
  buffered(after: number): readonly Told[] | undefined;
  /** The next entries after a revision from the log itself. Throws `gone` where it no longer reaches back. */
  logged(after: number): Promise<readonly Told[]>;
  /** Resolves once there are entries after a revision, or with the signal; rejects with what ended the tail. */
  moved(after: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface TailOptions {
  readonly store: Store;
  readonly space: Space;
  readonly timers: Timers;
  /** Told of each look that found something. */
  readonly onEntries?: (entries: readonly LogEntry[]) => void;
  /** Told once, when the tail cannot go on. */
  readonly onEnd: () => void;
}

function told(entry: LogEntry, epoch: string): Told {
  let text: string | undefined;
  return {
    entry,
    cursor: cursorOf(epoch, entry.revision),
    whole() {
      text ??= JSON.stringify(itemOf(entry, epoch));
      return text;
    },
  };
}

export function logGone(epoch: string, oldest: number): EntenteError {
  const cursor = cursorOf(epoch, oldest);
  return new EntenteError('gone', 'The log no longer reaches back to this cursor.', {
    next: `Read the current state, then go on from ${cursor}.`,
    oldest: cursor,
  });
}

function epochChanged(): EntenteError {
  return new EntenteError('epoch-changed', 'The cursor belongs to another history of this store.', {
    next: 'Read the current state, and follow the feed from `since=now`.',
  });
}

/** The first place in entries by revision that is after one. */
function placeAfter(entries: readonly Told[], after: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.entry.revision ?? 0) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}

export async function openTail({ store, space, timers, onEntries, onEnd }: TailOptions): Promise<Tail> {
  const stop = new AbortController();
  // Waiting starts before the first look: a commit in between is not slept through.
  const wake = store.wake(space, stop.signal)[Symbol.asyncIterator]();
  const { epoch, revision } = await store.read(space, []);
  /** Everything after `floor` up to `at` is in the buffer. */
  let [floor, at] = [revision, revision];
  let buffer: Told[] = [];
  let failure: unknown;
  const waiting = new Set<() => void>();

  const release = (): void => {
    const due = [...waiting];
    waiting.clear();
    for (const resume of due) resume();
  };

  const entriesAfter = async (after: number): Promise<readonly Told[]> => {
    const page = await store.log(space, after, PAGE);
    // Revisions of a restored store mean other commits, from the first one on.
    if ((await store.epoch()) !== epoch) throw epochChanged();
    if (page.status === 'gone') throw logGone(epoch, page.oldest);
    return page.entries.map((entry) => told(entry, epoch));
  };

  const take = (entries: readonly Told[]): void => {
    buffer.push(...entries);
    at = entries.at(-1)?.entry.revision ?? at;
    if (buffer.length > 2 * BUFFERED) {
      const dropped = buffer.length - BUFFERED;
      floor = buffer[dropped - 1]?.entry.revision ?? floor;
      buffer = buffer.slice(dropped);
    }
    onEntries?.(entries.map(({ entry }) => entry));
    release();
  };

  const gather = (): Promise<void> => new Promise((resolve) => timers.after(GATHER_MS, resolve));

  const run = async (): Promise<void> => {
    let woken: Promise<IteratorResult<void>> | undefined;
    while (!stop.signal.aborted) {
      // One call waits at a time: a second one would stand in line behind it, and sleep through what woke the first.
      woken ??= wake.next();
      // A fault of the waiting is heard below, or in the log; unheard it would end the process.
      woken.catch(() => undefined);
      const entries = await entriesAfter(at);
      if (entries.length > 0) take(entries);
      if (entries.length === PAGE) continue;
      const pause = entries.length > 0 ? gather() : undefined;
      if ((await woken).done === true && !stop.signal.aborted)
        throw new EntenteError('store-unavailable', 'The store is closed.');
      woken = undefined;
      await pause;
    }
  };

  const end = (error: unknown): void => {
    failure ??= error;
    stop.abort();
    release();
    onEnd();
  };
  run().catch(end);

  return {
    epoch,
    at() {
      if (failure !== undefined) throw failure;
      return at;
    },
    buffered(after) {
      if (failure !== undefined) throw failure;
      return after < floor ? undefined : buffer.slice(placeAfter(buffer, after));
    },
    logged: entriesAfter,
    moved(after, signal) {
      if (failure !== undefined) return Promise.reject(failure as Error);
      if (at > after || signal.aborted) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const resume = (): void => {
          waiting.delete(resume);
          signal.removeEventListener('abort', resume);
          if (failure === undefined) resolve();
          else reject(failure as Error);
        };
        waiting.add(resume);
        signal.addEventListener('abort', resume, { once: true });
      });
    },
    close: () => stop.abort(),
  };
}
