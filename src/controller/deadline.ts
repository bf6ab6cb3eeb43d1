// The deadline of an update, and the signal that tells a function of it. Both are made when they are first needed: a
// function that answers at once needs neither a timer nor a controller, and they would cost more than its commit.
import { timerMs } from './backoff.ts';

export interface Deadline {
  /** Aborts when the deadline passes or the caller's own signal does. */
  readonly signal: AbortSignal;
  /** Throws the reason when it is too late, or the caller has aborted. */
  check(): void;
  /** Rejects when it is too late: a function that ignores its signal is given up, its result is not used. */
  guard<T>(work: Promise<T>): Promise<T>;
  /** The deadline has passed, and the caller has not aborted. */
  passed(): boolean;
  end(): void;
}

export function createDeadline(ms: number, own: AbortSignal | undefined, tooLate: () => Error): Deadline {
  const until = performance.now() + ms;
  let timer: NodeJS.Timeout | undefined;
  let controller: AbortController | undefined;
  let signal: AbortSignal | undefined;

  function signalNow(): AbortSignal {
    if (signal !== undefined) return signal;
    const made = new AbortController();
    controller = made;
    const left = until - performance.now();
    if (left <= 0) made.abort(tooLate());
    else timer = setTimeout(() => made.abort(tooLate()), timerMs(left));
    signal = own === undefined ? made.signal : AbortSignal.any([own, made.signal]);
    return signal;
  }

  function isLate(): boolean {
    return controller === undefined ? performance.now() > until : controller.signal.aborted;
  }

  return {
    get signal() {
      return signalNow();
    },
    check() {
      own?.throwIfAborted();
      if (isLate()) throw controller?.signal.reason ?? tooLate();
    },
    guard(work) {
      const watched = signalNow();
      return new Promise((resolve, reject) => {
        const stop = (): void => reject(watched.reason as Error);
        // The function itself may have aborted: that event has been.
        if (watched.aborted) stop();
        watched.addEventListener('abort', stop, { once: true });
        work.then(resolve, reject).finally(() => watched.removeEventListener('abort', stop));
      });
    },
    passed: () => isLate() && own?.aborted !== true,
    end: () => clearTimeout(timer),
  };
}
