// The memory store against the store contract.
import { describe, it } from 'vitest';
import { describeStore } from './conformance/index.ts';
import { createMemoryStore } from './memory.ts';

describeStore({ describe, it }, 'memory', async () => {
  const store = createMemoryStore({ maxContentBytes: 1024 * 1024 });
  return { store, teardown: () => store.close() };
});
