import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import * as http from 'node:http';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { findPlace, type Place, SOCKET } from '../guard/front/place.ts';
import { type HookAnswer, runHook, serveHook } from '../guard/front/run.ts';
import { isIgnored, isTracked } from '../guard/front/tracked.ts';
import type { Guard } from '../guard/types.ts';
import { createSqliteStore } from '../stores/sqlite.ts';
import { openGuard } from './place/guard.ts';

const FRONT = fileURLToPath(new URL('../../bin/entente-hook', import.meta.url));
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function git(cwd: string, ...args: readonly string[]): void {
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd, stdio: 'ignore' });
}

const TEXT = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n';

interface Project {
  readonly root: string;
  file(name: string): string;
  read(name: string): string;
  write(name: string, text: string): void;
}

/** A repository with one file in it, and a home with a store. */
async function project(): Promise<Project> {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'entente-hook-')));
  folders.push(root);
  git(root, 'init', '-q');
  writeFileSync(path.join(root, 'plan.md'), TEXT);
  git(root, 'add', '.');
  git(root, 'commit', '-qm', 'first');
  mkdirSync(path.join(root, '.entente'));
  const store = createSqliteStore({ path: path.join(root, '.entente/entente.db') });
  await store.epoch();
  await store.close();
  const file = (name: string): string => path.join(root, name);
  return {
    root,
    file,
    read: (name) => readFileSync(file(name), 'utf8'),
    write: (name, text) => writeFileSync(file(name), text),
  };
}

type Input = { readonly [name: string]: unknown };

function body(root: string, session: string, event: string, tool: string, input: Input, call = `${session}-1`): string {
  const base = { session_id: session, transcript_path: '/t.jsonl', cwd: root, permission_mode: 'default' };
  return JSON.stringify({ ...base, hook_event_name: event, tool_name: tool, tool_input: input, tool_use_id: call });
}

const never = (): Promise<Guard> => Promise.reject(new Error('the store was asked for'));

function run(root: string, text: string, open: Parameters<typeof runHook>[0]['open'] = never): Promise<HookAnswer> {
  return runHook({ host: 'claude-code', text, cwd: root, clock: () => 1, open });
}

describe('the short way', () => {
  it('[HK20] a file that lies there as its agent knows it is read and written without the store, and becomes versions later', async () => {
    const { root, file, write } = await project();
    const edit = { file_path: file('plan.md'), old_string: 'two', new_string: 'TWO' };
    expect(await run(root, body(root, 'a', 'PreToolUse', 'Read', { file_path: file('plan.md') }))).toEqual({ out: '' });
    expect(await run(root, body(root, 'a', 'PreToolUse', 'Edit', edit))).toEqual({ out: '' });
    write('plan.md', TEXT.replace('two', 'TWO'));
    expect(await run(root, body(root, 'a', 'PostToolUse', 'Edit', edit))).toEqual({ out: '' });
    const place = findPlace(root);
    if (place === undefined) throw new Error('no place');
    const guard = await openGuard(place);
    await guard.capture(['plan.md']);
    const kept = await guard.recoverable('plan.md');
    await guard.close();
    expect(kept.filter(({ version }) => version !== undefined).map(({ agent }) => agent)).toEqual([
      'claude-code:a',
      'external',
    ]);
  });

  it('[HK20] of two who announce at once, one at least is for the guard', async () => {
    const { root, file } = await project();
    const asked: string[] = [];
    const open = (who: string) => (): Promise<Guard> => {
      asked.push(who);
      return never();
    };
    for (const who of ['a', 'b']) {
      await run(root, body(root, who, 'PreToolUse', 'Read', { file_path: file('plan.md') }));
    }
    for (const who of ['a', 'b']) {
      const input = { file_path: file('plan.md'), content: `${TEXT}${who}\n` };
      await run(root, body(root, who, 'PreToolUse', 'Write', input), open(who));
    }
    expect(asked).toEqual(['b']);
  });

  it('[HK20] a new file, one that git does not have, and the start of a session need no store', async () => {
    const { root, file, write } = await project();
    const start = { session_id: 'a', cwd: root, hook_event_name: 'SessionStart', source: 'startup' };
    expect(await run(root, JSON.stringify(start))).toEqual({ out: '' });
    write('untracked.txt', 'x\n');
    expect(await run(root, body(root, 'a', 'PreToolUse', 'Read', { file_path: file('untracked.txt') }))).toEqual({
      out: '',
    });
    // Nothing is written down of what is not there and is only looked for.
    expect(await run(root, body(root, 'a', 'PreToolUse', 'Read', { file_path: file('nowhere.txt') }))).toEqual({
      out: '',
    });
    const input = { file_path: file('new.txt'), content: 'new\n' };
    expect(await run(root, body(root, 'a', 'PreToolUse', 'Write', input))).toEqual({ out: '' });
    write('new.txt', 'new\n');
    expect(await run(root, body(root, 'a', 'PostToolUse', 'Write', input))).toEqual({ out: '' });
    const place = findPlace(root);
    if (place === undefined) throw new Error('no place');
    const guard = await openGuard(place);
    await guard.capture();
    const authors = async (name: string): Promise<readonly string[]> =>
      (await guard.recoverable(name)).map(({ agent }) => agent);
    expect(await authors('new.txt')).toEqual(['claude-code:a']);
    expect(await authors('untracked.txt')).toEqual(['external']);
    expect(await authors('nowhere.txt')).toEqual([]);
    // What was there when the session began may be written over; what came since may not.
    const over = { agent: 'claude-code:a', call: 'over', path: 'plan.md', change: { content: 'all new\n' } };
    expect((await guard.before(over)).do).toBe('stop');
    await guard.close();
    const later = { ...start, session_id: 'b' };
    const at = Date.now() + 60_000;
    await runHook({ host: 'claude-code', text: JSON.stringify(later), cwd: root, clock: () => at, open: never });
    const again = await openGuard(place);
    expect(await again.before({ ...over, agent: 'claude-code:b' })).toEqual({ do: 'nothing' });
    await again.close();
  });

  it('[HK20] a command before and after which every file is as a version has it needs no store, and one that wrote does', async () => {
    const { root, write } = await project();
    const place = findPlace(root);
    if (place === undefined) throw new Error('no place');
    const command = (
      event: string,
      call: string,
      open: (place: Place) => Promise<Guard> = never,
    ): Promise<HookAnswer> => run(root, body(root, 'a', event, 'Bash', { command: 'make' }, call), open);
    write('.gitignore', 'left.log\n');
    write('left.log', 'x');
    // What changed just now might change again under the same time.
    await new Promise((resolve) => setTimeout(resolve, 80));
    const guard = await openGuard(place);
    await guard.capture();
    await guard.close();
    expect(await command('PreToolUse', '1')).toEqual({ out: '' });
    expect(await command('PostToolUse', '1')).toEqual({ out: '' });
    expect(await command('PreToolUse', '2')).toEqual({ out: '' });
    write('made.txt', 'made\n');
    expect((await command('PostToolUse', '2')).fault).toContain('the store was asked for');
    expect(await command('PostToolUse', '2', openGuard)).toEqual({ out: '' });
    const again = await openGuard(place);
    expect((await again.recoverable('made.txt')).map(({ agent }) => agent)).toEqual(['claude-code:a']);
    rmSync(path.join(root, 'plan.md'));
    expect((await command('PreToolUse', '3')).fault).toContain('the store was asked for');
    await again.close();
  });

  it('[HK20] a resource that never was a file is not deleted by a look at its place', async () => {
    const { root, file, read, write } = await project();
    const { createController } = await import('../controller/controller.ts');
    const place = findPlace(root);
    if (place === undefined) throw new Error('no place');
    const store = createSqliteStore({ path: path.join(root, '.entente/entente.db') });
    const controller = createController({ store });
    const { token } = await controller.begin('over-http.md', { agent: 'remote' });
    await controller.commit(token, { content: 'remote\n' });
    expect(await run(root, body(root, 'a', 'PreToolUse', 'Read', { file_path: file('over-http.md') }))).toEqual({
      out: '',
    });
    const input = { file_path: file('over-http.md'), content: 'mine\n' };
    await run(root, body(root, 'a', 'PreToolUse', 'Write', input));
    write('over-http.md', 'mine\n');
    await run(root, body(root, 'a', 'PostToolUse', 'Write', input));
    const guard = await openGuard(place);
    await guard.drain();
    expect(read('over-http.md')).toBe('remote\n');
    expect((await controller.conflicts({ state: 'open' })).items).toHaveLength(1);
    await guard.close();
    await store.close();
  });

  it('[HK20] what moved while a write is announced, or a command runs, is for the guard: it knows whose it may be', async () => {
    const { root, file, write } = await project();
    let asked = 0;
    const open = (): Promise<Guard> => {
      asked += 1;
      return never();
    };
    for (const who of ['a', 'b'])
      await run(root, body(root, who, 'PreToolUse', 'Read', { file_path: file('plan.md') }), open);
    await run(
      root,
      body(root, 'a', 'PreToolUse', 'Write', { file_path: file('plan.md'), content: `${TEXT}a\n` }),
      open,
    );
    expect(asked).toBe(0);
    write('plan.md', `${TEXT}a\n`);
    await run(root, body(root, 'b', 'PreToolUse', 'Read', { file_path: file('plan.md') }), open);
    expect(asked).toBe(1);
  });

  it('[HK20] [GD36] what somebody writes while a hook writes down an announcement is for the guard', async () => {
    const { root, file, write } = await project();
    await run(root, body(root, 'a', 'PreToolUse', 'Read', { file_path: file('plan.md') }));
    const text = body(root, 'a', 'PreToolUse', 'Write', { file_path: file('plan.md'), content: `${TEXT}a\n` });
    const clock = (): number => {
      write('plan.md', `human\n${TEXT}`);
      return 1;
    };
    const { fault } = await runHook({ host: 'claude-code', text, cwd: root, clock, open: never });
    expect(fault).toContain('the store was asked for');
  });

  it('[HK20] what is not plainly so is for the guard: unread, a link, a command', async () => {
    const { root, file } = await project();
    let asked = 0;
    const open = (): Promise<Guard> => {
      asked += 1;
      return never();
    };
    execFileSync('ln', ['-s', 'plan.md', file('link.md')]);
    for (const [tool, input] of [
      ['Write', { file_path: file('plan.md'), content: 'x' }],
      ['Read', { file_path: file('link.md') }],
      ['Bash', { command: 'ls' }],
    ] as const) {
      await run(root, body(root, 'a', 'PreToolUse', tool, input), open);
    }
    expect(asked).toBe(3);
  });

  it('[HK21] git has a file where its index says so, by its whole name', async () => {
    const { root, write } = await project();
    mkdirSync(path.join(root, 'deep'));
    write('deep/other.md', 'x\n');
    git(root, 'add', '.');
    expect(
      ['plan.md', 'deep/other.md', 'other.md', 'lan.md', 'plan.m', 'deep'].map((id) => isTracked(root, id)),
    ).toEqual([...[true, true, false, false, false, false]]);
    expect(isTracked(path.join(root, 'deep'), 'other.md')).toBe(false);
    write('.gitignore', '*.log\n');
    expect(['a.log', 'deep/b.log', 'a.txt'].map((id) => isIgnored(root, id))).toEqual([true, true, false]);
    // Without a repository a short list stands in.
    rmSync(path.join(root, '.git'), { recursive: true });
    expect(['node_modules/a.js', 'a.log'].map((id) => isIgnored(root, id))).toEqual([true, false]);
    write('.gitignore', '');
  });

  it('[HK22] a folder without a set-up is none of its business; a linked worktree has the home of its repository and a space of its own', async () => {
    const { root, file } = await project();
    const elsewhere = realpathSync(mkdtempSync(path.join(tmpdir(), 'entente-none-')));
    folders.push(elsewhere, `${root}-linked`);
    writeFileSync(path.join(elsewhere, 'x.md'), 'x\n');
    expect(
      await run(elsewhere, body(elsewhere, 'a', 'PreToolUse', 'Read', { file_path: path.join(elsewhere, 'x.md') })),
    ).toEqual({ out: '' });
    expect(existsSync(path.join(elsewhere, '.entente'))).toBe(false);
    git(root, 'worktree', 'add', '-q', `${root}-linked`);
    expect(findPlace(`${root}-linked`)).toMatchObject({ home: file('.entente'), root: `${root}-linked` });
    expect(findPlace(`${root}-linked`)?.space).not.toBe('default');
    expect(findPlace(root)?.space).toBe('default');
  });
});

describe('the guard, asked by a hook', () => {
  async function opened(
    root: string,
  ): Promise<{ readonly place: NonNullable<ReturnType<typeof findPlace>>; readonly guard: Guard }> {
    const place = findPlace(root);
    if (place === undefined) throw new Error('no place');
    return { place, guard: await openGuard(place) };
  }

  /** `b` changes the second line after `a` has read; `a` writes the whole file with the seventh changed. */
  async function stale(root: string, file: string, change: (text: string) => string): Promise<Input> {
    await run(root, body(root, 'a', 'PreToolUse', 'Read', { file_path: file }));
    await run(root, body(root, 'b', 'PreToolUse', 'Read', { file_path: file }));
    const edit = { file_path: file, old_string: 'two', new_string: 'TWO' };
    await run(root, body(root, 'b', 'PreToolUse', 'Edit', edit));
    writeFileSync(file, TEXT.replace('two', 'TWO'));
    await run(root, body(root, 'b', 'PostToolUse', 'Edit', edit));
    return { file_path: file, content: change(TEXT) };
  }

  it('[HK23] a stale Write that goes together is merged, and put right afterwards where the host dropped the answer', async () => {
    const { root, file, read, write } = await project();
    const input = await stale(root, file('plan.md'), (text) => text.replace('seven', 'SEVEN'));
    const merged = TEXT.replace('two', 'TWO').replace('seven', 'SEVEN');
    const before = JSON.parse((await run(root, body(root, 'a', 'PreToolUse', 'Write', input), openGuard)).out) as {
      hookSpecificOutput: { updatedInput: Input; additionalContext: string };
    };
    expect(before.hookSpecificOutput.updatedInput).toEqual({ ...input, content: merged });
    expect(before.hookSpecificOutput.additionalContext).toContain('claude-code:b');
    expect(before.hookSpecificOutput.additionalContext.length / 4).toBeLessThanOrEqual(200);
    // The host writes what it was asked to at first.
    write('plan.md', String(input['content']));
    const after = await run(root, body(root, 'a', 'PostToolUse', 'Write', input), openGuard);
    expect(read('plan.md')).toBe(merged);
    expect(after.out).toContain('additionalContext');
  });

  it('[HK23] a stale Write that clashes is denied with the packet, and put right where the host did not honour it', async () => {
    const { root, file, read, write } = await project();
    const input = await stale(root, file('plan.md'), (text) => text.replace('two', 'zwei'));
    const { out } = await run(root, body(root, 'a', 'PreToolUse', 'Write', input), openGuard);
    expect(JSON.parse(out)).toMatchObject({ hookSpecificOutput: { permissionDecision: 'deny' } });
    expect(out).toContain('claude-code:b');
    write('plan.md', String(input['content']));
    const after = await run(root, body(root, 'a', 'PostToolUse', 'Write', input), openGuard);
    expect(read('plan.md')).toBe(TEXT.replace('two', 'TWO'));
    expect(JSON.parse(after.out)).toMatchObject({ decision: 'block' });
  });

  it('[HK10] a patch that is written over by a stale file is known by what was announced of it, and both are kept', async () => {
    const { root, file, read, write } = await project();
    const patch = '*** Begin Patch\n*** Update File: plan.md\n@@\n one\n-two\n+TWO\n three\n*** End Patch';
    const codex = (event: string): Promise<HookAnswer> =>
      runHook({
        ...{ host: 'codex', cwd: root, clock: () => 1, open: openGuard },
        text: body(root, 'x', event, 'apply_patch', { command: patch }),
      });
    await codex('SessionStart');
    await run(root, body(root, 'b', 'PreToolUse', 'Read', { file_path: file('plan.md') }), openGuard);
    const input = { file_path: file('plan.md'), content: TEXT.replace('seven', 'SEVEN') };
    await run(root, body(root, 'b', 'PreToolUse', 'Write', input), openGuard);
    expect((await codex('PreToolUse')).out).toBe('');
    write('plan.md', TEXT.replace('two', 'TWO'));
    write('plan.md', input.content);
    await codex('PostToolUse');
    await run(root, body(root, 'b', 'PostToolUse', 'Write', input), openGuard);
    expect(read('plan.md')).toBe(TEXT.replace('two', 'TWO').replace('seven', 'SEVEN'));
  });

  it('[HK13] a fault is said in the answer, as the user chose', async () => {
    const { root, file, write } = await project();
    const text = body(root, 'a', 'PreToolUse', 'Write', { file_path: file('plan.md'), content: 'x' });
    expect(await run(root, text)).toEqual({
      out: expect.stringContaining('systemMessage'),
      fault: expect.stringContaining('the store was asked for'),
    });
    write('.entente/config.json', '{"hooks": {"onFailure": "block"}}\n');
    expect((await run(root, text)).out).toContain('"deny"');
    expect((await run(root, 'no json')).out).toContain('systemMessage');
    expect((await runHook({ host: 'emacs', text, cwd: root, clock: () => 1, open: never })).fault).toContain('emacs');
  });

  interface Ran {
    readonly code: number | null;
    readonly out: string;
    readonly err: string;
  }

  function front(root: string, text: string, env: { readonly [name: string]: string } = {}): Promise<Ran> {
    return new Promise((resolve) => {
      const child = spawn('sh', [FRONT, 'claude-code'], { cwd: root, env: { ...process.env, ...env } });
      const [out, err]: [Buffer[], Buffer[]] = [[], []];
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
      child.on('close', (code) =>
        resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }),
      );
      // One that cannot run may have ended before it has read anything.
      child.stdin.on('error', () => undefined);
      child.stdin.end(text);
    });
  }

  async function serve(root: string): Promise<() => Promise<void>> {
    const { place, guard } = await opened(root);
    const server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const host = request.url?.split('/').at(-1) ?? '';
        const guardOf = (): Promise<Guard> => Promise.resolve(guard);
        const served = { host, text, cwd: root, home: place.home, clock: () => 1, landed: () => {}, guardOf };
        void serveHook(served).then((told) => {
          response.writeHead(told === undefined ? 404 : 200).end(told);
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(path.join(place.home, SOCKET), resolve));
    return async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await guard.close();
    };
  }

  /** A PATH with these programs alone. */
  function onlyWith(root: string, ...names: readonly string[]): string {
    const folder = path.join(root, '.entente', `bin-${names.join('-')}`);
    mkdirSync(folder);
    for (const name of ['sh', 'cat', ...names]) {
      const found = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
      symlinkSync(found, path.join(folder, name));
    }
    return folder;
  }

  it.each(['perl', 'curl'])('[HK24] the front asks the guard that listens, without Node, by %s', async (by) => {
    const { root, file } = await project();
    const close = await serve(root);
    const noNode = { ENTENTE_NODE: '/nowhere/node', PATH: onlyWith(root, by) };
    const read = body(root, 'a', 'PreToolUse', 'Read', { file_path: file('plan.md') });
    expect(await front(root, read, noNode)).toEqual({ code: 0, out: '', err: '' });
    // Unread, and so not written over: the answer comes through whole.
    const input = { file_path: file('plan.md'), content: 'ü"\\n' };
    const told = await front(path.join(root, '.git'), body(root, 'b', 'PreToolUse', 'Write', input), noNode);
    expect(JSON.parse(told.out)).toMatchObject({ hookSpecificOutput: { permissionDecision: 'deny' } });
    const alone = await runHook({
      host: 'claude-code',
      text: body(root, 'c', 'PreToolUse', 'Write', input),
      cwd: root,
      clock: () => 1,
      open: never,
    });
    expect(JSON.parse(alone.out)).toMatchObject({ hookSpecificOutput: { permissionDecision: 'deny' } });
    await close();
  });

  it('[HK25] where nothing can run, the front says so and lets the tool go on, or stops it where the user chose so', async () => {
    const { root, file, write } = await project();
    const noNode = { ENTENTE_NODE: '/nowhere/node' };
    const text = body(root, 'a', 'PreToolUse', 'Write', { file_path: file('plan.md'), content: 'x' });
    const open = await front(root, text, noNode);
    expect(open).toMatchObject({ code: 0, err: expect.stringContaining('could not guard') });
    expect(JSON.parse(open.out)).toEqual({ systemMessage: expect.stringContaining('could not guard') });
    write('.entente/config.json', '{\n  "hooks": { "onFailure": "block" }\n}\n');
    const blocked = await front(root, text, noNode);
    expect(JSON.parse(blocked.out)).toMatchObject({ hookSpecificOutput: { permissionDecision: 'deny' } });
    expect(JSON.parse((await front(root, body(root, 'a', 'PostToolUse', 'Write', {}), noNode)).out)).toHaveProperty(
      'systemMessage',
    );
  });

  it('[HK25] a guard that dies over its answer is passed by too, with all that the host sent', async () => {
    const { root, file } = await project();
    // One answer is cut off, one is a fault.
    const cut = 'HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{"decision"';
    const answers = [cut, 'HTTP/1.1 500 Internal Server Error\r\ncontent-length: 2\r\n\r\nno'];
    const server = net.createServer((socket) => socket.once('data', () => socket.end(answers.shift() ?? '')));
    await new Promise<void>((resolve) => server.listen(file(`.entente/${SOCKET}`), resolve));
    const script = file('node.sh');
    writeFileSync(script, '#!/bin/sh\ncat\n');
    chmodSync(script, 0o755);
    const text = body(root, 'a', 'PreToolUse', 'Write', { file_path: file('plan.md'), content: 'ü"\n'.repeat(40_000) });
    for (let time = 0; time < 2; time += 1)
      expect(await front(root, text, { ENTENTE_NODE: script })).toEqual({ code: 0, out: text, err: '' });
    await new Promise((resolve) => server.close(resolve));
  });

  it('[HK25] a socket that nobody listens on any more is passed by', async () => {
    const { root, file } = await project();
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(file(`.entente/${SOCKET}`), resolve));
    execFileSync('cp', ['-a', file(`.entente/${SOCKET}`), file('.entente/kept')]);
    await new Promise((resolve) => server.close(resolve));
    execFileSync('mv', [file('.entente/kept'), file(`.entente/${SOCKET}`)]);
    const script = file('node.sh');
    writeFileSync(script, '#!/bin/sh\ncat >/dev/null\nprintf "%s" "{}"\n');
    chmodSync(script, 0o755);
    const read = body(root, 'a', 'PreToolUse', 'Read', { file_path: file('plan.md') });
    expect(await front(root, read, { ENTENTE_NODE: script })).toEqual({ code: 0, out: '{}', err: '' });
    expect(await run(root, read)).toEqual({ out: '' });
  });
});
