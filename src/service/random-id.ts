// Ids that nobody else has: of requests, and of writes without a token. The system is asked for random bytes in blocks,
// because one question for each id costs more than the rest of a small request's bookkeeping. What is not given out yet
// stays in memory, so that these are names and never secrets.
import { randomFillSync } from 'node:crypto';

const BLOCK = Buffer.allocUnsafeSlow(6144);
let used = BLOCK.length;

/** So many random bytes, at most 64, as base64url. */
export function randomId(bytes: number): string {
  if (used + bytes > BLOCK.length) {
    randomFillSync(BLOCK);
    used = 0;
  }
  used += bytes;
  return BLOCK.toString('base64url', used - bytes, used);
}
