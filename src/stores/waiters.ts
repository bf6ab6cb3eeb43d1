// Who waits for a space, for the stores that have to look for what other processes commit: each is rung at once for a
// commit of this process, and a look-out runs only while somebody waits, so that it keeps no process alive without need.
import type { Space } from '../core/resource.ts';

interface Waiter {
  readonly space: Space;
  /** Something has happened since the last look. */
  due: boolean;
  ring: () => void;
}

export interface LookOut {
  /** Somebody has begun to wait; called for each, also while others do. */
  readonly begin: () => void;
  /** Nobody waits any more. */
  readonly end: () => void | Promise<void>;
}

export interface Waiters {
  readonly count: number;
  /** Each space for which somebody waits, once. */
  spaces(): Space[];
  /** Wakes those who wait for the space; without one, all. */
  ring(space?: Space): void;
  /** As the contract has it: a wake-up says that it pays to look, and one is due from the start. */
  wake(space: Space, signal: AbortSignal): AsyncGenerator<void>;
  /** Ends every wait. */
  close(): void;
}

export function createWaiters({ begin, end }: LookOut): Waiters {
  const waiters = new Set<Waiter>();
  let closed = false;

  function ring(space?: Space): void {
    for (const waiter of waiters) {
      if (space !== undefined && waiter.space !== space) continue;
      waiter.due = true;
      waiter.ring();
    }
  }

  async function* wake(space: Space, signal: AbortSignal): AsyncGenerator<void> {
    // Due from the start: what was committed between the caller's last look and this one rings nobody.
    const waiter: Waiter = { space, due: true, ring: () => undefined };
    const stop = (): void => waiter.ring();
    waiters.add(waiter);
    signal.addEventListener('abort', stop, { once: true });
    begin();
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
      if (waiters.size === 0) await end();
    }
  }

  return {
    get count() {
      return waiters.size;
    },
    spaces: () => [...new Set([...waiters].map(({ space }) => space))],
    ring,
    wake,
    close() {
      closed = true;
      ring();
    },
  };
}
