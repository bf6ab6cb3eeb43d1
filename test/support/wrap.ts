// Stores around stores, for tests that look at what goes through or change some of it.
import { passThrough } from '../../src/service/pass-through.ts';
import type { Store } from '../../src/stores/store.ts';

export { passThrough };

/** The store with some methods put in place of its own. */
export function withMethods(inner: Store, methods: Partial<Store>): Store {
  return { ...passThrough(inner), ...methods };
}
