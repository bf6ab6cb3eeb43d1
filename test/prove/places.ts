// The stores of a proof: in memory, on files below one folder, in one PostgreSQL and one node of etcd, which are started when they are first asked for.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEtcdStore } from '../../src/stores/etcd.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { createPostgresStore } from '../../src/stores/postgres.ts';
import { createSqliteStore } from '../../src/stores/sqlite.ts';
import type { Store } from '../../src/stores/store.ts';
import { openUnsynced } from '../sqlite/unsynced.ts';
import { type EtcdCluster, startEtcd } from '../support/etcd-server.ts';
import { type PostgresServer, postgresBinaries, startPostgres } from '../support/postgres-server.ts';
import { Absent } from './frame.ts';

/** In CI nothing may be missing: a layer that cannot be run, or not on all stores, breaks the proof there. */
export const mustBeWhole: boolean = (process.env['CI'] ?? '') !== '';

export const storeNames = ['memory', 'sqlite', 'postgres', 'etcd'] as const;
export type StoreName = (typeof storeNames)[number];

export interface ProofStores {
  /** An empty store of its own. */
  open(name: StoreName): Promise<Store>;
  /** A URL of an empty store of its own, for a server. */
  url(name: StoreName): Promise<string>;
  /** An empty folder. */
  folder(): string;
  /** Whether this machine has what the store needs. Where nothing may be missing it throws Absent instead of answering no. */
  has(name: StoreName): boolean;
  close(): Promise<void>;
}

/** That its PostgreSQL runs with fsync off, and SQLite without, is known here. */
const onWarning = (): void => undefined;

export function createProofStores(): ProofStores {
  const root = mkdtempSync(join(tmpdir(), 'entente-prove-'));
  const opened: Store[] = [];
  let server: Promise<PostgresServer> | undefined;
  let serial = 0;
  const next = (): number => (serial += 1);
  // What a crash of the machine would leave is asked in layers of its own: here time goes into the work.
  const postgres = (): Promise<PostgresServer> => {
    server ??= startPostgres(['fsync=off']);
    return server;
  };
  const hasPostgres = postgresBinaries() !== undefined;
  const hasEtcd = spawnSync('etcd', ['--version']).status === 0;
  let cluster: Promise<EtcdCluster> | undefined;
  const etcd = (): Promise<EtcdCluster> => {
    cluster ??= startEtcd();
    return cluster;
  };
  const folder = (): string => {
    const path = join(root, String(next()));
    mkdirSync(path);
    return path;
  };

  async function open(name: StoreName): Promise<Store> {
    if (name === 'memory') return createMemoryStore({ log: { max: 10_000_000 } });
    if (name === 'etcd') {
      const store = createEtcdStore({ url: `${(await etcd()).url}?prefix=proof-${next()}`, onWarning });
      opened.push(store);
      return store;
    }
    const store =
      name === 'sqlite'
        ? createSqliteStore({ database: await openUnsynced(join(folder(), 'store.db')), onWarning })
        : createPostgresStore({ url: (await postgres()).url, schema: `proof_${next()}`, connections: 4, onWarning });
    opened.push(store);
    return store;
  }

  return {
    open,
    folder,
    has(name) {
      const isHere = name === 'postgres' ? hasPostgres : name === 'etcd' ? hasEtcd : true;
      if (!isHere && mustBeWhole) throw new Absent(`${name} is not here, and CI is set`);
      return isHere;
    },
    async url(name) {
      if (name === 'memory') return 'memory:';
      if (name === 'sqlite') return `sqlite:${join(folder(), 'store.db')}`;
      if (name === 'etcd') return `${(await etcd()).url}?prefix=proof-${next()}`;
      return `${(await postgres()).url}?schema=proof_${next()}`;
    },
    async close() {
      await Promise.all(opened.map((store) => store.close()));
      // One that could not be started has been told by the layer that asked for it.
      for (const started of [server, cluster]) await (await started?.catch(() => undefined))?.remove();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
