// What must not keep a guard from its work: files that cannot be read, links in the place of files, storms in folders that
// are left alone, a machine that watches no more, and the guard's own words.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createWatches } from '../../src/guard/disk/watches.ts';
import { FileFault } from '../../src/guard/disk/way.ts';
import { createFast } from '../../src/guard/front/fast.ts';
import { findPlace } from '../../src/guard/front/place.ts';
import { commandLine, runIn } from '../support/command-line.ts';
import { useFolders } from '../support/folders.ts';
import { LINES, toolCall, ward, withLine } from '../support/guard.ts';

const folder = useFolders('entente-alone-');

function system(code: string): Error {
  return Object.assign(new Error(`${code}: told by a test, open 'x'`), { code });
}

describe('one file that cannot be looked at', () => {
  it('[GD42] may not be read: the others are taken, it is told of, and it is guarded again once it can be', async () => {
    let shut = true;
    const w = await ward(
      { 'a.md': LINES, 'b.md': LINES, 'c.md': LINES },
      {
        disk: (folder) => ({
          ...folder,
          read: async (id) => {
            if (shut && id === 'b.md') throw new FileFault('b.md', system('EACCES'));
            return folder.read(id);
          },
        }),
      },
    );
    try {
      const paths = async (): Promise<readonly string[]> => (await w.guard.capture()).map(({ path }) => path);
      expect(await paths()).toEqual(['a.md', 'c.md']);
      expect(w.guard.leftOut()).toEqual([
        { path: 'b.md', why: 'fault', fault: '"b.md" cannot be used: EACCES: told by a test' },
      ]);
      shut = false;
      expect(await paths()).toEqual(['b.md']);
      expect(w.guard.leftOut()).toEqual([]);
      shut = true;
      for (const id of ['b.md', 'c.md']) w.put(id, withLine(LINES, 2, 'HUMAN'));
      expect(await w.guard.capture(['b.md', 'c.md'])).toMatchObject([{ path: 'c.md', version: 2 }]);
    } finally {
      w.remove();
    }
  });

  it('[GD42] a link or a folder in the place of a file that a hook wrote down: it is a version, and every command has its answer', async () => {
    const root = folder();
    await runIn(root, ['init', '-q']);
    const place = findPlace(root);
    if (place === undefined) throw new Error('no place');
    const fast = createFast(place, { clock: Date.now, announces: false });
    const file = join(root, 'x.md');
    const event = { agent: 'quick', call: '1', writes: [{ path: file, change: { content: 'one\n' } }] };
    expect(fast.answer({ kind: 'before', ...event })).toBe('silent');
    writeFileSync(file, 'one\n');
    expect(fast.answer({ kind: 'after', ...event })).toBe('silent');
    rmSync(file);
    symlinkSync('elsewhere.md', file);
    expect(await runIn(root, ['show', 'x.md'])).toMatchObject({ code: 0, out: 'one\n' });
    rmSync(file);
    mkdirSync(file);
    expect(await runIn(root, ['log', '--json'])).toMatchObject({ code: 0, out: expect.stringContaining('quick') });
  });
});

describe('what is watched', () => {
  it('[GD43] the folders of guarded files alone, and those that are new', async () => {
    const w = await ward({ '.gitignore': 'made/\n', 'a/b/c.md': 'x\n', 'made/d/e.js': 'x\n' }, { git: true });
    try {
      await w.guard.capture();
      expect([...w.guard.folders()].sort()).toEqual(['', 'a', 'a/b']);
      expect(await w.guard.leftAlone(['a', 'made', '.git'])).toEqual(new Set(['made', '.git']));
    } finally {
      w.remove();
    }
  });

  it('[GD43] where the machine watches no more, that is told once, and once more after it could', () => {
    const root = folder();
    for (const name of ['a', 'b']) mkdirSync(join(root, name));
    let most = 1;
    const watched: string[] = [];
    const told: unknown[] = [];
    const watches = createWatches({
      ...{ root, deep: false, hint: () => {}, onShort: (error) => told.push(error) },
      watch: (path) => {
        if (watched.length >= most) throw system('ENOSPC');
        watched.push(path.slice(root.length));
        return Object.assign(Object.create(null), { on: () => {}, close: () => {} });
      },
    });
    expect(watches.keep(['', 'a', 'b', 'gone'])).toBe(true);
    expect([watches.keep([]), watches.keep(['', 'a', 'b'])]).toEqual([false, false]);
    expect([watched, told.length]).toEqual([[''], 1]);
    most = 9;
    expect(watches.keep(['', 'a', 'b'])).toBe(true);
    expect(watched).toEqual(['', '/a', '/b']);
    rmSync(join(root, 'b'), { recursive: true });
    most = 3;
    mkdirSync(join(root, 'c'));
    watches.keep(['', 'a', 'c']);
    expect(told.length).toBe(2);
    watches.close();
  });

  it('[GD43] of many hints git is asked once, and a hook waits for a set of them alone', async () => {
    const bin = folder();
    const log = join(bin, 'calls');
    const path = process.env['PATH'] ?? '';
    writeFileSync(join(bin, 'git'), `#!/bin/sh\necho "$1" >> ${log}\nPATH='${path}' exec git "$@"\n`, { mode: 0o755 });
    const w = await ward({ '.gitignore': 'made/\n' }, { git: true });
    try {
      const ids = Array.from({ length: 200 }, (_, index) => (index < 100 ? `made/${index}.js` : `src/${index}.md`));
      for (const id of ids) w.put(id, 'x\n');
      process.env['PATH'] = `${bin}:${path}`;
      const order: string[] = [];
      const capture = w.guard.capture(ids).then((captured) => {
        order.push('capture');
        return captured.length;
      });
      await sleep(0);
      const hook = w.guard.session({ agent: 'a' }).then(() => order.push('hook'));
      expect(await capture).toBe(100);
      await hook;
      expect(readFileSync(log, 'utf8')).toBe('check-ignore\n');
      expect(order).toEqual(['hook', 'capture']);
    } finally {
      process.env['PATH'] = path;
      w.remove();
    }
  });
});

describe('what the guard itself says', () => {
  it('[GD44] the file that its output goes to is no file of the folder', async () => {
    const root = folder();
    await runIn(root, ['init', '-q']);
    const log = join(root, 'guard.log');
    const child = spawn('sh', ['-c', `exec ${commandLine} guard --watch > guard.log 2>&1`], {
      cwd: root,
      stdio: 'ignore',
    });
    const has = (text: string): boolean => existsSync(log) && readFileSync(log, 'utf8').includes(text);
    try {
      while (!has('socket:') && child.exitCode === null) await sleep(20);
      writeFileSync(join(root, 'a.md'), 'x\n');
      while (!has('a.md v1') && child.exitCode === null) await sleep(20);
      writeFileSync(join(root, 'b.md'), 'x\n');
      while (!has('b.md v1') && child.exitCode === null) await sleep(20);
    } finally {
      const ended = new Promise((resolve) => child.on('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    const stored = (await runIn(root, ['log'])).out;
    expect(stored).toContain('b.md');
    expect(stored).not.toContain('guard.log');
    expect(readFileSync(log, 'utf8')).not.toContain('guard.log v');
  });
});

// A call of a tool is not needed to tell that a file cannot be used: what its host is told has the real path.
describe('a hook on such a file', () => {
  it('[GD42] is told which file it is', async () => {
    const w = await ward(
      { 'b.md': LINES },
      {
        disk: (folder) => ({
          ...folder,
          read: async () => {
            throw new FileFault('/w/b.md', system('EACCES'));
          },
        }),
      },
    );
    try {
      await expect(w.guard.before(toolCall('a', 'b.md', { content: 'x\n' }))).rejects.toThrow(
        '"/w/b.md" cannot be used',
      );
    } finally {
      w.remove();
    }
  });
});
