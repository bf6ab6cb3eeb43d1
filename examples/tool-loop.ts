// A tool loop in the style of the Vercel AI SDK: tools are objects with `description`, `inputSchema` and `execute(input, options)`, and
// a model answers with tool calls until it is done. Here the models are scripts. Three of them rewrite one file at once, each
// from what it read, whole. Run it: npx tsx examples/tool-loop.ts
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createController, createMemoryStore, merge } from 'entente';
import { createSession, withEntente } from 'entente/adapters';

interface ToolCall {
  readonly toolName: string;
  readonly input: { readonly path: string; readonly text?: string };
}
/** As the SDK hands it to `execute` beside the input. */
interface CallOptions {
  readonly toolCallId: string;
  readonly abortSignal?: AbortSignal;
}
/** What the model sees last, and what it does next; undefined: it is done. */
type Model = (result: string | undefined) => ToolCall | undefined;

const folder = await mkdtemp(join(tmpdir(), 'entente-example-'));
const file = join(folder, 'plan.md');
const steps = ['collect', 'draft', 'review', 'ship'];
await writeFile(file, steps.map((step) => `## ${step}\n\nto do\n`).join('\n'));

// Your tools, as they are.
const readTool = {
  description: 'Read a file.',
  inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
  execute: ({ path }: { readonly path: string }, _options: CallOptions) => readFile(join(folder, path), 'utf8'),
};
const writeTool = {
  description: 'Replace a file as a whole.',
  inputSchema: { type: 'object', properties: { path: { type: 'string' }, text: { type: 'string' } } },
  execute: async ({ path, text = '' }: ToolCall['input'], _options: CallOptions) => {
    await writeFile(join(folder, path), text);
    return 'written';
  },
};

const entente = createController({ store: createMemoryStore(), default: merge('auto') });

/** The same tools for one agent, behind entente. */
function toolsFor(agent: string) {
  const session = createSession(entente, { agent });
  const resource = ({ path }: { readonly path: string }) => path;
  return {
    read: withEntente(readTool, { session, resource }),
    write: withEntente(writeTool, {
      ...{ session, resource, change: ({ text = '' }: ToolCall['input']) => text },
      withText: (input, text) => ({ ...input, text }),
    }),
  };
}

/** The loop of the SDK: call the model, run its tool, hand it the result. */
async function generate(tools: ReturnType<typeof toolsFor>, model: Model): Promise<number> {
  let result: string | undefined;
  for (let step = 0; ; step += 1) {
    const call = model(result);
    if (call === undefined) return step;
    const options: CallOptions = { toolCallId: `call-${step}` };
    result =
      call.toolName === 'read'
        ? await tools.read.execute(call.input, options)
        : await tools.write.execute(call.input, options);
  }
}

/** A model that marks one step as done: it reads, writes the whole file, and reads again when it is told that this was not saved. */
function scripted(step: string): Model {
  let wrote = false;
  return (result) => {
    if (result === undefined) return { toolName: 'read', input: { path: 'plan.md' } };
    if (wrote) {
      if (!result.startsWith('NOT SAVED')) return undefined;
      wrote = false;
      return { toolName: 'read', input: { path: 'plan.md' } };
    }
    wrote = true;
    return {
      toolName: 'write',
      input: { path: 'plan.md', text: result.replace(`## ${step}\n\nto do`, `## ${step}\n\ndone`) },
    };
  };
}

await Promise.all(steps.slice(0, 3).map((step, i) => generate(toolsFor(`agent-${i}`), scripted(step))));

const text = await readFile(file, 'utf8');
assert.equal(text, steps.map((step, i) => `## ${step}\n\n${i < 3 ? 'done' : 'to do'}\n`).join('\n'));
const { items } = await entente.history('plan.md');
console.log(
  `${items.length} versions by ${items
    .map(({ head }) => head.agent)
    .reverse()
    .join(', ')}; no edit lost`,
);
await rm(folder, { recursive: true });
