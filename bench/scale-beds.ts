// What the benchmark of growth stands on: a PostgreSQL and three etcd nodes that flush to their disks, and how each is filled
// with what a space would hold after long use. PostgreSQL is filled by its own statements, etcd by commits.
import postgres from 'postgres';
import type { Space } from '../src/core/resource.ts';
import { guardOf, makeRequest } from '../src/stores/conformance/client.ts';
import { createEtcdStore } from '../src/stores/etcd.ts';
import { createPostgresStore } from '../src/stores/postgres.ts';
import type { CommitRequest, Store } from '../src/stores/store.ts';
import { startEtcd } from '../test/support/etcd-server.ts';
import { startPostgres } from '../test/support/postgres-server.ts';

export interface Filling {
  readonly space: string;
  /** Resources of one version each. */
  readonly resources?: number;
  /** Versions of 64 resources, a log entry each. */
  readonly versions?: number;
}

/** Where a bed is, for other processes too. */
export interface Address {
  readonly kind: 'postgres' | 'etcd';
  readonly url: string;
}

export interface Bed extends Address {
  readonly name: string;
  fill(place: string, filling: Filling): Promise<void>;
  remove(): Promise<void>;
}

/** Connections of a store here: many of them share one server. */
const CONNECTIONS = 2;

/** A store as one more server would open it; `place` keeps one measurement from another. */
export function openAt({ kind, url }: Address, place: string): Store {
  if (kind === 'postgres') return createPostgresStore({ url, schema: place, connections: CONNECTIONS });
  return createEtcdStore({ url: `${url}?prefix=${place}`, timeoutMs: 60_000, onWarning: () => undefined });
}

export async function postgresBed(): Promise<Bed> {
  const server = await startPostgres(['max_connections=300']);
  const client = postgres(server.url, { max: 1, onnotice: () => undefined });
  return {
    ...{ name: 'PostgreSQL', kind: 'postgres', url: server.url },
    async fill(place, { space, resources = 0, versions = 0 }) {
      const of = (table: string): string => `"${place}".${table}`;
      const all = resources + versions;
      const id = `case when i <= ${resources} then 'f/' || i else 'v/' || (i % 64) end`;
      const version = `case when i <= ${resources} then 1 else (i - ${resources} - 1) / 64 + 1 end`;
      const head = `v.sid, v.id, v.version, v.revision, v.born, v.hash, v.size, v.media, v.agent, v.at, v.deleted`;
      await client.unsafe(`
        insert into ${of('space')} (name, revision, resources) values ('${space}', ${all}, ${resources + Math.min(64, versions)});
        insert into ${of('log')} (sid, revision, place, id, version, born, hash, deleted, agent, at, key, commit_id, fingerprint,
          base, base_hash)
        select s.sid, i, 0, ${id}, ${version}, 1, 'h' || i, false, 'filler', 0, md5('fill ' || i)::uuid, 'fill ' || i, 'fill', 0, ''
        from ${of('space')} s, generate_series(1, ${all}) i where s.name = '${space}';
        insert into ${of('head')} (sid, id, version, revision, born, hash, size, media, agent, at, deleted)
        select distinct on (v.sid, v.id) ${head} from ${of('log')} v join ${of('space')} s on s.sid = v.sid
        where s.name = '${space}' order by v.sid, v.id, v.version desc;`);
      for (const table of ['head', 'log']) await client.unsafe(`vacuum analyze ${of(table)}`);
    },
    async remove() {
      await client.end();
      await server.remove();
    },
  };
}

export async function etcdBed(): Promise<Bed> {
  const cluster = await startEtcd({ nodes: 3, fsync: true, flags: ['--quota-backend-bytes', String(6 * 1024 ** 3)] });
  const { url } = cluster;
  return {
    ...{ name: 'etcd, three nodes', kind: 'etcd', url },
    async fill(place, { space, resources = 0, versions = 0 }) {
      const store = openAt({ kind: 'etcd', url }, place);
      const epoch = await store.epoch();
      const of = { space: space as Space };
      const groups: CommitRequest[] = [];
      for (let from = 0; from < resources; from += 100) {
        const ids = Array.from({ length: Math.min(100, resources - from) }, (_, index) => `f/${from + index}`);
        groups.push(
          makeRequest(epoch, {
            ...of,
            guards: ids.map((id) => guardOf(id)),
            writes: ids.map((id) => ({ resource: id as never, kind: 'hash', hash: `h ${id}` })),
          }),
        );
      }
      for (let at = 0; at < groups.length; at += 8) await all(store, groups.slice(at, at + 8));
      const lanes = Array.from({ length: Math.min(64, versions) }, async (_, lane) => {
        let guard = guardOf(`v/${lane}`);
        for (let made = lane; made < versions; made += 64) {
          const hash = `h ${made}`;
          const write = { resource: guard.resource, kind: 'hash', hash } as const;
          const [reply] = await store.commit([makeRequest(epoch, { ...of, guards: [guard], writes: [write] })]);
          if (reply?.status !== 'committed') throw new Error(`a commit came to ${reply?.status}`);
          guard = guardOf(guard.resource, reply.heads[0]);
        }
      });
      await Promise.all(lanes);
      await store.close();
    },
    remove: () => cluster.remove(),
  };
}

async function all(store: Store, requests: readonly CommitRequest[]): Promise<void> {
  for (const { status } of await store.commit(requests))
    if (status !== 'committed') throw new Error(`a commit came to ${status}`);
}
