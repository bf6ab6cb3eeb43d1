// An agent that is a model behind an endpoint: OpenAI's chat completions or Anthropic's messages, as many offer them. The
// loop is the usual one: what the model calls is called, until it calls nothing more.
import type { Client } from '@modelcontextprotocol/client';
import type { StandIn } from './stand-ins.ts';

export interface Endpoint {
  readonly api: 'openai' | 'anthropic';
  /** Up to the version, e.g. `https://…/v1`. */
  readonly url: string;
  readonly model: string;
  readonly key: string;
}

const SYSTEM =
  'You work on shared resources with the tools that you have. Do what is asked, with as few calls as it takes, and stop when it is done.';
/** Turns of a task: whoever needs more does not get on. */
const MOST_TURNS = 20;
const MOST_TOKENS = 4000;

interface Called {
  readonly id: string;
  readonly name: string;
  readonly input: { [name: string]: unknown };
}

interface Conversation {
  /** What the model calls next; none: it is done. */
  next(): Promise<readonly Called[]>;
  answer(answers: readonly { readonly id: string; readonly text: string }[]): void;
}

interface ToolDefinition {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: object;
}

async function post(url: string, headers: { readonly [name: string]: string }, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${response.status} ${(await response.text()).slice(0, 500)}`);
  return response.json();
}

function openai({ url, model, key }: Endpoint, prompt: string, tools: readonly ToolDefinition[]): Conversation {
  interface Message {
    readonly tool_calls?: readonly {
      readonly id: string;
      readonly function: { readonly name: string; readonly arguments: string };
    }[];
  }
  const messages: object[] = [
    { role: 'system', content: SYSTEM },
    { role: 'user', content: prompt },
  ];
  const functions = tools.map(({ name, description, inputSchema }) => ({
    type: 'function',
    function: { name, description, parameters: inputSchema },
  }));
  return {
    async next() {
      const body = { model, messages, tools: functions };
      const told = (await post(`${url}/chat/completions`, { authorization: `Bearer ${key}` }, body)) as {
        readonly choices: readonly { readonly message: Message }[];
      };
      const message = told.choices[0]?.message ?? {};
      messages.push(message);
      return (message.tool_calls ?? []).map(({ id, function: { name, arguments: text } }) => ({
        ...{ id, name, input: JSON.parse(text || '{}') as Called['input'] },
      }));
    },
    answer: (answers) =>
      messages.push(...answers.map(({ id, text }) => ({ role: 'tool', tool_call_id: id, content: text }))),
  };
}

function anthropic({ url, model, key }: Endpoint, prompt: string, tools: readonly ToolDefinition[]): Conversation {
  interface Block {
    readonly type: string;
    readonly id?: string;
    readonly name?: string;
    readonly input?: Called['input'];
  }
  const messages: object[] = [{ role: 'user', content: prompt }];
  const given = tools.map(({ name, description, inputSchema }) => ({ name, description, input_schema: inputSchema }));
  return {
    async next() {
      const body = { model, system: SYSTEM, max_tokens: MOST_TOKENS, messages, tools: given };
      const headers = { 'x-api-key': key, 'anthropic-version': '2023-06-01' };
      const { content } = (await post(`${url}/messages`, headers, body)) as { readonly content: readonly Block[] };
      messages.push({ role: 'assistant', content });
      return content.flatMap(({ type, id = '', name = '', input = {} }) =>
        type === 'tool_use' ? [{ id, name, input }] : [],
      );
    },
    answer: (answers) =>
      messages.push({
        role: 'user',
        content: answers.map(({ id, text }) => ({ type: 'tool_result', tool_use_id: id, content: text })),
      }),
  };
}

async function textOf(client: Client, { name, input }: Called): Promise<string> {
  try {
    const { content } = await client.callTool({ name, arguments: input });
    return content.map((block) => (block.type === 'text' ? block.text : JSON.stringify(block))).join('\n');
  } catch (error) {
    return `The call failed: ${(error as Error).message}`;
  }
}

export function modelAgent(endpoint: Endpoint): StandIn {
  return async (client, { prompt }) => {
    const { tools } = await client.listTools();
    const talk = (endpoint.api === 'openai' ? openai : anthropic)(endpoint, prompt, tools);
    for (let turn = 0; turn < MOST_TURNS; turn += 1) {
      const called = await talk.next();
      if (called.length === 0) return;
      const answers: { id: string; text: string }[] = [];
      for (const one of called) answers.push({ id: one.id, text: await textOf(client, one) });
      talk.answer(answers);
    }
  };
}
