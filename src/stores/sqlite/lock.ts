// Waiting for SQLite's write lock. SQLite's own busy handler starves processes: with it, two tight loops see waits of
// a second. So it is off (`busy_timeout = 0`) and we try again ourselves, after a short random pause each time.
import { isBusy, lockedFault } from './errors.ts';

export interface LockOptions {
  /** In [0, 1): jitter. */
  readonly random: () => number;
  /** Milliseconds until `store-locked`. */
  readonly timeoutMs: number;
  /** Where, for the message. */
  readonly place: string;
}

const SHORTEST_MS = 0.05;
const LONGEST_MS = 2;

/** Waits a random 0.05 to 2 ms without holding up the event loop. Timers count whole milliseconds: below, we turn. */
export async function pause(random: () => number): Promise<void> {
  const ms = SHORTEST_MS + random() * (LONGEST_MS - SHORTEST_MS);
  if (ms >= 1) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return;
  }
  const end = performance.now() + ms;
  do await new Promise((resolve) => setImmediate(resolve));
  while (performance.now() < end);
}

/** Runs `attempt` until it is not refused for a lock. It must leave nothing behind when it is refused. */
export async function withRetry<T>(attempt: () => T, options: LockOptions): Promise<T> {
  const start = performance.now();
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() - start > options.timeoutMs) throw lockedFault(options.place, options.timeoutMs);
    }
    await pause(options.random);
  }
}
