// How many requests a key may send: a bucket that fills with time. Nothing of it is kept, and each server has its own.
import { EntenteError } from '../core/errors.ts';

export interface Throttle {
  /** Takes one request of a key; `rate-limited` with `retryAfterMs` where it has none left. */
  take(id: string): void;
}

export interface ThrottleOptions {
  readonly perMinute: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

interface Bucket {
  level: number;
  at: number;
}

const MINUTE = 60_000;
const MAX_BUCKETS = 10_000;

export function createThrottle({ perMinute, clock }: ThrottleOptions): Throttle {
  const buckets = new Map<string, Bucket>();
  const perMs = perMinute / MINUTE;
  return {
    take(id) {
      const now = clock();
      let bucket = buckets.get(id);
      if (bucket === undefined) {
        // A key that was not seen for long has a full bucket again: forgetting it changes nothing.
        if (buckets.size >= MAX_BUCKETS) buckets.clear();
        bucket = { level: perMinute, at: now };
        buckets.set(id, bucket);
      }
      bucket.level = Math.min(perMinute, bucket.level + Math.max(0, now - bucket.at) * perMs);
      bucket.at = now;
      if (bucket.level < 1) {
        const retryAfterMs = Math.ceil((1 - bucket.level) / perMs);
        throw new EntenteError('rate-limited', `This key may send ${perMinute} requests a minute.`, {
          next: `Wait for ${Math.ceil(retryAfterMs / 1000)} s, then send the same request again.`,
          retryAfterMs,
        });
      }
      bucket.level -= 1;
    },
  };
}
