// What a key may still send, told with every answer to it: `RateLimit-Policy` and `RateLimit` as structured fields
// (draft-ietf-httpapi-ratelimit-headers-11). They are advice; `Retry-After` on a 429 is what counts.
import type { FastifyReply } from 'fastify';
import type { Throttle } from '../service/throttle.ts';

/** Seconds in which a key gets back all that it may send. */
const WINDOW = 60;

/** Says what the key has left now; said again, it is the newer number that goes out. */
export function sayQuota(reply: FastifyReply, throttle: Throttle, id: string): void {
  const { left, resetMs } = throttle.quota(id);
  reply.header('ratelimit-policy', `"default";q=${throttle.perMinute};w=${WINDOW}`);
  reply.header('ratelimit', `"default";r=${left};t=${Math.ceil(resetMs / 1000)}`);
}
