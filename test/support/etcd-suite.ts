// An etcd for a test file that runs suites of others: imported before them, so that it is up before their own preparations
// begin. Each desk and each store gets a prefix of its own.
import { afterAll, beforeAll } from 'vitest';
import { type EtcdCluster, etcdIsInstalled, startEtcd } from './etcd-server.ts';
import { TEST_ETCD, TEST_STORE } from './stores.ts';

/** Whether the suites can run here; where not, it has been said what to install. */
export const isReady: boolean = etcdIsInstalled();

if (isReady) {
  let cluster: EtcdCluster;
  process.env[TEST_STORE] = 'etcd';

  beforeAll(async () => {
    cluster = await startEtcd();
    process.env[TEST_ETCD] = cluster.url;
  });

  afterAll(async () => {
    await cluster.remove();
  });
}
