// The in-process half of `wake`: who waits for a space hears soon after a commit to it. A hint only; missing one is
// harmless, because readers also look from time to time.
import type { Space } from '../core/resource.ts';

export interface Wakers {
  notify(space: Space): void;
  /** Yields after commits to the space, and at least every `everyMs`; ends with the signal or with `close`. */
  wake(space: Space, signal: AbortSignal, everyMs?: number): AsyncIterable<void>;
  close(): void;
}

export function createWakers(): Wakers {
  const waiting = new Map<Space, Set<() => void>>();
  let closed = false;

  function pause(space: Space, signal: AbortSignal, everyMs: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const members = waiting.get(space) ?? new Set();
      waiting.set(space, members);
      const timer = everyMs === undefined ? undefined : setTimeout(done, everyMs);
      function done(): void {
        clearTimeout(timer);
        members.delete(done);
        if (members.size === 0 && waiting.get(space) === members) waiting.delete(space);
        signal.removeEventListener('abort', done);
        resolve();
      }
      members.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  return {
    notify(space) {
      if (waiting.size === 0) return;
      const members = waiting.get(space);
      if (members === undefined) return;
      for (const done of [...members]) done();
    },
    async *wake(space, signal, everyMs) {
      while (!signal.aborted && !closed) {
        await pause(space, signal, everyMs);
        if (signal.aborted || closed) return;
        yield;
      }
    },
    close() {
      closed = true;
      for (const members of [...waiting.values()]) for (const done of [...members]) done();
    },
  };
}
