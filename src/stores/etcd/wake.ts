// Wake-ups: at once for commits of this process, for those of others by one watch for all who wait and, beside it, by a
// slow clock, since a watch may be lost, late or told too little. Both run only while somebody waits.
import type { Space } from '../../core/resource.ts';
import type { Opened } from './opened.ts';
import { under } from './wire.ts';

/** Everybody is woken so often, whatever the watch says. */
const CLOCK_MS = 2000;
/** Before a watch that ended is begun again. */
const AGAIN_MS = 250;

export interface Watch {
  /** This process has committed to the space. */
  notify(space: string): void;
  wake(space: Space, signal: AbortSignal): AsyncIterable<void>;
  close(): void;
}

interface Waiter {
  readonly space: string;
  /** Something has happened since the last look. */
  due: boolean;
  ring: () => void;
}

export function createWatch({ client, keys }: Opened): Watch {
  const waiters = new Set<Waiter>();
  let running: AbortController | undefined;
  let closed = false;

  function ring(space?: string): void {
    for (const waiter of waiters) {
      if (space !== undefined && waiter.space !== space) continue;
      waiter.due = true;
      waiter.ring();
    }
  }

  async function follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const touched of client.watch(under(keys.allLasts()), signal)) {
          // An answer without events says that the watch has begun: what came before it is looked for.
          if (touched.length === 0) ring();
          for (const space of new Set(touched.map(keys.spaceOfLast))) ring(space);
        }
      } catch {
        // Whoever waits finds out by itself what is wrong, at its next look at the log.
      }
      await pause(AGAIN_MS, signal);
    }
  }

  function start(): void {
    if (running !== undefined || closed) return;
    running = new AbortController();
    const { signal } = running;
    const clock = setInterval(() => ring(), CLOCK_MS);
    signal.addEventListener('abort', () => clearInterval(clock), { once: true });
    void follow(signal);
  }

  function stop(): void {
    running?.abort();
    running = undefined;
  }

  async function* wake(space: Space, signal: AbortSignal): AsyncGenerator<void> {
    // Due from the start: what was committed between the caller's last look and this one rings nobody.
    const waiter: Waiter = { space, due: true, ring: () => undefined };
    const end = (): void => waiter.ring();
    waiters.add(waiter);
    signal.addEventListener('abort', end, { once: true });
    start();
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
      signal.removeEventListener('abort', end);
      waiters.delete(waiter);
      if (waiters.size === 0) stop();
    }
  }

  return {
    notify: ring,
    wake,
    close() {
      closed = true;
      stop();
      ring();
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
