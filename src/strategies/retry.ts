// Hand the change back with a packet, so many times; after that a person decides.
import { EntenteError } from '../core/errors.ts';
import type { Facts, Verdict } from './facts.ts';
import type { Retry } from './types.ts';

/** `maxAttempts`: how many `retry` outcomes a chain of tokens gets before the change is escalated. At least 0. */
export function retry(options: { readonly maxAttempts: number }): Retry {
  const maxAttempts: unknown = options?.maxAttempts;
  if (typeof maxAttempts !== 'number' || !Number.isSafeInteger(maxAttempts) || maxAttempts < 0) {
    throw new EntenteError(
      'misuse',
      `retry() takes maxAttempts as a whole number of at least 0, not ${String(maxAttempts)}.`,
    );
  }
  return { name: 'retry', maxAttempts };
}

export function decideRetry(facts: Facts, strategy: Retry): Verdict {
  if (facts.kind === 'deleted-modified') return { type: 'handBack', reason: 'deleted-modified' };
  if (facts.attempt < strategy.maxAttempts) return { type: 'retry' };
  return { type: 'escalate', reason: `retries-spent: ${strategy.maxAttempts} of ${strategy.maxAttempts} used` };
}
