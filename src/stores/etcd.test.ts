// The etcd store against the store contract: each rule below a prefix of its own, on one node of this file's own.
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type EtcdCluster, etcdIsInstalled, startEtcd } from '../../test/support/etcd-server.ts';
import { describeStore } from './conformance/index.ts';
import { createEtcdStore } from './etcd.ts';
import type { Store } from './store.ts';

describe.skipIf(!etcdIsInstalled())('etcd', () => {
  let cluster: EtcdCluster;
  let serial = 0;

  beforeAll(async () => {
    cluster = await startEtcd();
  });

  afterAll(async () => {
    await cluster.remove();
  });

  describeStore({ describe, it }, 'etcd', async () => {
    serial += 1;
    const url = `${cluster.url}?prefix=conformance-${serial}`;
    const open = (): Store => createEtcdStore({ url, maxContentBytes: 1024 * 1024, onWarning: () => undefined });
    let store = open();
    return {
      store,
      async reopen() {
        await store.close();
        store = open();
        return store;
      },
      teardown: () => store.close(),
    };
  });
});
