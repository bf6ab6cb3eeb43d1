// The wrappers keep the store contract: what they do to callers comes from their faults alone.
import { describe, it } from 'vitest';
import { describeStore } from '../../src/stores/conformance/index.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { createCountingStore } from './counting-store.ts';
import { createFaultStore } from './fault-store.ts';

describeStore({ describe, it }, 'memory, behind a fault wrapper without faults', async () => {
  const store = createCountingStore(createFaultStore(createMemoryStore(), { seed: 1 }));
  return { store, teardown: async () => store.close() };
});

describeStore({ describe, it }, 'memory, behind a slow network', async () => {
  const store = createFaultStore(createMemoryStore(), { seed: 2, delay: 0.5, wakeDelay: 0.5 });
  return { store, teardown: async () => store.close() };
});
