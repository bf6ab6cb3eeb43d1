// Counts what reaches a store: how many swaps each commitId took.
import type { Store } from '../../src/stores/store.ts';
import { withMethods } from './wrap.ts';

export interface CountingStore extends Store {
  /** Requests sent, by `agent/commitId`. */
  readonly attempts: ReadonlyMap<string, number>;
  /** Calls of `commit`, however many requests each held. */
  readonly flushes: () => number;
}

export function createCountingStore(inner: Store): CountingStore {
  const attempts = new Map<string, number>();
  let flushes = 0;
  const store = withMethods(inner, {
    commit(requests) {
      flushes += 1;
      for (const { agent, commitId } of requests) {
        const key = `${agent}/${commitId}`;
        attempts.set(key, (attempts.get(key) ?? 0) + 1);
      }
      return inner.commit(requests);
    },
  });
  return { ...store, attempts, flushes: () => flushes };
}
