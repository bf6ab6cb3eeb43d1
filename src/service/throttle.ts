// How many requests a key may send: a bucket that fills with time. Nothing of it is kept, and each server has its own.
import { EntenteError } from '../core/errors.ts';

export interface Throttle {
  /** Requests of one key in a minute, and the most that it may send at once. */
  readonly perMinute: number;
  /** Takes one request of a key; `rate-limited` with `retryAfterMs` where it has none left. */
  take(id: string): void;
  /** Gives back what was taken for a request that came to nothing new. */
  giveBack(id: string): void;
  /** What a key has left now. */
  quota(id: string): Quota;
}

export interface Quota {
  /** Requests that it may send at once. */
  readonly left: number;
  /** Milliseconds until it has all of them again; where none is left, until it has the next one. */
  readonly resetMs: number;
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

  const fill = (id: string): Bucket => {
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
    return bucket;
  };

  return {
    perMinute,
    take(id) {
      const bucket = fill(id);
      if (bucket.level < 1) {
        const retryAfterMs = Math.ceil((1 - bucket.level) / perMs);
        throw new EntenteError('rate-limited', `This key may send ${perMinute} requests a minute.`, {
          next: `Wait for ${Math.ceil(retryAfterMs / 1000)} s, then send the same request again.`,
          retryAfterMs,
        });
      }
      bucket.level -= 1;
    },
    giveBack(id) {
      const bucket = fill(id);
      bucket.level = Math.min(perMinute, bucket.level + 1);
    },
    quota(id) {
      const { level } = fill(id);
      const until = level < 1 ? 1 : perMinute;
      return { left: Math.floor(level), resetMs: Math.ceil((until - level) / perMs) };
    },
  };
}
