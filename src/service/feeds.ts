// The feeds of a service: a tail for each space that somebody follows, and a bounded number of readers. A reader ends
// after a time, with its key, or with the server; it goes on from its cursor with a new request.
import { startOf } from '../controller/feed.ts';
import { EntenteError } from '../core/errors.ts';
import type { Space } from '../core/resource.ts';
import type { LogEntry, Store } from '../stores/store.ts';
import { parsePattern } from '../strategies/pattern.ts';
import { createSession, type FeedEnd, type FeedSession } from './feed-session.ts';
import { openTail, type Tail } from './feed-tail.ts';
import type { Keys } from './keys.ts';
import type { ServiceLimits } from './limits.ts';
import type { Call } from './operation.ts';
import type { Principal } from './principal.ts';
import { absent, mayAny } from './rights.ts';
import { every, type Timers } from './timers.ts';

/** A key that is revoked or expires closes its streams within this and the five seconds that a key is remembered. */
const KEY_CHECK_MS = 10_000;
const RETRY_MS = 5000;
/** The `since` of who wants nothing that was before. */
export const NOW = 'now';

export interface FollowInput {
  /** A cursor, or `now`. @default the oldest entry that is kept */
  readonly since?: string;
  readonly pattern?: string;
}

export interface Feeds {
  /**
   * Begins to follow a space. `rate-limited` where too many are open, `gone` and `epoch-changed` where the cursor is no
   * longer of use, `misuse` for what is none.
   */
  open(call: Call, input: FollowInput): Promise<FeedSession>;
  /** How many are open. */
  count(): number;
  /** Ends all, and refuses new ones. */
  close(): void;
}

export interface FeedsOptions {
  readonly store: Store;
  readonly keys: Keys;
  readonly limits: ServiceLimits;
  readonly timers: Timers;
  readonly onEntries?: (entries: readonly LogEntry[]) => void;
}

function tooMany(what: string): EntenteError {
  return new EntenteError('rate-limited', `${what} feeds are open, and no more are served at once.`, {
    next: 'Close one of them, or follow several patterns with one.',
    retryAfterMs: RETRY_MS,
  });
}

interface Shared {
  readonly tail: Promise<Tail>;
  readers: number;
}

export function createFeeds({ store, keys, limits, timers, onEntries }: FeedsOptions): Feeds {
  const tails = new Map<Space, Shared>();
  const open = new Map<AbortController, string>();
  let closed = false;

  function join(space: Space): Shared {
    const known = tails.get(space);
    if (known !== undefined) {
      known.readers += 1;
      return known;
    }
    const forget = (): void => {
      if (tails.get(space) === shared) tails.delete(space);
    };
    const tail = openTail({ store, space, timers, onEnd: forget, ...(onEntries === undefined ? {} : { onEntries }) });
    const shared: Shared = { tail, readers: 1 };
    tail.catch(forget);
    tails.set(space, shared);
    return shared;
  }

  function leave(space: Space, shared: Shared): void {
    shared.readers -= 1;
    if (shared.readers > 0) return;
    if (tails.get(space) === shared) tails.delete(space);
    shared.tail.then((tail) => tail.close()).catch(() => undefined);
  }

  /** A place among the open ones, taken at once so that two requests do not both get the last. */
  function takePlace(principal: Principal): AbortController {
    const own = [...open.values()].filter((id) => id === principal.id).length;
    if (own >= limits.streamsPerKey) throw tooMany(`${own} of your`);
    if (open.size >= limits.streams) throw tooMany(`${open.size}`);
    const stop = new AbortController();
    open.set(stop, principal.id);
    return stop;
  }

  async function startAt(call: Call, tail: Tail, since: string | undefined): Promise<number> {
    if (since === NOW) return tail.at();
    const { epoch, after } = await startOf({ store, space: call.space }, since);
    if (epoch !== tail.epoch) throw new EntenteError('store-unavailable', 'The store is being restored.');
    // The log says at once where it no longer reaches back to the cursor.
    if (tail.buffered(after) === undefined) await tail.logged(after);
    return after;
  }

  function watch(call: Call, stop: AbortController): { readonly principal: () => Principal; end(): void } {
    let { principal } = call;
    const check = async (): Promise<void> => {
      const now = await keys.principal(principal.id).catch(() => principal);
      if (now === undefined) stop.abort('key' satisfies FeedEnd);
      else principal = now;
    };
    const ends = [
      timers.after(limits.streamMs, () => stop.abort('life' satisfies FeedEnd)),
      every(timers, KEY_CHECK_MS, () => void check()),
    ];
    return {
      principal: () => principal,
      end() {
        for (const end of ends) end();
      },
    };
  }

  return {
    async open(call, { since, pattern: text }) {
      const { principal, space } = call;
      if (closed) throw new EntenteError('store-unavailable', 'The server is stopping.', { retryAfterMs: RETRY_MS });
      if (!mayAny(principal, 'read', space)) throw absent('The feed of this space');
      const pattern = text === undefined ? undefined : parsePattern(text);
      const stop = takePlace(principal);
      const shared = join(space);
      const ends: (() => void)[] = [() => open.delete(stop), () => leave(space, shared)];
      const close = (): void => {
        for (const end of ends.splice(0)) end();
        stop.abort('closed' satisfies FeedEnd);
      };
      try {
        const tail = await shared.tail;
        const after = await startAt(call, tail, since);
        const watched = watch(call, stop);
        ends.push(watched.end);
        const viewer = () => ({
          principal: watched.principal(),
          space,
          ...(pattern === undefined ? {} : { pattern }),
        });
        return createSession({ tail, after, viewer, signal: stop.signal, close });
      } catch (error) {
        close();
        throw error;
      }
    },
    count: () => open.size,
    close() {
      closed = true;
      for (const stop of open.keys()) stop.abort('shutdown' satisfies FeedEnd);
    },
  };
}
