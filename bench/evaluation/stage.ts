// The stage of one task: a store with its resources, the MCP server that an agent talks to, and in front of it what records
// each call and lets the others commit at their moment, just before the answer goes out.
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { createController } from '../../src/controller/controller.ts';
import type { Controller } from '../../src/controller/types.ts';
import { createSession } from '../../src/mcp/session.ts';
import { serveOn } from '../../src/mcp/stdio.ts';
import { parseGrant } from '../../src/service/principal.ts';
import { createService } from '../../src/service/service.ts';
import type { Store } from '../../src/stores/store.ts';
import { merge } from '../../src/strategies/merge.ts';
import { retry } from '../../src/strategies/retry.ts';
import type { Plant, Task } from './tasks.ts';

/** One call of a tool, as it went over the wire. */
export interface Call {
  readonly tool: string;
  readonly input: { readonly [name: string]: unknown };
  /** The structured content of its answer. */
  readonly data: { readonly [name: string]: unknown };
  /** Characters that the model wrote for it, and read of it. */
  readonly wrote: number;
  readonly read: number;
}

/** What was recorded: a call, or the definitions of the tools in characters. */
export type Recorded = Call | { readonly defined: number };

export interface Stage {
  serve(transport: Transport): { close(): Promise<void> };
}

const AGENT = 'ann';
const GRANTS = ['read:**', 'commit:**', 'resolve:**'];

/** Puts the resources and the policy of a task into an empty store. */
export async function prepare(store: Store, task: Task): Promise<void> {
  const controller = createController({ store });
  for (const [id, content] of Object.entries(task.resources)) {
    const { token } = await controller.begin(id, { agent: 'author' });
    await controller.commit(token, { content });
  }
  if (task.policy !== undefined) await controller.setPolicy({ rules: [['**', task.policy]] }, { agent: 'author' });
}

async function grow(controller: Controller, { id, agent, change, note }: Plant): Promise<void> {
  const { token, content } = await controller.begin(id, { agent });
  const text = Buffer.from(content ?? []).toString();
  const outcome = await controller.commit(token, change === undefined ? { delete: true } : { content: change(text) }, {
    ...(note === undefined ? {} : { note }),
  });
  if (outcome.status !== 'committed') throw new Error(`A change that was planted on ${id} came to ${outcome.status}.`);
}

interface Asked {
  readonly method: string;
  readonly tool: string;
  readonly input: { readonly [name: string]: unknown };
}

const lengthOf = (value: unknown): number => JSON.stringify(value ?? null).length;

/** The server of a task on a store that was prepared for it. */
export function openStage(store: Store, task: Task, record: (recorded: Recorded) => void): Stage {
  const service = createService({
    store,
    controller: { default: merge('auto', { otherwise: retry({ maxAttempts: 3 }) }) },
  });
  const principal = { id: `local-${AGENT}`, name: AGENT as never, grants: GRANTS.map(parseGrant) };
  const session = createSession({ service, principal, space: 'default', local: true });
  const controller = createController({ store });
  const reads = new Map<string, number>();

  async function answered({ method, tool, input }: Asked, result: { readonly [name: string]: unknown }): Promise<void> {
    if (method === 'tools/list') record({ defined: lengthOf(result['tools']) });
    if (method !== 'tools/call') return;
    const data = (result['structuredContent'] ?? {}) as Call['data'];
    record({ tool, input, data, wrote: lengthOf(input), read: lengthOf(result['content']) });
    if (tool !== 'entente_read' || data['outcome'] !== 'read') return;
    const id = String(input['id']);
    const nth = (reads.get(id) ?? 0) + 1;
    reads.set(id, nth);
    for (const plant of task.plants) if (plant.id === id && plant.nth === nth) await grow(controller, plant);
  }

  return {
    serve(transport) {
      const asked = new Map<unknown, Asked>();
      const send = transport.send.bind(transport);
      transport.send = async (message: JSONRPCMessage, options) => {
        const { id, result } = message as { readonly id?: unknown; readonly result?: { [name: string]: unknown } };
        const request = asked.get(id);
        if (request !== undefined && result !== undefined) {
          asked.delete(id);
          await answered(request, result);
        }
        await send(message, options);
      };
      const handle = serveOn({ session, version: '0', transport });
      const deliver = transport.onmessage?.bind(transport);
      transport.onmessage = (message, extra) => {
        if ('method' in message && 'id' in message) {
          const { name = '', arguments: input = {} } = (message.params ?? {}) as {
            name?: string;
            arguments?: Asked['input'];
          };
          asked.set(message.id, { method: message.method, tool: name, input });
        }
        deliver?.(message, extra);
      };
      return handle;
    },
  };
}
