// Waiting, as an argument: what happens later is told to a scheduler, so that tests need not wait for it.

export interface Timers {
  /** Runs `work` once, after so many milliseconds. Answers what calls it off. */
  after(ms: number, work: () => void): () => void;
}

/** Those of the machine. They keep no process alive. */
export const realTimers: Timers = {
  after(ms, work) {
    const timer = setTimeout(work, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Runs `work` again and again, each time so many milliseconds after the last one. Answers what ends it. */
export function every(timers: Timers, ms: number, work: () => void): () => void {
  let cancel = timers.after(ms, run);
  function run(): void {
    cancel = timers.after(ms, run);
    work();
  }
  return () => cancel();
}
