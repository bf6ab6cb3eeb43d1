// What tests of the etcd store have at hand: one node for the file, stores below prefixes of their own, and a look past
// the store at what etcd has.
import { afterAll, beforeAll } from 'vitest';
import type { Space } from '../../src/core/resource.ts';
import { createEtcdStore, type EtcdStoreOptions } from '../../src/stores/etcd.ts';
import type { LogEntry, Store } from '../../src/stores/store.ts';
import { askEtcd, type EtcdCluster, type EtcdOptions, startEtcd } from './etcd-server.ts';

export interface EtcdDesk {
  /** `http://…` of the first node. */
  node(): string;
  cluster(): EtcdCluster;
  freshPrefix(): string;
  /** A store that is closed at the end; below a fresh prefix unless said. */
  openStore(prefix?: string, options?: Partial<EtcdStoreOptions>): Store;
  /** How many keys there are below a prefix. */
  keysBelow(prefix: string): Promise<number>;
  put(key: string, value: string): Promise<void>;
  /** Ends all leases, as time would. */
  endLeases(): Promise<void>;
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** To be called where tests are described. */
export function useEtcd(options: EtcdOptions = {}): EtcdDesk {
  let cluster: EtcdCluster | undefined;
  let serial = 0;
  const open: Store[] = [];

  beforeAll(async () => {
    cluster = await startEtcd(options);
  });

  afterAll(async () => {
    await Promise.all(open.map((store) => store.close()));
    await cluster?.remove();
  });

  const running = (): EtcdCluster => {
    if (cluster === undefined) throw new Error('no etcd is running');
    return cluster;
  };
  const node = (): string => running().nodes[0]?.url ?? '';
  const freshPrefix = (): string => {
    serial += 1;
    return `own-${serial}`;
  };

  return {
    node,
    cluster: running,
    freshPrefix,
    openStore(prefix = freshPrefix(), more = {}) {
      const url = `${running().url}?prefix=${prefix}`;
      const store = createEtcdStore({ url, onWarning: () => undefined, ...more });
      open.push(store);
      return store;
    },
    async keysBelow(prefix) {
      const end = Buffer.from(prefix);
      end[end.length - 1] = (end.at(-1) ?? 0) + 1;
      const range = { key: base64(prefix), range_end: end.toString('base64'), count_only: true };
      return Number((await askEtcd(node(), 'kv/range', range))['count'] ?? 0);
    },
    async put(key, value) {
      await askEtcd(node(), 'kv/put', { key: base64(key), value: base64(value) });
    },
    async endLeases() {
      const { leases } = await askEtcd(node(), 'lease/leases', {});
      for (const { ID } of (leases ?? []) as readonly { readonly ID: string }[]) {
        await askEtcd(node(), 'lease/revoke', { ID });
      }
    },
  };
}

export async function wholeLog(store: Store, space: Space, limit: number = 1000): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for (;;) {
    const page = await store.log(space, entries.at(-1)?.revision ?? 0, limit);
    if (page.status !== 'ok') throw new Error('the log is gone');
    if (page.entries.length === 0) return entries;
    entries.push(...page.entries);
  }
}
