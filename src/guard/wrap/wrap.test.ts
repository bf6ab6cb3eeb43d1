// `entente wrap` in this process, before a small server of its own: what goes through, what is kept, and what is said.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createController } from '../../controller/controller.ts';
import type { Controller } from '../../controller/types.ts';
import { parseResourceId } from '../../core/resource.ts';
import { realTimers } from '../../service/timers.ts';
import { createMemoryStore } from '../../stores/memory.ts';
import { merge } from '../../strategies/merge.ts';
import { eachLine } from './json-lines.ts';
import type { WrapOptions } from './types.ts';
import { wrap } from './wrap.ts';

const SERVER = fileURLToPath(new URL('../../../test/fixtures/wrap/list-server.mjs', import.meta.url));
const LIST = 'a\nb\nc\nd\ne\nf\ng\n';
const NONE = { version: 0, revision: 0, born: 0, hash: '' };

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly result?: { readonly isError?: true; readonly content?: readonly { readonly text: string }[] };
  readonly error?: { readonly message: string };
}

interface Session {
  send(message: object): void;
  raw(line: string): void;
  call(tool: string, args?: object): Promise<string>;
  next(): Promise<Answer>;
  readonly errors: () => string;
  end(): Promise<number>;
}

let folder: string;
let entente: Controller;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-wrap-'));
  entente = createController({ store: createMemoryStore(), default: merge('auto') });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const list = (): string => readFileSync(join(folder, 'list.txt'), 'utf8');
const write = (text: string): void => writeFileSync(join(folder, 'list.txt'), text);
const authors = async (): Promise<readonly string[]> =>
  (await entente.history('list.txt')).items.map(({ head }) => head.agent).reverse();

function open(more: Partial<WrapOptions> & { readonly mode?: string; readonly inPlace?: true } = {}): Session {
  const { mode = '', inPlace, ...rest } = more;
  const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const came: Answer[] = [];
  let wake = (): void => {};
  void eachLine(output, (line) => {
    came.push(JSON.parse(line) as Answer);
    wake();
  });
  const said: string[] = [];
  errors.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const file = { resource: parseResourceId('list.txt'), folder, name: 'list.txt' };
  const done = wrap({
    controller: entente,
    rebase: async ({ token: { repairs: _, ...token } }, base = NONE) => ({ ...token, ...base }),
    files: [inPlace ? file : { ...file, variable: 'LIST_FILE' }],
    ...{ state: join(folder, 'state'), agent: undefined, reads: [], inMemory: mode === 'memory', callMs: 60_000 },
    ...{ command: process.execPath, args: [SERVER], cwd: folder, env: { ...process.env, LIST_MODE: mode } },
    keep: async (_, bytes) => {
      writeFileSync(join(folder, 'kept'), bytes);
      return 'kept';
    },
    ...{ input, output, errors, signal: new AbortController().signal, timers: realTimers },
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    ...rest,
  });
  done.catch(() => {});
  let id = 0;
  const raw = (line: string): void => void input.write(`${line}\n`);
  const send = (message: object): void => raw(JSON.stringify({ jsonrpc: '2.0', ...message }));
  const next = async (): Promise<Answer> => {
    while (came.length === 0)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return came.shift() as Answer;
  };
  return {
    send,
    raw,
    next,
    errors: () => said.join(''),
    async call(name, args = {}) {
      id += 1;
      send({ id, method: 'tools/call', params: { name, arguments: args } });
      const answer = await next();
      expect(answer.id).toBe(id);
      const { isError, content = [] } = answer.result ?? {};
      return `${isError === true ? 'ERROR ' : ''}${content.map(({ text }) => text).join(' | ')}`;
    },
    end: () => {
      input.end();
      return done;
    },
  };
}

describe('entente wrap', () => {
  it('[WR2] what is no call goes through as it is, and what is no message goes to stderr', async () => {
    const session = open();
    session.send({ id: 7, method: 'initialize', params: { clientInfo: { name: 'Claude Code', version: '1' } } });
    expect(await session.next()).toMatchObject({ id: 7, result: { method: 'initialize' } });
    expect(await session.call('add', { line: 'one' })).toBe('added');
    expect(await authors()).toEqual(['Claude-Code']);
    expect(session.errors()).toContain('this is no message');
    session.raw(JSON.stringify([{ id: 1, method: 'tools/call' }]));
    expect((await session.next()).error?.message).toContain('no batches');
    expect(await session.end()).toBe(0);
    expect(readdirSync(join(folder, 'state', 'wrap')).filter((name) => !name.endsWith('.json'))).toEqual([]);
  });

  it('[WR3] each write of a tool is a version by its client, and the file holds what is stored', async () => {
    write(LIST);
    const [ann, bob] = [open({ agent: 'ann' }), open({ agent: 'bob' })];
    expect(await ann.call('show')).toBe(LIST);
    await Promise.all([ann.call('add', { line: 'by ann' }), bob.call('add', { line: 'by bob' })]);
    expect(list().split('\n').slice(7, 9).sort()).toEqual(['by ann', 'by bob']);
    expect((await authors()).slice().sort()).toEqual(['ann', 'bob', 'external']);
    expect((await entente.history('list.txt')).items[0]?.note).toBe('tool add');
    expect(await ann.call('show')).toBe(list());
    await Promise.all([ann.end(), bob.end()]);
  });

  it('[WR4] a change outside is a version by external, and a commit by another way is in the file at the next call', async () => {
    write(LIST);
    const session = open({ agent: 'ann' });
    await session.call('add', { line: 'h' });
    write(list().replace('a\n', 'A\n'));
    expect(await session.call('add', { line: 'i' })).toBe('added');
    expect(list()).toBe(`${LIST.replace('a\n', 'A\n')}h\ni\n`);
    const { token } = await entente.begin('list.txt', { agent: 'cleo' });
    await entente.commit(token, { edits: [{ old: 'c\n', new: 'C\n' }] });
    expect(await session.call('show')).toContain('C\n');
    expect(list()).toContain('C\n');
    expect(await authors()).toEqual(['external', 'ann', 'external', 'ann', 'cleo']);
    await session.end();
  });

  it('[WR4] a change outside on an older version is merged, and one that clashes is a tool error until it is decided', async () => {
    write(LIST);
    const session = open({ agent: 'ann' });
    await session.call('show');
    const commit = async (old: string, text: string): Promise<void> => {
      const { token } = await entente.begin('list.txt', { agent: 'cleo' });
      await entente.commit(token, { edits: [{ old, new: text }] });
    };
    await commit('a\n', 'cleo\n');
    write(LIST.replace('g\n', 'G\n'));
    expect(await session.call('add', { line: 'h' })).toBe('added');
    expect(list()).toBe('cleo\nb\nc\nd\ne\nf\nG\nh\n');

    await commit('d\n', 'D by cleo\n');
    write(list().replace('d\n', 'D outside\n'));
    const refused = await session.call('add', { line: 'i' });
    expect(refused).toMatch(/^ERROR NOT DONE: .*outside of entente clashes .*entente conflicts show/);
    expect(list()).toContain('D outside');
    expect(await session.call('show')).toMatch(/^ERROR NOT DONE: .*waits for a decision/);
    const [open1] = (await entente.conflicts({ state: 'open' })).items;
    await entente.resolve(open1?.id ?? '', { use: 'proposed' }, { agent: 'judge' });
    expect(await session.call('add', { line: 'i' })).toBe('added');
    expect(list()).toBe('cleo\nb\nc\nD outside\ne\nf\nG\nh\ni\n');
    await session.end();
  });

  it('[WR5] a server that writes from memory overwrites nobody: its writes are merged from what it knew', async () => {
    write(LIST);
    const [ann, bob] = [open({ agent: 'ann', mode: 'memory' }), open({ agent: 'bob', mode: 'memory' })];
    // Both have read what was there.
    expect([await ann.call('show'), await bob.call('show')]).toEqual([LIST, LIST]);
    expect(await ann.call('replace', { from: 'a\n', to: 'A\n' })).toBe('replaced');
    expect(await bob.call('replace', { from: 'g\n', to: 'G\n' })).toMatch(/^replaced \| entente: Others had changed/);
    expect(await ann.call('replace', { from: 'd\n', to: 'D\n' })).toMatch(/^replaced/);
    expect(list()).toBe('A\nb\nc\nD\ne\nf\nG\n');
    expect(await bob.call('replace', { from: 'a\n', to: 'mine\n' })).toMatch(/^ERROR NOT SAVED: .*conflicts show/);
    expect(list()).toBe('A\nb\nc\nD\ne\nf\nG\n');
    expect((await entente.conflicts({ state: 'open' })).items).toHaveLength(1);
    await Promise.all([ann.end(), bob.end()]);
  });

  it('[WR5] what a server writes after its answer is taken in at the next call', async () => {
    const session = open({ agent: 'ann', mode: 'late' });
    expect(await session.call('add', { line: 'one' })).toBe('added');
    session.send({ method: 'notifications/go' });
    expect((await session.next()).method).toBe('notifications/message');
    expect(await session.call('show')).toBe('one\n');
    expect(list()).toBe('one\n');
    expect((await entente.history('list.txt')).items[0]?.note).toBe('written after its answer');
    await session.end();
  });

  it('[WR6] a server without a variable works on the file itself, with the same versions', async () => {
    write(LIST);
    const session = open({ agent: 'ann', inPlace: true });
    expect(await session.call('add', { line: 'h' })).toBe('added');
    const { token } = await entente.begin('list.txt', { agent: 'cleo' });
    await entente.commit(token, { edits: [{ old: 'c\n', new: 'C\n' }] });
    expect(await session.call('add', { line: 'i' })).toBe('added');
    expect(list()).toBe(`${LIST.replace('c\n', 'C\n')}h\ni\n`);
    expect(await session.call('where')).toBe('list.txt');
    expect(await authors()).toEqual(['external', 'ann', 'cleo', 'ann']);
    await session.end();
  });

  it('[WR7] a call that gets no answer holds nobody up for longer than it may, and a cancelled one gets none', async () => {
    const session = open({ agent: 'ann', callMs: 1_500 });
    expect(await session.call('nothing')).toMatch(/^ERROR The server did not answer in 1.5 s/);
    session.send({ id: 90, method: 'tools/call', params: { name: 'nothing' } });
    session.send({ method: 'notifications/cancelled', params: { requestId: 90 } });
    expect(await session.call('add', { line: 'one' })).toBe('added');
    session.send({ id: 91, method: 'tools/call', params: { name: 'end' } });
    expect((await session.next()).result?.isError).toBe(true);
    expect(await session.end()).toBe(3);
    expect(list()).toBe('one\n');
  });

  it('[WR7] calls that were sent before the client closed are done and stored', async () => {
    const session = open({ agent: 'ann' });
    for (const line of ['one', 'two', 'three'])
      session.send({ id: line, method: 'tools/call', params: { name: 'add', arguments: { line } } });
    expect(await session.end()).toBe(0);
    expect(list()).toBe('one\ntwo\nthree\n');
  });

  it('[WR8] a tool that only reads waits for nobody', async () => {
    const session = open({ agent: 'ann', reads: ['show'] });
    session.send({ id: 1, method: 'tools/call', params: { name: 'nothing' } });
    session.send({ id: 2, method: 'tools/call', params: { name: 'show' } });
    expect((await session.next()).id).toBe(2);
    session.send({ method: 'notifications/cancelled', params: { requestId: 1 } });
    await session.end();
  });

  it('[WR9] a server that cannot be started is misuse', async () => {
    const session = open({ command: join(folder, 'nowhere') });
    await expect(session.end()).rejects.toMatchObject({ code: 'misuse' });
  });
});
