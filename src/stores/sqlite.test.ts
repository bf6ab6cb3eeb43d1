// The SQLite store against the store contract.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { describeStore } from './conformance/index.ts';
import { createSqliteStore } from './sqlite.ts';
import type { Store } from './store.ts';

describeStore({ describe, it }, 'sqlite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entente-sqlite-'));
  const open = (): Store => createSqliteStore({ path: join(folder, 'store.db'), maxContentBytes: 1024 * 1024 });
  let store = open();
  return {
    store,
    async reopen() {
      await store.close();
      store = open();
      return store;
    },
    async teardown() {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
});
