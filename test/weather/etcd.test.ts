// Bad weather on etcd: its node dies and comes back, and stands still for a while.
import { describe, it } from 'vitest';
import type { Store } from '../../src/stores/store.ts';
import { useEtcd } from '../support/etcd-desk.ts';
import { etcdIsInstalled } from '../support/etcd-server.ts';
import { weather } from './weather.ts';

describe.skipIf(!etcdIsInstalled())('bad weather on etcd', () => {
  const { cluster, openStore } = useEtcd({ fsync: true });
  const open = (prefix: string): Store => openStore(prefix, { timeoutMs: 500 });

  it('[OP16] a node that is killed: red, since when, and green again when it is back', async () => {
    const [node] = cluster().nodes;
    await weather(open('killed'), { breaks: () => node?.kill(), mends: () => node?.start() });
  });

  it('[OP16] a node that stands still is red too, and nothing of it is lost', async () => {
    const [node] = cluster().nodes;
    await weather(open('paused'), { breaks: () => node?.pause(), mends: () => node?.resume() });
  });
});
