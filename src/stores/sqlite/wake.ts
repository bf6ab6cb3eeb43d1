// Wake-ups: at once for commits of this process, by looking at PRAGMA data_version for those of others.
import type { Space } from '../../core/resource.ts';
import { createWaiters } from '../waiters.ts';

const SHORTEST_MS = 50;
const LONGEST_MS = 250;

export interface Watch {
  notify(space: Space): void;
  wake(space: Space, signal: AbortSignal): AsyncIterable<void>;
  close(): void;
}

/** `dataVersion` answers a number that changes with every commit of another connection; it must not throw. */
export function createWatch(dataVersion: () => number): Watch {
  let timer: NodeJS.Timeout | undefined;
  let interval = SHORTEST_MS;
  let seen = 0;
  let closed = false;

  const waiters = createWaiters({
    begin() {
      if (waiters.count === 1) seen = dataVersion();
      plan();
    },
    end: rest,
  });

  function look(): void {
    timer = undefined;
    const version = dataVersion();
    if (version !== seen) {
      seen = version;
      interval = SHORTEST_MS;
      waiters.ring();
    } else interval = Math.min(LONGEST_MS, interval * 1.5);
    plan();
  }

  function plan(): void {
    if (waiters.count > 0 && !closed) timer ??= setTimeout(look, interval);
  }

  function rest(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  return {
    notify: waiters.ring,
    wake: waiters.wake,
    close() {
      closed = true;
      rest();
      waiters.close();
    },
  };
}
