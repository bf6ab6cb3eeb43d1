// Agents without a model, which show that the evaluation measures: one that does what the answers say, and some that do what
// models have been seen to do.
import type { Client } from '@modelcontextprotocol/client';
import type { Task } from './tasks.ts';

export type StandIn = (client: Client, task: Task) => Promise<void>;

type Data = { readonly [name: string]: unknown };

async function call(client: Client, name: string, input: { [name: string]: unknown }): Promise<Data> {
  const { structuredContent = {} } = await client.callTool({ name, arguments: input });
  return structuredContent as Data;
}

interface Read {
  readonly token: string;
  readonly text: string;
}

async function read(client: Client, id: string): Promise<Read> {
  const { token, untrusted } = await call(client, 'entente_read', { id });
  const { content = '' } = (untrusted ?? {}) as { readonly content?: string };
  return { token: String(token), text: content };
}

const REFUSED: readonly unknown[] = ['conflict', 'rejected', 'aborted', 'stale'];
const PATIENCE = 6;

/** Does as it is told: reads again, makes its change anew, and leaves to a person what waits for one. */
const careful: StandIn = async (client, task) => {
  for (const { id, change } of task.changes) {
    for (let tries = 0; tries < PATIENCE; tries += 1) {
      const { token, text } = await read(client, id);
      const { outcome } = await call(client, 'entente_commit', { token, content: change(text) });
      if (!REFUSED.includes(outcome)) break;
    }
  }
};

/** Takes a fresh token and writes what it had in mind all the same, over what others did. */
const stubborn: StandIn = async (client, task) => {
  for (const { id, change } of task.changes) {
    const first = await read(client, id);
    const content = change(first.text);
    const { outcome } = await call(client, 'entente_commit', { token: first.token, content });
    if (!REFUSED.includes(outcome)) continue;
    const { token } = await read(client, id);
    await call(client, 'entente_commit', { token, content: `${content.trimEnd()} \n` });
  }
};

/** Sends the same again with the old token, and gives up. */
const confused: StandIn = async (client, task) => {
  for (const { id, change } of task.changes) {
    const { token, text } = await read(client, id);
    const content = change(text);
    const { outcome } = await call(client, 'entente_commit', { token, content });
    if (outcome !== 'committed' && outcome !== 'merged') await call(client, 'entente_commit', { token, content });
  }
};

/** As a model does, it is told the tools first. */
const told =
  (agent: StandIn): StandIn =>
  async (client, task) => {
    await client.listTools();
    await agent(client, task);
  };

export const STAND_INS: { readonly [name: string]: StandIn } = {
  careful: told(careful),
  stubborn: told(stubborn),
  confused: told(confused),
};
