// One reader of a feed: where it starts, what it gets next, and why it ends.
import { cursorOf } from '../controller/feed.ts';
import type { Tail, Told } from './feed-tail.ts';
import { textFor, type Viewer } from './feed-view.ts';

/** Why a stream ends that could have gone on. */
export type FeedEnd = 'life' | 'key' | 'shutdown' | 'closed';

export interface FeedText {
  /** To go on after this item. */
  readonly cursor: string;
  /** The item as JSON. */
  readonly text: string;
}

export interface FeedBatch {
  readonly items: readonly FeedText[];
  /** Where the batch ends, hidden entries included. */
  readonly cursor: string;
  /** The reader has come up to the head before: what comes now is new, and it is not waited for. */
  readonly live: boolean;
}

export interface FeedSession {
  /** Where it starts, and the head of the space at that moment. */
  readonly start: string;
  readonly head: string;
  /** Aborted with a `FeedEnd` as its reason. */
  readonly signal: AbortSignal;
  /** What comes, in order, until the signal. Throws `gone` and `epoch-changed` where something would be missed. */
  batches(): AsyncGenerator<FeedBatch>;
  close(): void;
}

export interface SessionOptions {
  readonly tail: Tail;
  /** The revision that it starts after. */
  readonly after: number;
  /** Asked for each batch: grants may have changed. */
  readonly viewer: () => Viewer;
  readonly signal: AbortSignal;
  readonly close: () => void;
}

export function createSession({ tail, after, viewer, signal, close }: SessionOptions): FeedSession {
  const { epoch } = tail;

  function batchOf(entries: readonly Told[], live: boolean): FeedBatch {
    const view = viewer();
    const items: FeedText[] = [];
    for (const told of entries) {
      const text = textFor(told, epoch, view);
      if (text !== undefined) items.push({ cursor: told.cursor, text });
    }
    return { items, cursor: entries.at(-1)?.cursor ?? '', live };
  }

  async function* batches(): AsyncGenerator<FeedBatch> {
    let reached = after;
    let live = false;
    while (!signal.aborted) {
      const entries = tail.buffered(reached) ?? (await tail.logged(reached));
      const last = entries.at(-1);
      if (last === undefined) {
        live = true;
        await tail.moved(reached, signal);
      } else {
        reached = last.entry.revision;
        // What was read before the end is told, but not to who may see nothing any more.
        if (signal.reason !== ('key' satisfies FeedEnd)) yield batchOf(entries, live);
      }
    }
  }

  return { start: cursorOf(epoch, after), head: cursorOf(epoch, tail.at()), signal, batches, close };
}
