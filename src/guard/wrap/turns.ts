// Turns: one call at a time for each file, over all processes that wrap a server on it.
import type { createLock } from '../spool/lock.ts';

export type Lock = ReturnType<typeof createLock>;

/** Runs the work with all locks; whoever takes several takes them in one order, so that no two wait for each other. */
export function withAll<T>(locks: readonly Lock[], work: () => Promise<T>): Promise<T> {
  const [first, ...rest] = locks;
  return first === undefined ? work() : first(() => withAll(rest, work));
}

/** Runs works one after another, in the order in which they were given. */
export function createQueue(): (work: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (work) => {
    last = last.then(work);
    return last;
  };
}
