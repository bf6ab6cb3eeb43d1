// Starts what the stores of a run need, once for all of its test files: with ENTENTE_TEST_STORES the suites of the
// controller, the server and the command line run on each store that is named.
import type { TestProject } from 'vitest/node';
import { startEtcd } from './etcd-server.ts';
import { startPostgres } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the PostgreSQL or the etcd of the run listens. */
    readonly database: string;
  }
}

const servers: { remove(): Promise<void> }[] = [];

export async function setup(project: TestProject): Promise<void> {
  if (project.name !== 'postgres' && project.name !== 'etcd') return;
  const server = await (project.name === 'etcd' ? startEtcd() : startPostgres(['fsync=off', 'max_connections=300']));
  servers.push(server);
  project.provide('database', server.url);
}

export async function teardown(): Promise<void> {
  for (const server of servers.splice(0)) await server.remove();
}
