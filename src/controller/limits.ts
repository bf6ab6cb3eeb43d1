// Limits and their defaults. A limit that is no number would mean none, so it is refused at the start.
import { EntenteError } from '../core/errors.ts';
import type { Limits } from './types.ts';

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: Limits = {
  contentBytes: 8 * MIB,
  mergeBytes: 2 * MIB,
  mergeLines: 50_000,
  jsonDepth: 5000,
  jsonNodes: 200_000,
  mergeMs: 500,
  customMs: 5000,
  swaps: 64,
  settleMs: 10_000,
  draftMs: 30 * 60 * 1000,
};

export function parseLimits(given: Partial<Limits> = {}): Limits {
  const limits = { ...DEFAULT_LIMITS };
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
      throw new EntenteError(
        'misuse',
        `There is no limit ${JSON.stringify(name)}; there are ${Object.keys(DEFAULT_LIMITS).join(', ')}.`,
      );
    }
    if (value === undefined) continue;
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
      throw new EntenteError('misuse', `The limit ${name} is a number of at least 0, not ${String(value)}.`);
    }
    limits[name as keyof Limits] = value;
  }
  return limits;
}
