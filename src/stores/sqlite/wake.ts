// Wake-ups: at once for commits of this process, by looking at PRAGMA data_version for those of others. The look-out
// runs only while somebody waits, so it keeps no process alive that has nothing to wait for.
import type { Space } from '../../core/resource.ts';

const SHORTEST_MS = 50;
const LONGEST_MS = 250;

export interface Watch {
  notify(space: Space): void;
  wake(space: Space, signal: AbortSignal): AsyncIterable<void>;
  close(): void;
}

interface Waiter {
  readonly space: Space;
  /** Something has happened since the last look. */
  due: boolean;
  ring: () => void;
}

/** `dataVersion` answers a number that changes with every commit of another connection; it must not throw. */
export function createWatch(dataVersion: () => number): Watch {
  const waiters = new Set<Waiter>();
  let timer: NodeJS.Timeout | undefined;
  let interval = SHORTEST_MS;
  let seen = 0;
  let closed = false;

  function ringAll(space: Space | undefined): void {
    for (const waiter of waiters) {
      if (space !== undefined && waiter.space !== space) continue;
      waiter.due = true;
      waiter.ring();
    }
  }

  function look(): void {
    timer = undefined;
    const version = dataVersion();
    if (version !== seen) {
      seen = version;
      interval = SHORTEST_MS;
      ringAll(undefined);
    } else interval = Math.min(LONGEST_MS, interval * 1.5);
    plan();
  }

  function plan(): void {
    if (waiters.size > 0 && !closed) timer ??= setTimeout(look, interval);
  }

  async function* wake(space: Space, signal: AbortSignal): AsyncGenerator<void> {
    // Due from the start: what was committed between the caller's last look and this one rings nobody.
    const waiter: Waiter = { space, due: true, ring: () => undefined };
    const stop = (): void => waiter.ring();
    if (waiters.size === 0) seen = dataVersion();
    waiters.add(waiter);
    signal.addEventListener('abort', stop, { once: true });
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
      if (waiters.size === 0) {
        clearTimeout(timer);
        timer = undefined;
      }
    }
  }

  return {
    notify: ringAll,
    wake,
    close() {
      closed = true;
      clearTimeout(timer);
      ringAll(undefined);
    },
  };
}
