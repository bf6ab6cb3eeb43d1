// Where the field cases happen: two agents on a store in memory, on one SQLite file, in two processes on one file, and in
// two processes at one server.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createController } from '../../src/controller/controller.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { createSqliteStore } from '../../src/stores/sqlite.ts';
import { openServer, type Server } from '../support/server.ts';
import { type Hands, type RemoteAgent, startAgent } from './hands.ts';
import { type PolicyName, policies } from './policies.ts';

export type Pair = readonly [Hands, Hands];

export interface World {
  /** A new, empty store with two agents at it. */
  open(policy: PolicyName): Promise<Pair>;
  /** The same store, opened anew by both. */
  again(): Promise<Pair>;
  close(): Promise<void>;
}

export const worlds = ['memory', 'sqlite', 'processes', 'server'] as const;

export function createWorld(name: (typeof worlds)[number]): World {
  if (name === 'server') return serverWorld();
  return name === 'memory' ? memoryWorld() : fileWorld(name === 'processes');
}

function memoryWorld(): World {
  let store = createMemoryStore();
  let policy: PolicyName = 'text';
  const pair = (): Pair => {
    const options = { store, default: policies[policy] };
    return [createController(options), createController(options)];
  };
  return {
    async open(name) {
      policy = name;
      store = createMemoryStore();
      return pair();
    },
    again: async () => pair(),
    close: async () => {},
  };
}

/** A server for each case, and two processes that reach it as clients. */
function serverWorld(): World {
  const remote: readonly RemoteAgent[] = [startAgent(), startAgent()];
  let server: Server | undefined;
  let policy: PolicyName = 'text';
  let key = '';
  async function again(): Promise<Pair> {
    for (const agent of remote) await agent.open(server?.url ?? '', policy, key);
    return remote.map(({ hands }) => hands) as unknown as Pair;
  }
  return {
    async open(name) {
      await server?.close();
      policy = name;
      server = await openServer({ controller: { default: policies[policy] } });
      ({ key } = await server.caller('agents'));
      return again();
    },
    again,
    async close() {
      for (const agent of remote) agent.stop();
      await server?.close();
    },
  };
}

/** Two stores on one file, each with its own connection; `apart`: each in a process that lives for all cases. */
function fileWorld(apart: boolean): World {
  const folder = mkdtempSync(join(tmpdir(), 'entente-field-'));
  const remote: readonly RemoteAgent[] = apart ? [startAgent(), startAgent()] : [];
  let here: { readonly close: () => Promise<void> }[] = [];
  let cases = 0;
  let policy: PolicyName = 'text';

  async function again(): Promise<Pair> {
    const path = join(folder, `${cases}.db`);
    if (apart) {
      for (const agent of remote) await agent.open(path, policy);
      return remote.map(({ hands }) => hands) as unknown as Pair;
    }
    for (const controller of here) await controller.close();
    const open = (): ReturnType<typeof createController> =>
      createController({ store: createSqliteStore({ path, onWarning: () => {} }), default: policies[policy] });
    const pair = [open(), open()] as const;
    here = [...pair];
    return pair;
  }
  return {
    open(name) {
      policy = name;
      cases += 1;
      return again();
    },
    again,
    async close() {
      for (const controller of here) await controller.close();
      for (const agent of remote) agent.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
