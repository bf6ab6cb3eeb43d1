// Timers that stand still until they are told how much time has passed.
import type { Timers } from '../../src/service/timers.ts';

export interface FakeTimers extends Timers {
  /** Lets time pass: runs what is due, in order, with turns of the event loop between. */
  pass(ms: number): Promise<void>;
  /** How many wait. */
  waiting(): number;
}

interface Waiting {
  readonly at: number;
  readonly work: () => void;
}

/** Waits shorter than `real` milliseconds pass by themselves. */
export function createFakeTimers(real: number = 0): FakeTimers {
  const waiting = new Set<Waiting>();
  let now = 0;
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const first = (by: number): Waiting | undefined =>
    [...waiting].filter(({ at }) => at <= by).sort((a, b) => a.at - b.at)[0];
  return {
    after(ms, work) {
      if (ms < real) {
        const timer = setTimeout(work, ms);
        return () => clearTimeout(timer);
      }
      const entry = { at: now + ms, work };
      waiting.add(entry);
      return () => waiting.delete(entry);
    },
    waiting: () => waiting.size,
    async pass(ms) {
      const until = now + ms;
      for (let due = first(until); due !== undefined; due = first(until)) {
        waiting.delete(due);
        now = due.at;
        due.work();
        for (let count = 0; count < 5; count += 1) await turn();
      }
      now = until;
    },
  };
}
