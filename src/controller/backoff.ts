// Full jitter (AWS Architecture Blog, "Exponential Backoff and Jitter", 2015): rand(0, min(cap, base · 2^n)).
import type { Context } from './context.ts';

const BASE_MS = 10;
const CAP_MS = 2000;

export function jitter(context: Pick<Context, 'random'>, losses: number): number {
  return context.random() * Math.min(CAP_MS, BASE_MS * 2 ** Math.min(losses, 20));
}

/** What a timer takes at most: a longer time, which it would take for none, is as good as for ever. */
const LONGEST_MS = 2 ** 31 - 1;

export function timerMs(ms: number): number {
  return Math.min(ms, LONGEST_MS);
}

/** Waits; rejects with the signal's reason when it aborts. */
export function defaultSleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, timerMs(ms));
    function stop(): void {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    }
    signal?.addEventListener('abort', stop, { once: true });
  });
}
