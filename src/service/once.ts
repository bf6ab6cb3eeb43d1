// One request for each idempotency key at a time. What a key stands for is kept in the store with its commit; this only
// tells a second request that the first one is still under way.
import { EntenteError } from '../core/errors.ts';
import type { Call } from './operation.ts';

/** Runs `work` unless a request of this principal with the same key is under way in this space. */
export async function once<T>(call: Call, key: string | undefined, work: () => Promise<T>): Promise<T> {
  if (key === undefined) return work();
  const { pending } = call.service;
  const name = JSON.stringify([call.principal.id, call.space, key]);
  if (pending.has(name)) {
    throw new EntenteError('idempotency-in-progress', 'A request with this Idempotency-Key is still under way.', {
      next: 'Send the same request again in a moment: it gets the same answer.',
    });
  }
  pending.add(name);
  try {
    return await work();
  } finally {
    pending.delete(name);
  }
}
