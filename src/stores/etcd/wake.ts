// Wake-ups: at once for commits of this process, for those of others by one watch for all who wait and, beside it, by a
// slow clock, since a watch may be lost, late or told too little. Both run only while somebody waits.
import type { Space } from '../../core/resource.ts';
import { createWaiters } from '../waiters.ts';
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

export function createWatch({ client, keys }: Opened): Watch {
  const waiters = createWaiters({ begin: start, end: stop });
  let running: AbortController | undefined;
  let closed = false;

  async function follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const touched of client.watch(under(keys.allLasts()), signal)) {
          // An answer without events says that the watch has begun: what came before it is looked for.
          if (touched.length === 0) waiters.ring();
          for (const space of new Set(touched.map(keys.spaceOfLast))) waiters.ring(space as Space);
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
    const clock = setInterval(() => waiters.ring(), CLOCK_MS);
    signal.addEventListener('abort', () => clearInterval(clock), { once: true });
    void follow(signal);
  }

  function stop(): void {
    running?.abort();
    running = undefined;
  }

  return {
    notify: (space) => waiters.ring(space as Space),
    wake: waiters.wake,
    close() {
      closed = true;
      stop();
      waiters.close();
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
