// import and export: the border to the file system, and what hostile names and links can do there (nothing).
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, type Ran } from '../../test/support/command-line.ts';
import { unwritable } from './place/names.ts';
import { openSafeFolder } from './place/safe-folder.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

const counts = async (...argv: readonly string[]): Promise<{ [kind: string]: number }> => {
  const told = (await desk.run([...argv, '--json'])).json()['counts'] as { [kind: string]: number };
  return Object.fromEntries(Object.entries(told).filter(([, count]) => count > 0));
};
const shown = async (id: string): Promise<string> => (await desk.run(['show', '-q', '--', id])).out;
const put = (id: string, stdin: string, agent: string): Promise<Ran> =>
  desk
    .run(['begin', id, '-q', '--agent', agent])
    .then(() => desk.run(['commit', id, '-q', '--agent', agent], { stdin }));

describe('import', () => {
  it('[CL30] files become resources under their relative paths, byte for byte', async () => {
    desk.write('d/a.txt', 'a\n');
    desk.write('d/deep/er/b.bin', Uint8Array.from([0, 1, 255]));
    desk.write('d/-dash and ünï.txt', 'x');
    expect(await counts('import', 'd')).toEqual({ created: 3 });
    expect(await shown('a.txt')).toBe('a\n');
    expect([...(await desk.run(['show', 'deep/er/b.bin', '-q'])).bytes]).toEqual([0, 1, 255]);
    expect(await counts('import', 'd', '--prefix', 'sub')).toEqual({ created: 3 });
    expect(await counts('import', 'd', '--prefix', 'sub/')).toEqual({ unchanged: 3 });
    expect(await shown('sub/-dash and ünï.txt')).toBe('x');
  });

  it('[CL30] repeated, what is unchanged is left alone and only what changed is sent', async () => {
    for (let index = 0; index < 20; index += 1) desk.write(`d/${index}.txt`, `${index}\n`);
    await desk.run(['import', 'd']);
    expect(await counts('import', 'd')).toEqual({ unchanged: 20 });
    desk.write('d/7.txt', 'seven\n');
    expect(await counts('import', 'd')).toEqual({ unchanged: 19, updated: 1 });
    expect(await shown('7.txt')).toBe('seven\n');
  });

  it('[CL30] names of other tools, secrets and what --exclude says stay out', async () => {
    for (const name of [
      '.git/config',
      'node_modules/m.js',
      '.entente/x',
      '.env',
      '.env.local',
      '.DS_Store',
      'tmp/x',
      'keep.txt',
    ]) {
      desk.write(`d/${name}`, 'x\n');
    }
    expect(await counts('import', 'd', '--exclude', 'tmp/**', '--exclude', 'tmp')).toEqual({ created: 1, ignored: 7 });
  });

  it('[P11] a change on disk is judged from the version that it was made on: a stale folder reverts nobody', async () => {
    const base = 'one\n.\ntwo\n.\nthree\n.\n';
    desk.write('d/a.txt', base);
    await desk.run(['import', 'd']);
    await put('a.txt', `${base}four\n`, 'A');
    // Untouched since: the old file is no change.
    expect(await counts('import', 'd')).toEqual({ unchanged: 1 });
    expect(await shown('a.txt')).toBe(`${base}four\n`);
    // Edited since: both changes count.
    desk.write('d/a.txt', base.replace('one', 'ONE'));
    expect((await desk.run(['import', 'd'])).code).toBe(5);
    expect(await counts('import', 'd', '--strategy', 'merge(text)')).toEqual({ merged: 1 });
    expect(await shown('a.txt')).toBe(`${base.replace('one', 'ONE')}four\n`);
    // And once more from the same disk file, whose own base is still the first version.
    desk.write('d/a.txt', base.replace('one', 'ONE').replace('two', 'TWO'));
    expect(await counts('import', 'd', '--strategy', 'merge(text)')).toEqual({ merged: 1 });
    expect(await shown('a.txt')).toBe(`${base.replace('one', 'ONE').replace('two', 'TWO')}four\n`);
  });

  it('[P11] a folder that was never in step replaces nothing and resurrects nothing', async () => {
    await put('a.txt', 'stored\n', 'A');
    await put('gone.txt', 'x\n', 'A');
    await desk.run(['begin', 'gone.txt']);
    await desk.run(['commit', 'gone.txt', '--delete']);
    desk.write('d/a.txt', 'other\n');
    desk.write('d/gone.txt', 'x\n');
    const ran = await desk.run(['import', 'd', '--json']);
    expect([ran.code, ran.json()['counts']]).toEqual([
      5,
      expect.objectContaining({ conflict: 2, updated: 0, created: 0 }),
    ]);
    expect(await shown('a.txt')).toBe('stored\n');
    expect((await desk.run(['show', 'gone.txt'])).code).toBe(3);
    expect(await counts('import', 'd', '--strategy', 'merge(text)')).toEqual({ escalated: 2 });
    // An escalation is not opened again by every run.
    expect(await counts('import', 'd', '--strategy', 'merge(text)')).toEqual({ unchanged: 2 });
  });

  it('[P03] links are not followed, neither to files nor to folders', async () => {
    desk.write('outside/secret.txt', 'secret\n');
    desk.write('d/a.txt', 'a\n');
    symlinkSync('../outside/secret.txt', desk.path('d/link.txt'));
    symlinkSync('../outside', desk.path('d/linked'));
    expect(await counts('import', 'd')).toEqual({ created: 1, link: 2 });
    expect((await desk.run(['show', 'linked/secret.txt'])).code).toBe(3);
  });

  it('[P09] names that are no ids are refused one by one; the rest is imported', async () => {
    desk.write('d/good.txt', 'x\n');
    writeFileSync(desk.path('d/back\\slash'), 'x');
    writeFileSync(desk.path('d/cr\r'), 'x');
    writeFileSync(desk.path('d/esc\u001b[31m'), 'x');
    writeFileSync(desk.path('d/bidi\u202e'), 'x');
    writeFileSync(Buffer.concat([Buffer.from(desk.path('d/bad')), Buffer.from([0xff])]), 'x');
    const ran = await desk.run(['import', 'd', '--json']);
    expect([ran.code, ran.json()['counts']]).toEqual([7, expect.objectContaining({ created: 1, refused: 5 })]);
    const plain = await desk.run(['import', 'd']);
    expect([...plain.err].filter((char) => ['\u001b', '\u202e', '\r'].includes(char))).toEqual([]);
  });

  it('[P07] two names that are one id collide: never two tokens for one file', async () => {
    desk.write(`d/${'café'.normalize('NFC')}`, 'composed\n');
    desk.write(`d/${'café'.normalize('NFD')}`, 'decomposed\n');
    const ran = await desk.run(['import', 'd', '--json']);
    expect(ran.code).toBe(7);
    expect(ran.json()).toMatchObject({ counts: { created: 1, refused: 1 }, problems: [{ code: 'id-collision' }] });
  });

  it('[CL31] a file that is too large or no file at all is said; it stops nothing', async () => {
    desk.write('d/a.txt', 'a\n');
    desk.write('d/big.bin', new Uint8Array(8 * 1024 * 1024 + 1));
    const { execFileSync } = await import('node:child_process');
    execFileSync('mkfifo', [desk.path('d/pipe')]);
    const ran = await desk.run(['import', 'd', '--json']);
    expect(ran.code).toBe(7);
    expect(ran.json()).toMatchObject({
      counts: { created: 1, special: 1, refused: 1 },
      problems: [{ code: 'too-large' }],
    });
  });

  it('[CL31] an interrupted import keeps what it has, and the same command goes on', async () => {
    for (let index = 0; index < 300; index += 1) desk.write(`d/${index}.txt`, `${index}\n`);
    const stop = new AbortController();
    const running = desk.run(['import', 'd'], { signal: stop.signal });
    setTimeout(() => stop.abort(), 30);
    const { code } = await running;
    expect([0, 130]).toContain(code);
    expect((await desk.run(['verify'])).code).toBe(0);
    const again = await counts('import', 'd');
    expect((again['created'] ?? 0) + (again['unchanged'] ?? 0)).toBe(300);
    expect((await desk.run(['log', '--json', '--limit', '1000'])).json()['items']).toHaveLength(300);
  });
});

describe('export', () => {
  it('[CL32] writes the heads, repeats without writing, and goes on from what it wrote', async () => {
    await put('a.txt', 'a1\n', 'A');
    await put('deep/b.txt', 'b1\n', 'A');
    expect(await counts('export', 'out')).toEqual({ written: 2 });
    expect(desk.read('out/deep/b.txt')).toBe('b1\n');
    expect(await counts('export', 'out')).toEqual({ unchanged: 2 });
    await put('a.txt', 'a2\n', 'A');
    expect(await counts('export', 'out')).toEqual({ unchanged: 1, written: 1 });
    expect(desk.read('out/a.txt')).toBe('a2\n');
    expect(readdirSync(desk.path('out')).sort()).toEqual(['a.txt', 'deep']);
    expect(await counts('export', 'some', '--pattern', 'deep/**')).toEqual({ written: 1 });
  });

  it('[CL32] edits that are not stored are never written over without --force', async () => {
    await put('a.txt', 'stored\n', 'A');
    desk.write('out/a.txt', 'mine\n');
    const ran = await desk.run(['export', 'out', '--json']);
    expect([ran.code, desk.read('out/a.txt')]).toEqual([5, 'mine\n']);
    expect(await counts('export', 'out', '--force')).toEqual({ written: 1 });
    expect(desk.read('out/a.txt')).toBe('stored\n');
    desk.write('out/a.txt', 'edited\n');
    await put('a.txt', 'stored 2\n', 'A');
    expect((await desk.run(['export', 'out'])).code).toBe(5);
    expect(desk.read('out/a.txt')).toBe('edited\n');
  });

  it('[CL32] export, edit, import: the round trip merges with what others did meanwhile', async () => {
    await put('a.txt', 'one\ntwo\nthree\n', 'A');
    await desk.run(['export', 'out']);
    desk.write('out/a.txt', 'one\ntwo\nTHREE\n');
    await put('a.txt', 'ONE\ntwo\nthree\n', 'B');
    expect(await counts('import', 'out', '--strategy', 'merge(text)')).toEqual({ merged: 1 });
    expect(await shown('a.txt')).toBe('ONE\ntwo\nTHREE\n');
    expect(await counts('export', 'out')).toEqual({ written: 1 });
    expect(desk.read('out/a.txt')).toBe('ONE\ntwo\nTHREE\n');
  });

  it('[CL32] keeps the mode of a file and leaves no temporary one', async () => {
    await put('run.sh', 'echo 1\n', 'A');
    await desk.run(['export', 'out']);
    chmodSync(desk.path('out/run.sh'), 0o755);
    await put('run.sh', 'echo 2\n', 'A');
    await desk.run(['export', 'out']);
    expect(statSync(desk.path('out/run.sh')).mode & 0o777).toBe(0o755);
    expect(readdirSync(desk.path('out'))).toEqual(['run.sh']);
  });

  it.runIf(process.platform === 'linux')('[CL32] a folder that cannot be made is said, and does not hang', async () => {
    const { code, err } = await desk.run(['export', '/proc/nowhere/at/all']);
    expect([code, err.includes('[file]')]).toEqual([3, true]);
    expect((await desk.run(['export', 'new/deep/out'])).code).toBe(0);
  });

  it('[P02] a folder whose name only begins like the root is outside', async () => {
    desk.write('out_secret/x', 'untouched\n');
    mkdirSync(desk.path('out'));
    symlinkSync('../out_secret', desk.path('out/sub'));
    await put('sub/x', 'attack\n', 'A');
    const ran = await desk.run(['export', 'out', '--force', '--json']);
    expect([ran.code, desk.read('out_secret/x')]).toEqual([7, 'untouched\n']);
    expect(ran.json()).toMatchObject({ problems: [{ code: 'bad-id' }] });
  });

  it('[P03] a link on the way is refused, for what is there and for what is not there yet', async () => {
    desk.write('outside/old.txt', 'untouched\n');
    mkdirSync(desk.path('out'));
    symlinkSync('../outside', desk.path('out/link'));
    await put('link/old.txt', 'attack\n', 'A');
    await put('link/new.txt', 'attack\n', 'A');
    await put('fine.txt', 'fine\n', 'A');
    expect(await counts('export', 'out', '--force')).toEqual({ written: 1, refused: 2 });
    expect(readdirSync(desk.path('outside'))).toEqual(['old.txt']);
    expect(desk.read('outside/old.txt')).toBe('untouched\n');
  });

  it('[P04] a folder that is swapped for a link while it is written into changes nothing outside', async () => {
    mkdirSync(desk.path('root/sub'), { recursive: true });
    mkdirSync(desk.path('outside'));
    const folder = await openSafeFolder(desk.path('root'));
    let swaps = 0;
    let done = false;
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const swapper = async (): Promise<void> => {
      while (!done) {
        try {
          renameSync(desk.path('root/sub'), desk.path(`root/aside${swaps}`));
          symlinkSync('../outside', desk.path('root/sub'));
          swaps += 1;
        } catch {
          // The writer made the folder anew in between.
        }
        await turn();
        rmSync(desk.path('root/sub'), { recursive: true, force: true });
        mkdirSync(desk.path('root/sub'), { recursive: true });
        await turn();
      }
    };
    const swapping = swapper();
    for (let index = 0; index < 200; index += 1) {
      await folder.put(`sub/${index}.txt`, Buffer.from('x'), undefined).catch(() => false);
    }
    done = true;
    await swapping;
    expect(swaps).toBeGreaterThan(0);
    expect(readdirSync(desk.path('outside'))).toEqual([]);
  });

  it('[P05] names that somebody planted beforehand are not written through', async () => {
    desk.write('outside.txt', 'untouched\n');
    mkdirSync(desk.path('out'));
    for (const name of ['a.txt.tmp', '.a.txt.tmp', 'a.txt.lock', 'a.txt~'])
      symlinkSync('../outside.txt', desk.path(`out/${name}`));
    await put('a.txt', 'a\n', 'A');
    expect(await counts('export', 'out')).toEqual({ written: 1 });
    expect(desk.read('outside.txt')).toBe('untouched\n');
    expect(desk.read('out/a.txt')).toBe('a\n');
  });

  it('[P06] a file that is a link itself is refused and stays one', async () => {
    desk.write('target.txt', 'target\n');
    mkdirSync(desk.path('out'));
    symlinkSync('../target.txt', desk.path('out/a.txt'));
    linkSync(desk.path('target.txt'), desk.path('hard.txt'));
    await put('a.txt', 'a\n', 'A');
    expect(await counts('export', 'out', '--force')).toEqual({ refused: 1 });
    expect(lstatSync(desk.path('out/a.txt')).isSymbolicLink()).toBe(true);
    expect(readFileSync(desk.path('target.txt'), 'utf8')).toBe('target\n');
    await desk.run(['begin', 'a.txt', '-o', 'out/a.txt', '--force']);
    expect(desk.read('target.txt')).toBe('target\n');
  });

  it('[P10] the state of other tools, our own and secrets are never written', async () => {
    for (const id of [
      '.git/hooks/post-checkout',
      'sub/.GIT/config',
      '.entente/config.json',
      '.env',
      '.env.local',
      '.git./x',
    ]) {
      await put(id, 'attack\n', 'A');
    }
    expect(await counts('export', 'out')).toEqual({ refused: 6 });
    expect(existsSync(desk.path('out/.git'))).toBe(false);
  });

  it('[P07] names that one system takes for another file are refused there', () => {
    for (const id of ['CON', 'sub/nul.txt', 'a:b', 'dot.', 'blank ', 'what?']) {
      expect([id, unwritable(id, 'win32') === undefined, unwritable(id, 'linux') === undefined]).toEqual([
        id,
        false,
        true,
      ]);
    }
  });
});
