// Tool functions behind entente: agents with scripted calls on files in memory, as a tool of theirs would have them on disk.
import { describe, expect, it } from 'vitest';
import { createController } from '../controller/controller.ts';
import type { Controller } from '../controller/types.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { merge } from '../strategies/merge.ts';
import { createSession } from './session.ts';
import { withEntente } from './with-entente.ts';

const TEXT = 'a\nb\nc\nd\ne\n';
interface Write {
  readonly path: string;
  readonly text: string;
}

interface Files {
  readonly all: Map<string, string>;
  readonly read: (input: { readonly path: string }) => Promise<string>;
  readonly write: (input: Write) => Promise<string>;
}

/** Every read and write takes a moment, as on a disk. */
function files(start: { readonly [path: string]: string } = {}): Files {
  const all = new Map(Object.entries(start));
  const moment = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    all,
    read: async ({ path }) => {
      await moment();
      const text = all.get(path);
      if (text === undefined) throw new Error(`no such file: ${path}`);
      return text;
    },
    write: async ({ path, text }) => {
      await moment();
      all.set(path, text);
      return `wrote ${path}`;
    },
  };
}

function open(): Controller {
  return createController({ store: createMemoryStore(), default: merge('auto') });
}

function agentAt(entente: Controller, { read, write }: Files, agent: string) {
  const session = createSession(entente, { agent });
  const resource = ({ path }: { readonly path: string }): string => path;
  return {
    read: withEntente(read, { session, resource }),
    write: withEntente(write, {
      ...{ session, resource, change: ({ text }: Write) => text, note: () => `by ${agent}` },
      withText: (input, text) => ({ ...input, text }),
    }),
  };
}

describe('withEntente', () => {
  it('[AD1] a whole-file write from an old read is merged, lands merged, and the model is told', async () => {
    const [entente, disk] = [open(), files({ 'plan.md': TEXT })];
    const [ann, bob] = [agentAt(entente, disk, 'ann'), agentAt(entente, disk, 'bob')];
    expect(await ann.read({ path: 'plan.md' })).toBe(TEXT);
    expect(await bob.read({ path: 'plan.md' })).toBe(TEXT);
    expect(await ann.write({ path: 'plan.md', text: TEXT.replace('a', 'A') })).toBe('wrote plan.md');
    const told = await bob.write({ path: 'plan.md', text: TEXT.replace('e', 'E') });
    expect(told).toMatch(/^wrote plan\.md\nSaved plan\.md, merged .* Read it again/);
    expect(disk.all.get('plan.md')).toBe('A\nb\nc\nd\nE\n');
    const { items } = await entente.history('plan.md');
    expect(items.map(({ head, note }) => [head.agent, note])).toEqual([
      ['bob', 'by bob'],
      ['ann', 'by ann'],
      ['external', 'found where a tool reads'],
    ]);
    expect(await bob.write({ path: 'plan.md', text: 'x' })).toMatch(/^NOT SAVED: .* you have not read it/);
  });

  it('[AD2] a write that clashes comes back with what clashes, and the tool does not write; the repair lands', async () => {
    const entente = createController({ store: createMemoryStore() });
    entente.registerStrategy('**', {
      name: 'merge',
      engine: 'auto',
      otherwise: { name: 'retry', maxAttempts: 3 },
    });
    const disk = files({ 'plan.md': TEXT });
    const [ann, bob] = [agentAt(entente, disk, 'ann'), agentAt(entente, disk, 'bob')];
    await ann.read({ path: 'plan.md' });
    await bob.read({ path: 'plan.md' });
    await ann.write({ path: 'plan.md', text: TEXT.replace('c', 'ann') });
    const refused = await bob.write({ path: 'plan.md', text: TEXT.replace('c', 'bob') });
    expect(refused).toMatch(/^NOT SAVED: plan\.md was changed since you read it/);
    expect(refused).toContain('ann ("by ann")');
    expect(refused).toContain(JSON.stringify('it is now: ann\n'));
    expect(disk.all.get('plan.md')).toContain('ann');
    // The same once more is judged from what was read first: it erases nobody.
    expect(await bob.write({ path: 'plan.md', text: TEXT.replace('c', 'bob') })).toMatch(/^NOT SAVED/);
    expect(await bob.write({ path: 'plan.md', text: TEXT.replace('c', 'ann and bob') })).toBe('wrote plan.md');
    expect(disk.all.get('plan.md')).toBe(TEXT.replace('c', 'ann and bob'));
  });

  it('[AD2] what only a person may decide is kept, said, and not written', async () => {
    const [entente, disk] = [open(), files({ 'plan.md': TEXT })];
    const [ann, bob] = [agentAt(entente, disk, 'ann'), agentAt(entente, disk, 'bob')];
    await Promise.all([ann.read({ path: 'plan.md' }), bob.read({ path: 'plan.md' })]);
    await ann.write({ path: 'plan.md', text: TEXT.replace('c', 'ann') });
    const told = await bob.write({ path: 'plan.md', text: TEXT.replace('c', 'bob') });
    expect(told).toMatch(/waits for a decision as conflict .* Do not send it again/);
    expect(disk.all.get('plan.md')).toBe(TEXT.replace('c', 'ann'));
    expect((await entente.conflicts({ state: 'open' })).items).toHaveLength(1);
  });

  it('[AD3] a change that nobody announced is a version by external; a place that is behind is answered from the store', async () => {
    const [entente, disk] = [open(), files({ 'plan.md': TEXT })];
    const ann = agentAt(entente, disk, 'ann');
    await ann.read({ path: 'plan.md' });
    disk.all.set('plan.md', 'by hand\n');
    expect(await ann.read({ path: 'plan.md' })).toBe('by hand\n');
    const { token } = await entente.begin('plan.md', { agent: 'cleo' });
    await entente.commit(token, { content: 'by hand\nand by cleo\n' });
    expect(await ann.read({ path: 'plan.md' })).toBe('by hand\nand by cleo\n');
    await ann.write({ path: 'plan.md', text: 'by hand\nand by cleo\nand by ann\n' });
    expect(disk.all.get('plan.md')).toBe('by hand\nand by cleo\nand by ann\n');
    const versions = (await entente.history('plan.md')).items.map(({ head }) => head.agent);
    expect(versions).toEqual(['ann', 'cleo', 'external', 'external']);
  });

  it('[AD4] many agents at once: every line is there, and what lies where the tools write is what is stored', async () => {
    const lines = Array.from({ length: 40 }, (_, i) => `line ${i}\nkept\n`);
    const [entente, disk] = [open(), files({ 'plan.md': lines.join('') })];
    const agents = Array.from({ length: 8 }, (_, i) => agentAt(entente, disk, `agent-${i}`));
    const edit = async (agent: (typeof agents)[number], line: number): Promise<void> => {
      const text = await agent.read({ path: 'plan.md' });
      const told = await agent.write({ path: 'plan.md', text: text.replace(`line ${line}\n`, `done ${line}\n`) });
      expect(told).not.toMatch(/NOT SAVED/);
    };
    await Promise.all(
      agents.map(async (agent, i) => {
        for (let round = 0; round < 5; round += 1) await edit(agent, round * 8 + i);
      }),
    );
    const stored = new TextDecoder().decode((await entente.read('plan.md'))?.content);
    expect(disk.all.get('plan.md')).toBe(stored);
    expect(stored).toBe(lines.join('').replaceAll('line', 'done'));
  });

  it('[AD5] a tool as an object keeps its other fields, and what a framework hands on goes through', async () => {
    const [entente, disk] = [open(), files({ 'plan.md': TEXT })];
    const calls: unknown[] = [];
    const tool = {
      description: 'Read a file.',
      execute: async (input: { readonly path: string }, options: { readonly toolCallId: string }): Promise<string> => {
        calls.push(options.toolCallId);
        return disk.read(input);
      },
    };
    const wrapped = withEntente(tool, {
      session: createSession(entente, { agent: 'ann' }),
      resource: ({ path }) => path,
    });
    expect(wrapped.description).toBe('Read a file.');
    expect(await wrapped.execute({ path: 'plan.md' }, { toolCallId: 'call-1' })).toBe(TEXT);
    expect(new Set(calls)).toEqual(new Set(['call-1']));
    await expect(wrapped.execute({ path: 'none.md' }, { toolCallId: 'call-2' })).rejects.toThrow('no such file');
    const odd = withEntente(async () => 7, {
      session: createSession(entente, { agent: 'ann' }),
      resource: () => 'odd',
    });
    await expect(odd(undefined)).rejects.toMatchObject({ code: 'misuse' });
  });
});
