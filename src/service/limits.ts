// Limits of the service, checked at the start: a limit that is no number would mean none.
import { EntenteError } from '../core/errors.ts';

export interface ServiceLimits {
  /** Bytes of a request's body. @default 12 MiB: 8 MiB of content as base64, and what stands around it */
  readonly bodyBytes: number;
  /** Milliseconds that a token holds. @default 24 h */
  readonly tokenTtlMs: number;
  /** Spaces that are kept open at once; the one used least recently is closed. @default 256 */
  readonly spaces: number;
  /** Milliseconds that a claim of a conflict holds. @default 15 min */
  readonly claimMs: number;
  /** Requests of one key in a minute. @default 60,000 */
  readonly requestsPerMinute: number;
  /** Feeds that one key may have open at once, and all keys together. @default 4 and 256 */
  readonly streamsPerKey: number;
  readonly streams: number;
  /** Milliseconds after which a feed ends, to be followed on from its cursor. @default 30 min */
  readonly streamMs: number;
  /** Bytes that may wait for a reader of a feed before it is dropped. @default 1 MiB */
  readonly streamQueueBytes: number;
}

export const DEFAULT_SERVICE_LIMITS: ServiceLimits = {
  bodyBytes: 12 * 1024 * 1024,
  tokenTtlMs: 24 * 60 * 60 * 1000,
  spaces: 256,
  claimMs: 15 * 60 * 1000,
  requestsPerMinute: 60_000,
  streamsPerKey: 4,
  streams: 256,
  streamMs: 30 * 60 * 1000,
  streamQueueBytes: 1024 * 1024,
};

export function parseServiceLimits(given: Partial<ServiceLimits> = {}): ServiceLimits {
  const limits = { ...DEFAULT_SERVICE_LIMITS };
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULT_SERVICE_LIMITS, name)) {
      const known = Object.keys(DEFAULT_SERVICE_LIMITS).join(', ');
      throw new EntenteError('misuse', `There is no limit ${JSON.stringify(name)}; there are ${known}.`);
    }
    if (value === undefined) continue;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
      throw new EntenteError('misuse', `The limit ${name} is a whole number of at least 1, not ${String(value)}.`);
    limits[name as keyof ServiceLimits] = value;
  }
  return limits;
}
