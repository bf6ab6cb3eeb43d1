// The guard's process form on a real store: worktrees, apply, recover, the socket, and a lock that outlives nobody.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openGuard } from '../../src/cli/place/guard.ts';
import { findPlace } from '../../src/guard/front/place.ts';
import { listenOn } from '../../src/guard/server.ts';
import { createLock } from '../../src/guard/spool/lock.ts';
import type { Guard, LeftOut } from '../../src/guard/types.ts';
import { watchFolder } from '../../src/guard/watch.ts';
import { runIn } from '../support/command-line.ts';
import { useFolders } from '../support/folders.ts';
import { ward } from '../support/guard.ts';

const folder = useFolders('entente-gp-');

function git(cwd: string, ...words: readonly string[]): string {
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...who, ...words], { cwd, encoding: 'utf8' }).trim();
}

async function entente(
  words: readonly string[],
  { cwd }: { readonly cwd: string },
): Promise<{ exit: number; stdout: string }> {
  const { code, out } = await runIn(cwd, words);
  return { exit: code, stdout: out };
}

const LINES = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`);
const text = (changes: { readonly [line: number]: string } = {}): string =>
  `${LINES.map((line, index) => changes[index + 1] ?? line).join('\n')}\n`;

/** A repository with a home, and a linked worktree beside it. */
async function repository(): Promise<{ readonly main: string; readonly worktree: string }> {
  const base = folder();
  const main = join(base, 'main');
  const worktree = join(base, 'agent');
  mkdirSync(main);
  git(main, 'init', '-q');
  writeFileSync(join(main, 'a.md'), text());
  writeFileSync(join(main, 'b.md'), text());
  git(main, 'add', '.');
  git(main, 'commit', '-qm', 'first');
  expect((await entente(['init'], { cwd: main })).exit).toBe(0);
  git(main, 'worktree', 'add', '-q', worktree);
  return { main, worktree };
}

describe('worktrees', () => {
  it('[GD45] a conflict of apply has its true base and is opened once; a link in the way is left, and the others are applied', async () => {
    const { main, worktree } = await repository();
    writeFileSync(join(main, 'a.md'), text({ 9: 'HERE' }));
    rmSync(join(main, 'b.md'));
    symlinkSync('elsewhere', join(main, 'b.md'));
    writeFileSync(join(worktree, 'a.md'), text({ 2: 'THERE', 9: 'THERE' }));
    for (const name of ['b.md', 'c.md']) writeFileSync(join(worktree, name), 'new\n');
    const apply = async (): Promise<
      readonly { readonly path: string; readonly result: string; readonly conflictId?: string }[]
    > => {
      const { exit, stdout } = await entente(['apply', worktree, '--json'], { cwd: main });
      expect(exit).toBe(8);
      return (JSON.parse(stdout) as { files: { path: string; result: string }[] }).files;
    };
    const first = await apply();
    expect(first.map(({ path, result }) => `${path} ${result}`)).toEqual(['a.md left', 'b.md left', 'c.md added']);
    const again = await apply();
    expect(again.map(({ conflictId }) => conflictId).slice(0, 2)).toEqual(
      first.map(({ conflictId }) => conflictId).slice(0, 2),
    );
    const shown = await entente(['conflicts', 'show', first[0]?.conflictId ?? ''], { cwd: main });
    expect(shown.stdout).toContain('clash 1: content, line 9 now');
    expect(shown.stdout).not.toContain('clash 2');
    const listed = await entente(['conflicts', 'list', '--json'], { cwd: main });
    expect(listed.stdout.split('c-').length - 1).toBe(1);
    expect(readFileSync(join(main, 'a.md'), 'utf8')).toBe(text({ 9: 'HERE' }));
  });

  it('[GD22] worktrees share the store with a space each; apply merges with what lies in the target, committed or not, and overwrites nothing', async () => {
    const { main, worktree } = await repository();
    const [here, there] = [findPlace(main), findPlace(worktree)];
    expect(there?.home).toBe(here?.home);
    expect(there?.space).not.toBe(here?.space);
    // Days of uncommitted work in the target, and an agent that began from HEAD.
    writeFileSync(join(main, 'a.md'), text({ 2: 'HUMAN' }));
    writeFileSync(join(main, 'b.md'), text({ 5: 'HUMAN' }));
    writeFileSync(join(worktree, 'a.md'), text({ 9: 'AGENT' }));
    writeFileSync(join(worktree, 'b.md'), text({ 5: 'AGENT' }));
    git(worktree, 'commit', '-qam', 'work');
    writeFileSync(join(worktree, 'new.md'), 'new\n');
    writeFileSync(join(worktree, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
    const dry = await entente(['apply', worktree, '--dry-run', '--json'], { cwd: main });
    expect(JSON.parse(dry.stdout)).toMatchObject({
      files: [
        { path: 'a.md', result: 'merged' },
        { path: 'b.md', result: 'left' },
        { path: 'new.md', result: 'added' },
        { path: 'run.sh', result: 'added' },
      ],
    });
    expect(readFileSync(join(main, 'a.md'), 'utf8')).toBe(text({ 2: 'HUMAN' }));
    expect(existsSync(join(main, 'new.md'))).toBe(false);
    const done = await entente(['apply', worktree, '--json'], { cwd: main });
    expect(done.exit).toBe(8);
    expect(readFileSync(join(main, 'a.md'), 'utf8')).toBe(text({ 2: 'HUMAN', 9: 'AGENT' }));
    expect(readFileSync(join(main, 'b.md'), 'utf8')).toBe(text({ 5: 'HUMAN' }));
    expect(readFileSync(join(main, 'new.md'), 'utf8')).toBe('new\n');
    expect(['run.sh', 'new.md'].map((name) => statSync(join(main, name)).mode & 0o100)).toEqual([0o100, 0]);
    const kept = await entente(['recover', 'a.md', '--json'], { cwd: main });
    const versions = (JSON.parse(kept.stdout) as { kept: { agent: string; version: number }[] }).kept;
    expect(versions.map(({ agent }) => agent)).toEqual([there?.space, 'external', 'external']);
    const old = await entente(['recover', 'a.md', '--take', '2'], { cwd: main });
    expect(old.stdout).toBe(text({ 2: 'HUMAN' }));
    const conflicts = await entente(['conflicts', 'list', '--json'], { cwd: main });
    expect(conflicts.stdout).toContain('b.md');
  });
});

describe('recover', () => {
  it('[GD23] gives every overwritten byte by version, by hash or the beginning of one, and by time, also what never was a version', async () => {
    const w = await ward({ 'a.md': text() });
    try {
      await w.guard.read({ agent: 'a', path: 'a.md' });
      w.pass(1000);
      w.put('a.md', text({ 2: 'HUMAN' }));
      const call = { agent: 'a', path: 'a.md', call: '1', change: { content: text({ 2: 'A' }) } };
      expect((await w.guard.before(call)).do).toBe('stop');
      const kept = await w.guard.recoverable('a.md');
      expect(kept.map(({ version }) => version)).toEqual(expect.arrayContaining([1, 2, undefined]));
      const never = kept.find(({ version }) => version === undefined);
      const bytes = await w.guard.recover('a.md', { hash: never?.hash.slice(0, 12) ?? '' });
      expect(Buffer.from(bytes ?? []).toString()).toBe(text({ 2: 'A' }));
      expect(Buffer.from((await w.guard.recover('a.md', { at: 1_000_500 })) ?? []).toString()).toBe(text());
      expect(await w.guard.recover('a.md', { hash: 'f'.repeat(64) })).toBeUndefined();
    } finally {
      w.remove();
    }
  });
});

function ask(socket: string, path: string, body: string): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath: socket, path, method: 'POST' }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the process', () => {
  it('[GD24] listens on a socket of its owner alone; a second one is refused, a dead one’s socket taken over, and a file in its place left', async () => {
    const socket = join(folder(), 'guard.sock');
    const options = {
      socket,
      sleep,
      answer: async (host: string, body: string) => (host === 'x' ? `${host} ${body}` : undefined),
    };
    const server = await listenOn(options);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(await ask(socket, '/hook/x', 'hello')).toEqual({ status: 200, text: 'x hello' });
    expect((await ask(socket, '/hook/y', '')).status).toBe(404);
    expect((await ask(socket, '/etc/passwd', '')).status).toBe(404);
    await expect(listenOn(options)).rejects.toMatchObject({ code: 'misuse' });
    await server.close();
    expect(existsSync(socket)).toBe(false);
    // A process that was killed leaves its socket.
    const script = `require('node:net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`;
    expect(() => execFileSync(process.execPath, ['-e', script])).toThrow();
    expect(statSync(socket).isSocket()).toBe(true);
    const next = await listenOn(options);
    expect((await ask(socket, '/hook/x', 'again')).text).toBe('x again');
    await next.close();
    writeFileSync(socket, 'mine');
    await expect(listenOn(options)).rejects.toMatchObject({ code: 'misuse' });
    expect(readFileSync(socket, 'utf8')).toBe('mine');
  });

  it('[GD25] work of several processes is done one after the other, and a process that died holds nothing', async () => {
    const file = join(folder(), 'lock');
    const lock = createLock(file, { sleep });
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await sleep(1);
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 5 }, () => createLock(file, { sleep })(work)));
    expect(most).toBe(1);
    writeFileSync(file, `${process.pid} 1 other`);
    await lock(work);
    writeFileSync(file, '999999999 1 gone');
    await lock(work);
    expect(existsSync(file)).toBe(false);
  });

  it('[GD26] a watched folder: what nobody announced is captured as it happens, without anybody asking', async () => {
    const w = await ward({ 'a.md': text() });
    const stop = new AbortController();
    const seen: string[] = [];
    try {
      const captured = new Promise<void>((resolve) => {
        void watchFolder({
          ...{ root: w.root, guard: w.guard, signal: stop.signal, everyMs: 300 },
          later: (ms, later) => {
            const timer = setTimeout(later, ms);
            return () => clearTimeout(timer);
          },
          onCaptured: (all) => {
            seen.push(...all.map(({ path, version }) => `${path} v${version}`));
            if (seen.length === 1) w.put('a.md', text({ 3: 'HUMAN' }));
            if (seen.includes('a.md v2') && !seen.includes('deep/new.md v1')) w.put('deep/new.md', 'x\n');
            if (seen.includes('deep/new.md v1')) resolve();
          },
          onLeftOut: () => {},
          onFault: () => {},
        });
      });
      await captured;
    } finally {
      stop.abort();
      await w.guard.drain();
      w.remove();
    }
    expect(seen).toEqual(['a.md v1', 'a.md v2', 'deep/new.md v1']);
  });

  it('[GD26] a watched folder: its own files are no hint, and hints without a pause put no look at all files off', async () => {
    const w = await ward({ 'a.md': text(), 'busy.md': '0\n' });
    const stop = new AbortController();
    const asked: (readonly string[] | undefined)[] = [];
    const guard: Guard = {
      ...w.guard,
      capture: (paths) => {
        asked.push(paths);
        return w.guard.capture(paths);
      },
    };
    let count = 0;
    const busy = setInterval(() => w.put('busy.md', `${++count}\n`), 10);
    try {
      const looks = (): number => asked.filter((paths) => paths === undefined).length;
      await new Promise<void>((resolve) => {
        void watchFolder({
          ...{ root: w.root, guard, signal: stop.signal, everyMs: 200 },
          later: (ms, later) => {
            const timer = setTimeout(later, ms);
            return () => clearTimeout(timer);
          },
          onCaptured: () => {
            if (looks() > 3 && asked.length > 8) resolve();
          },
          onLeftOut: () => {},
          onFault: () => {},
        });
      });
    } finally {
      clearInterval(busy);
      stop.abort();
      await guard.drain();
      w.remove();
    }
    expect(new Set(asked.flatMap((paths) => paths ?? []))).toEqual(new Set(['busy.md']));
  });

  it('[GD33] a watched folder: two files that differ in letter case alone are told of when the second one comes', async () => {
    const w = await ward({ 'a.md': text() });
    const stop = new AbortController();
    try {
      const told = await new Promise<readonly LeftOut[]>((resolve) => {
        void watchFolder({
          ...{ root: w.root, guard: w.guard, signal: stop.signal, everyMs: 50 },
          later: (ms, later) => {
            const timer = setTimeout(later, ms);
            return () => clearTimeout(timer);
          },
          onCaptured: (all) => {
            if (all.some(({ path }) => path === 'a.md')) w.put('A.md', 'other\n');
          },
          onLeftOut: resolve,
          onFault: () => {},
        });
      });
      expect(told).toEqual([expect.objectContaining({ why: 'case' })]);
    } finally {
      stop.abort();
      await w.guard.drain();
      w.remove();
    }
  });

  it('[GD27] what the fast path wrote down is in the store before anybody else looks', async () => {
    const { main } = await repository();
    const place = findPlace(main);
    if (place === undefined) throw new Error('no place');
    const { createFast } = await import('../../src/guard/front/fast.ts');
    const fast = createFast(place, { clock: Date.now, announces: false });
    const next = text({ 4: 'FAST' });
    const write = { path: join(main, 'a.md'), change: { content: next } };
    const event = { agent: 'quick', call: '1', writes: [write] };
    expect(fast.answer({ kind: 'read', agent: 'quick', path: write.path })).toBe('silent');
    expect(fast.answer({ kind: 'before', ...event })).toBe('silent');
    writeFileSync(write.path, next);
    expect(fast.answer({ kind: 'after', ...event })).toBe('silent');
    const shown = await entente(['show', 'a.md'], { cwd: main });
    expect(shown.stdout).toBe(next);
    const guard = await openGuard(place);
    const kept = await guard.recoverable('a.md');
    await guard.close();
    expect(kept.map(({ agent, version }) => `${agent} ${version}`)).toEqual(['quick 2', 'external 1']);
  });

  it('[GD35] without a process too: a draft that somebody announced is the guard’s to tell, once, and the next read is silence', async () => {
    const { main } = await repository();
    const place = findPlace(main);
    if (place === undefined) throw new Error('no place');
    const { createFast } = await import('../../src/guard/front/fast.ts');
    const fast = createFast(place, { clock: Date.now, announces: false });
    const path = join(main, 'a.md');
    const read = { kind: 'read', agent: 'quick', path } as const;
    expect(fast.answer(read)).toBe('silent');
    await entente(['begin', 'a.md', '--agent', 'bob', '--note', 'shorten it'], { cwd: main });
    expect(fast.answer({ ...read, path: join(main, 'b.md') })).toBe('silent');
    expect(fast.answer(read)).toBeUndefined();
    const guard = await openGuard(place);
    expect(await guard.read(read)).toMatchObject({ note: expect.stringContaining('"bob" ("shorten it")') });
    expect(fast.answer(read)).toBe('silent');
    expect(fast.answer({ ...read, agent: 'other' })).toBeUndefined();
    writeFileSync(join(main, 'short.md'), text({ 2: 'SHORT' }));
    expect((await entente(['commit', 'a.md', 'short.md', '--agent', 'bob'], { cwd: main })).exit).toBe(0);
    // The store says that it is over, and so do the lines from then on.
    await guard.read({ agent: 'third', path });
    await guard.close();
    expect(fast.answer({ ...read, agent: 'fourth' })).toBe('silent');
    // Where reads are announced, the first one of an agent is the guard's too.
    const announcing = createFast(place, { clock: Date.now, announces: true });
    expect(announcing.answer({ ...read, path: join(main, 'b.md') })).toBeUndefined();
  });
});
