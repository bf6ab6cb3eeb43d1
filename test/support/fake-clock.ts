// Time for tests: a clock that stands until it is told to move, or moves by itself when nobody has anything else to do.

export interface FakeClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Moves time on and wakes who has slept long enough, in order. */
  advance(ms: number): Promise<void>;
  /** Waits in this clock's time; rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** How long all sleepers slept, by the ms they asked for. */
  readonly slept: readonly number[];
}

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

export interface FakeClockOptions {
  readonly start?: number;
  /** Moves to the next sleeper's time whenever the event loop has a turn to spare. @default false */
  readonly auto?: boolean;
}

export function createFakeClock(options: FakeClockOptions = {}): FakeClock {
  let time = options.start ?? Date.UTC(2026, 0, 1);
  const sleepers: Sleeper[] = [];
  const slept: number[] = [];
  let pumping = false;

  /** Wakes the first sleeper that is due by then; sleepers of one time wake in the order they came. */
  function wakeNext(by: number): boolean {
    const next = sleepers.reduce<Sleeper | undefined>(
      (first, one) => (first === undefined || one.until < first.until ? one : first),
      undefined,
    );
    if (next === undefined || next.until > by) return false;
    sleepers.splice(sleepers.indexOf(next), 1);
    time = Math.max(time, next.until);
    next.wake();
    return true;
  }

  function pump(): void {
    pumping = wakeNext(Number.POSITIVE_INFINITY) && sleepers.length > 0;
    if (pumping) setImmediate(pump);
  }

  return {
    slept,
    now: () => time,
    async advance(ms) {
      const until = time + ms;
      while (wakeNext(until)) await new Promise((resolve) => setImmediate(resolve));
      time = until;
    },
    sleep(ms, signal) {
      slept.push(ms);
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason as Error);
          return;
        }
        const sleeper: Sleeper = { until: time + ms, wake: done };
        function done(): void {
          signal?.removeEventListener('abort', stop);
          resolve();
        }
        function stop(): void {
          sleepers.splice(sleepers.indexOf(sleeper), 1);
          reject(signal?.reason as Error);
        }
        signal?.addEventListener('abort', stop, { once: true });
        sleepers.push(sleeper);
        if (options.auto === true && !pumping) {
          pumping = true;
          setImmediate(pump);
        }
      });
    },
  };
}
