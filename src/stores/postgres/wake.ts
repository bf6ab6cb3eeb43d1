// Wake-ups: at once for commits of this process, for those of others by asking the spaces' revisions from time to time
// and by NOTIFY, which is a hint beside the asking and nothing more. Both run only while somebody waits.
import type { Space } from '../../core/resource.ts';
import { fromText, toText } from '../escaped-text.ts';
import type { Connection } from './connection.ts';

const SHORTEST_MS = 50;
const LONGEST_MS = 250;
/** NOTIFY takes a lock that all commits of the server share, so that it is sent apart from them, and seldom. */
const NOTIFY_MS = 50;

export interface Watch {
  /** This process has committed to the space. */
  notify(space: Space): void;
  wake(space: Space, signal: AbortSignal): AsyncIterable<void>;
  close(): Promise<void>;
}

interface Waiter {
  readonly space: Space;
  /** Something has happened since the last look. */
  due: boolean;
  ring: () => void;
}

export function createWatch(connection: Connection): Watch {
  const waiters = new Set<Waiter>();
  const seen = new Map<Space, number>();
  let timer: NodeJS.Timeout | undefined;
  let notifying: NodeJS.Timeout | undefined;
  let listening: Promise<{ unlisten(): Promise<void> } | undefined> | undefined;
  let interval = SHORTEST_MS;
  let closed = false;

  function ring(space: Space | undefined): void {
    for (const waiter of waiters) {
      if (space !== undefined && waiter.space !== space) continue;
      waiter.due = true;
      waiter.ring();
    }
  }

  async function look(): Promise<void> {
    const spaces = [...new Set([...waiters].map(({ space }) => space))];
    try {
      const rows = await connection.read('select name, revision from @.space where name = any($1::text[])', [
        spaces.map(toText),
      ]);
      interval = Math.min(LONGEST_MS, interval * 1.5);
      for (const row of rows) {
        const space = fromText(row['name'] as string) as Space;
        const revision = Number(row['revision']);
        if (seen.get(space) === revision) continue;
        seen.set(space, revision);
        interval = SHORTEST_MS;
        ring(space);
      }
    } catch {
      // Whoever waits finds out by itself what is wrong, at its next look at the log.
      interval = LONGEST_MS;
      ring(undefined);
    }
    timer = undefined;
    plan();
  }

  function plan(): void {
    if (waiters.size > 0 && !closed) timer ??= setTimeout(() => void look(), interval);
  }

  function listen(): void {
    listening ??= connection
      .listen(() => {
        clearTimeout(timer);
        timer = undefined;
        if (waiters.size > 0 && !closed) void look();
      })
      .catch(() => undefined);
  }

  async function* wake(space: Space, signal: AbortSignal): AsyncGenerator<void> {
    // Due from the start: what was committed between the caller's last look and this one rings nobody.
    const waiter: Waiter = { space, due: true, ring: () => undefined };
    const stop = (): void => waiter.ring();
    waiters.add(waiter);
    signal.addEventListener('abort', stop, { once: true });
    listen();
    plan();
    try {
      while (!signal.aborted && !closed) {
        if (!waiter.due) {
          await new Promise<void>((resolve) => {
            waiter.ring = resolve;
          });
        }
        if (signal.aborted || closed) return;
        waiter.due = false;
        yield;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      waiters.delete(waiter);
      if (waiters.size === 0) await rest();
    }
  }

  async function rest(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const subscription = listening;
    listening = undefined;
    await (await subscription)?.unlisten().catch(() => undefined);
  }

  return {
    notify(space) {
      ring(space);
      if (closed) return;
      notifying ??= setTimeout(() => {
        notifying = undefined;
        connection.notify().catch(() => undefined);
      }, NOTIFY_MS);
      notifying.unref();
    },
    wake,
    async close() {
      closed = true;
      clearTimeout(notifying);
      ring(undefined);
      await rest();
    },
  };
}
