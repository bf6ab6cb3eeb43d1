// Wake-ups: at once for commits of this process, for those of others by asking the spaces' revisions from time to time
// and by NOTIFY, which is a hint beside the asking and nothing more.
import type { Space } from '../../core/resource.ts';
import { fromText, toText } from '../escaped-text.ts';
import { createWaiters } from '../waiters.ts';
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

export function createWatch(connection: Connection): Watch {
  const seen = new Map<Space, number>();
  let timer: NodeJS.Timeout | undefined;
  let notifying: NodeJS.Timeout | undefined;
  let listening: Promise<{ unlisten(): Promise<void> } | undefined> | undefined;
  let interval = SHORTEST_MS;
  let closed = false;

  const waiters = createWaiters({
    begin() {
      listen();
      plan();
    },
    end: rest,
  });

  async function look(): Promise<void> {
    try {
      const rows = await connection.read('select name, revision from @.space where name = any($1::text[])', [
        waiters.spaces().map(toText),
      ]);
      interval = Math.min(LONGEST_MS, interval * 1.5);
      for (const row of rows) {
        const space = fromText(row['name'] as string) as Space;
        const revision = Number(row['revision']);
        if (seen.get(space) === revision) continue;
        seen.set(space, revision);
        interval = SHORTEST_MS;
        waiters.ring(space);
      }
    } catch {
      // Whoever waits finds out by itself what is wrong, at its next look at the log.
      interval = LONGEST_MS;
      waiters.ring();
    }
    timer = undefined;
    plan();
  }

  function plan(): void {
    if (waiters.count > 0 && !closed) timer ??= setTimeout(() => void look(), interval);
  }

  function listen(): void {
    listening ??= connection
      .listen(() => {
        clearTimeout(timer);
        timer = undefined;
        if (waiters.count > 0 && !closed) void look();
      })
      .catch(() => undefined);
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
      waiters.ring(space);
      if (closed) return;
      notifying ??= setTimeout(() => {
        notifying = undefined;
        connection.notify().catch(() => undefined);
      }, NOTIFY_MS);
      notifying.unref();
    },
    wake: waiters.wake,
    async close() {
      closed = true;
      clearTimeout(notifying);
      waiters.close();
      await rest();
    },
  };
}
