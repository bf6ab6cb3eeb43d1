// An MCP server in this process, and clients of both generations of the protocol on it.

import type { CallToolResult } from '@modelcontextprotocol/client';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { createSession, type Session } from '../../src/mcp/session.ts';
import { serveOn } from '../../src/mcp/stdio.ts';
import type { Principal } from '../../src/service/principal.ts';
import { parseGrant } from '../../src/service/principal.ts';
import { createService, type Service, type ServiceOptions } from '../../src/service/service.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { merge } from '../../src/strategies/merge.ts';
import { retry } from '../../src/strategies/retry.ts';

export const ERAS = ['2025-06-18', '2025-11-25', '2026-07-28'] as const;
export type Era = (typeof ERAS)[number];

export interface Told {
  readonly isError: boolean;
  /** The first block: what a model reads. */
  readonly text: string;
  /** The structured content. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
  readonly data: any;
  readonly result: CallToolResult;
}

export interface SessionSetup {
  readonly grants?: readonly string[];
  readonly person?: boolean;
  readonly dashboard?: string;
}

export interface McpDesk {
  readonly service: Service;
  readonly clock: { now: number };
  readonly faults: unknown[];
  session(agent: string, options?: SessionSetup): Session;
  /** A client on a server of its own for the session. */
  connect(session: Session, era?: Era, options?: ClientSetup): Promise<Client>;
  /** A call of one tool by a fresh client of an agent. */
  as(agent: string, grants?: readonly string[]): Promise<Caller>;
  close(): Promise<void>;
}

export type Caller = (tool: string, args?: object) => Promise<Told>;

export interface ClientSetup {
  readonly capabilities?: object;
  readonly prepare?: (client: Client) => void;
}

const ALL = ['read:**', 'commit:**', 'resolve:**'];

export function told(result: unknown): Told {
  const { content, structuredContent, isError = false } = result as CallToolResult;
  const [first] = content;
  return {
    ...{ isError, data: structuredContent, result: result as CallToolResult },
    text: first?.type === 'text' ? first.text : '',
  };
}

export function callerOf(client: Client): Caller {
  return async (name, args = {}) =>
    told(await client.callTool({ name, arguments: args as { [key: string]: unknown } }));
}

/** A client that speaks exactly one revision. */
export function clientOf(era: Era, { capabilities = {}, prepare }: ClientSetup = {}): Client {
  const legacy = era !== '2026-07-28';
  const client = new Client(
    { name: 'test', version: '1' },
    {
      capabilities,
      versionNegotiation: { mode: legacy ? 'legacy' : { pin: era } },
      ...(legacy ? { supportedProtocolVersions: [era] } : {}),
    },
  );
  prepare?.(client);
  return client;
}

export function openMcp(options: Omit<ServiceOptions, 'store' | 'clock'> = {}): McpDesk {
  const store = createMemoryStore();
  const clock = { now: 1_700_000_000_000 };
  const service = createService({
    store,
    clock: () => clock.now,
    controller: { default: merge('auto', { otherwise: retry({ maxAttempts: 3 }) }) },
    ...options,
  });
  const faults: unknown[] = [];
  const clients: Client[] = [];
  const principalOf = (name: string, grants: readonly string[]): Principal => ({
    ...{ id: `local-${name}`, name: name as never, grants: grants.map(parseGrant) },
  });

  const session: McpDesk['session'] = (agent, { grants = ALL, person = false, dashboard } = {}) =>
    createSession({
      ...{ service, principal: principalOf(agent, grants), space: 'default', local: true },
      onFault: (error) => faults.push(error),
      ...(dashboard === undefined ? {} : { dashboard }),
      ...(person ? { person: principalOf('person', [...ALL, 'resolve-own:**']) } : {}),
    });
  const connect: McpDesk['connect'] = async (who, era = '2026-07-28', setup = {}) => {
    const [near, far] = InMemoryTransport.createLinkedPair();
    serveOn({ session: who, version: '0', transport: far as never });
    const client = clientOf(era, setup);
    await client.connect(near);
    clients.push(client);
    return client;
  };
  return {
    ...{ service, clock, faults, session, connect },
    as: async (agent, grants) => callerOf(await connect(session(agent, grants === undefined ? {} : { grants }))),
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      await store.close();
    },
  };
}
