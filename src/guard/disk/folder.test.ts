// The disk under a guard, against what is put in its way: links, swapped folders, planted names, late writers.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toolCall, type Ward, ward } from '../../../test/support/guard.ts';
import { type Folder, idIn, openFolder } from './folder.ts';

let root = '';
let outside = '';
let folder: Folder;

beforeEach(async () => {
  const base = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), 'entente-folder-')));
  root = path.join(base, 'data');
  outside = path.join(base, 'data_secret');
  fs.mkdirSync(root);
  fs.mkdirSync(outside);
  folder = await openFolder(root);
});
afterEach(() => fs.rmSync(path.dirname(root), { recursive: true, force: true }));

const bytes = (text: string): Uint8Array => Buffer.from(text);
const names = (of: string): readonly string[] => fs.readdirSync(of).sort();

describe('a guarded folder on disk', () => {
  it('[GD18] a file is replaced whole, its mode kept, and only while it is what was expected', async () => {
    const file = path.join(root, 'run.sh');
    fs.writeFileSync(file, 'one\r\n', { mode: 0o755 });
    fs.chmodSync(file, 0o755);
    expect(await folder.put('run.sh', bytes('two\r\n'), bytes('one\r\n'))).toEqual({ done: true });
    expect(fs.readFileSync(file, 'utf8')).toBe('two\r\n');
    expect(fs.statSync(file).mode & 0o777).toBe(0o755);
    expect(await folder.put('run.sh', bytes('three'), bytes('one\r\n'))).toEqual({ done: false });
    expect(await folder.put('run.sh', bytes('three'), undefined)).toEqual({ done: false });
    expect(await folder.remove('run.sh', bytes('one'))).toEqual({ done: false });
    expect(fs.readFileSync(file, 'utf8')).toBe('two\r\n');
    expect(names(root)).toEqual(['run.sh']);
    expect(await folder.remove('run.sh', bytes('two\r\n'))).toEqual({ done: true });
    expect(names(root)).toEqual([]);
  });

  it('[GD19] no link is followed, at the end or on the way, to a file that is there or not', async () => {
    fs.writeFileSync(path.join(outside, 'x'), 'secret');
    fs.symlinkSync(path.join(outside, 'x'), path.join(root, 'link'));
    fs.symlinkSync(path.join(outside, 'not-there'), path.join(root, 'dangling'));
    fs.symlinkSync(outside, path.join(root, 'way'));
    for (const id of ['link', 'dangling', 'way/x', 'way/new']) {
      await expect(folder.read(id)).rejects.toMatchObject({ code: 'bad-id' });
      await expect(folder.put(id, bytes('mine'), undefined)).rejects.toMatchObject({ code: 'bad-id' });
    }
    expect(fs.readFileSync(path.join(outside, 'x'), 'utf8')).toBe('secret');
    expect(names(outside)).toEqual(['x']);
    expect(fs.lstatSync(path.join(root, 'link')).isSymbolicLink()).toBe(true);
  });

  it('[GD19] while a folder on the way is swapped for a link, nothing is written outside', async () => {
    const inside = path.join(root, 'sub');
    const aside = path.join(root, 'aside');
    fs.mkdirSync(inside);
    for (let round = 0; round < 40; round += 1) {
      const writing = folder.put('sub/file', bytes(`round ${round}`), undefined).catch(() => ({ done: false }));
      await Promise.resolve();
      fs.renameSync(inside, aside);
      fs.symlinkSync(outside, inside);
      await writing;
      fs.unlinkSync(inside);
      fs.renameSync(aside, inside);
      fs.rmSync(path.join(inside, 'file'), { force: true });
    }
    expect(names(outside)).toEqual([]);
  });

  it('[GD20] a path means what lies below the root, by its real way; a folder beside it with a longer name does not', async () => {
    expect(await idIn(root, 'a/b.md')).toBe('a/b.md');
    expect(await idIn(root, path.join(root, 'a/../b.md'))).toBe('b.md');
    for (const given of ['../x', 'a/../../x', '/etc/passwd', path.join(outside, 'x'), '.', root]) {
      expect(await idIn(root, given), given).toBeUndefined();
    }
    fs.symlinkSync(outside, path.join(root, 'way'));
    expect(await idIn(root, 'way/x')).toBeUndefined();
    fs.symlinkSync(root, path.join(outside, 'back'));
    expect(await idIn(root, path.join(outside, 'back', 'f.md'))).toBe('f.md');
  });
});

describe('what a guard leaves alone', () => {
  const open: Ward[] = [];
  afterEach(() => {
    for (const one of open.splice(0)) one.remove();
  });

  it('[GD21] [GD33] .git, .entente, secrets, what git ignores and names that are no id are left alone, names not without a word', async () => {
    const names = ['cafe\u0301.md', 'C:x', 'a\\b'];
    const ids = ['.git/config', '.ENTENTE/x', 'a/.env', '.env.local', 'made/out.js', ...names];
    const w = await ward({ '.gitignore': 'made/\n', 'kept.md': 'x\n' }, { git: true });
    open.push(w);
    for (const id of ids) {
      w.put(id, 'old\n');
      const call = toolCall('a', id, { content: 'new\n' });
      expect(await w.guard.before(call), id).toMatchObject({ do: names.includes(id) ? 'note' : 'nothing' });
      w.put(id, 'new\n');
      expect(await w.guard.after(call), id).toEqual({ do: 'nothing' });
      expect(w.text(id)).toBe('new\n');
    }
    const captured = (await w.guard.capture()).map(({ path: id }) => id);
    expect([...captured].sort()).toEqual(['.gitignore', 'kept.md']);
    expect((await w.controller.list()).items.map(({ resource }) => String(resource)).sort()).toEqual([
      '.gitignore',
      'kept.md',
    ]);
  });

  it('[GD19] a guarded name that is a link is refused, and what it leads to stays', async () => {
    const w = await ward({ 'real.md': 'x\n' });
    open.push(w);
    fs.symlinkSync(w.file('real.md'), w.file('link.md'));
    await expect(w.guard.before(toolCall('a', 'link.md', { content: 'y\n' }))).rejects.toMatchObject({
      code: 'bad-id',
    });
    expect((await w.guard.capture()).map(({ path: id }) => id)).toEqual(['real.md']);
    expect(w.text('real.md')).toBe('x\n');
  });
});
