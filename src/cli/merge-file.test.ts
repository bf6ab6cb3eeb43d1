// merge-file stands in for git's: the same arguments, the same bytes, the same exit classes.
import { execFileSync, spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, type Ran } from '../../test/support/command-line.ts';
import { mergeContents } from '../merge/index.ts';
import { proved } from '../merge/prove.ts';
import { refuseUnproved } from './commands/merge-file.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk({ bare: true });
  desk.write('base', 'a\nb\nc\nd\ne\nf\ng\n');
  desk.write('clean', 'a\nB\nc\nd\ne\nf\ng\n');
  desk.write('other', 'a\nX\nc\nd\ne\nf\nG\n');
  desk.write('tail', 'a\nb\nc\nd\ne\nf\nG\n');
});
afterEach(() => desk.close());

const merge = (...argv: readonly string[]): Promise<Ran> => desk.run(['merge-file', ...argv]);

function git(...argv: readonly string[]): { readonly code: number; readonly out: string } {
  const { status, stdout } = spawnSync('git', ['merge-file', ...argv], { cwd: desk.folder });
  return { code: status ?? -1, out: stdout.toString() };
}

const hasGit = spawnSync('git', ['--version']).status === 0;

describe('merge-file', () => {
  it('[CL33] 0 for a clean merge, 1 for a conflict, 129 and above for an error', async () => {
    expect(await merge('-p', 'clean', 'base', 'tail')).toMatchObject({ code: 0, out: 'a\nB\nc\nd\ne\nf\nG\n' });
    expect((await merge('-p', 'clean', 'base', 'other')).code).toBe(1);
    for (const argv of [
      ['clean', 'base'],
      ['--bogus', 'a', 'b', 'c'],
      ['--ours', '--theirs', 'clean', 'base', 'other'],
      ['clean', 'base', 'nofile'],
      ['-L', '1', '-L', '2', '-L', '3', '-L', '4', 'clean', 'base', 'other'],
      ['--marker-size', 'x', 'clean', 'base', 'other'],
    ]) {
      const { code, err } = await merge(...argv);
      expect([argv.join(' '), code >= 129]).toEqual([argv.join(' '), true]);
      expect(err).toContain('next: ');
    }
  });

  it('[CL33] the error tells the exit code that it ends with', async () => {
    for (const [argv, exit] of [
      [['clean', 'base'], 129],
      [['clean', 'base', 'nofile'], 255],
      [['--marker-size', 'x', 'clean', 'base', 'other'], 129],
    ] as const) {
      const { code, json } = await merge('--json', ...argv);
      expect([code, json()['error']]).toEqual([exit, expect.objectContaining({ exit })]);
    }
  });

  it('[CL33] a merge that the checker does not prove is an error, never a conflict', () => {
    const sides = { base: 'a\nb\nc\n', current: 'A\nb\nc\n', proposed: 'a\nb\nC\n' };
    const right = mergeContents(sides);
    expect(() => refuseUnproved(proved(sides, right))).not.toThrow();
    if (right.status !== 'clean') throw new Error(right.status);
    const wrong = proved(sides, { ...right, content: Buffer.from('A\nb\nc\n') });
    expect(() => refuseUnproved(wrong)).toThrow('does not prove itself');
    expect(() => refuseUnproved(mergeContents({ base: 'a', current: 'b', proposed: 'c' }))).not.toThrow();
  });

  it('[CL33] many conflicts are still 1: a class, never a count', async () => {
    const lines = (word: string): string =>
      Array.from({ length: 300 }, (_, index) => `same ${index}\n\n${word} ${index}\n\n`).join('');
    desk.write('b', lines('base'));
    desk.write('c', lines('current'));
    desk.write('o', lines('other'));
    expect((await merge('-p', '-q', 'c', 'b', 'o')).code).toBe(1);
  });

  it('[CL33] binary files are an error and stay as they are', async () => {
    desk.write('bin', Uint8Array.from([1, 0, 2]));
    desk.write('bin2', Uint8Array.from([1, 0, 3]));
    const { code, json } = await merge('--json', 'bin', 'base', 'bin2');
    expect([code, json()['error']]).toEqual([255, expect.objectContaining({ exit: 255 })]);
    expect([...Buffer.from(desk.read('bin'))]).toEqual([1, 0, 2]);
    for (const [files, named] of [
      [['clean', 'base', 'bin'], 'bin'],
      [['clean', 'bin', 'other'], 'bin'],
      [['bin', 'base', 'bin2'], 'bin, bin2'],
    ] as const) {
      expect((await merge(...files)).err).toContain(`Cannot merge binary files: ${named}.\n`);
    }
  });

  it.runIf(hasGit)('[CL34] the same bytes as git, in every style and with every option', async () => {
    const styles = [
      [],
      ['--diff3'],
      ['--zdiff3'],
      ['--ours'],
      ['--theirs'],
      ['--union'],
      ['--marker-size', '12'],
      ['--marker-size', '0'],
      ['-pq'],
      ['-L', 'one'],
      ['-L', 'one', '-L', 'two', '-L', 'three', '--diff3'],
    ];
    for (const style of styles) {
      for (const files of [
        ['clean', 'base', 'other'],
        ['other', 'base', 'clean'],
        ['clean', 'base', 'tail'],
      ]) {
        const theirs = git('-p', ...style, ...files);
        const ours = await merge('-p', ...style, ...files);
        expect([...style, ...files, ours.out, ours.code > 0]).toEqual([
          ...style,
          ...files,
          theirs.out,
          theirs.code > 0,
        ]);
      }
    }
  });

  it('[CL34] --union takes both sides of each clash, and nothing twice that lies between two of them', async () => {
    desk.write('ours', 'a\nB1\nc\nd\ne\nF1\ng\n');
    desk.write('theirs', 'a\nB2\nc\nd\ne\nF2\ng\n');
    expect(await merge('-p', '--union', 'ours', 'base', 'theirs')).toMatchObject({
      code: 0,
      out: 'a\nB1\nB2\nc\nd\ne\nF1\nF2\ng\n',
    });
  });

  it.runIf(hasGit)('[CL34] works as the merge driver of a real git repository', async () => {
    const run = (...argv: readonly string[]): string =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...argv], {
        cwd: desk.path('repo'),
        stdio: 'pipe',
      }).toString();
    desk.write('repo/f.txt', desk.read('base'));
    const { commandLine } = await import('../../test/support/command-line.ts');
    run('init', '-q', '-b', 'main');
    run('config', 'merge.entente.driver', `${commandLine} merge-file --quiet %A %O %B`);
    desk.write('repo/.gitattributes', '*.txt merge=entente\n');
    run('add', '-A');
    run('commit', '-qm', 'base');
    run('checkout', '-qb', 'side');
    desk.write('repo/f.txt', desk.read('tail'));
    run('commit', '-qam', 'tail');
    run('checkout', '-q', 'main');
    desk.write('repo/f.txt', desk.read('clean'));
    run('commit', '-qam', 'clean');
    run('merge', '-q', 'side', '-m', 'merge');
    expect(desk.read('repo/f.txt')).toBe('a\nB\nc\nd\ne\nf\nG\n');
  });

  it('[CL35] without -p the result goes into CURRENT, through a link to its target', async () => {
    symlinkSync('clean', desk.path('link'));
    expect(await merge('link', 'base', 'tail')).toMatchObject({ code: 0, out: '' });
    expect(desk.read('clean')).toBe('a\nB\nc\nd\ne\nf\nG\n');
    const conflict = await merge('clean', 'base', 'other');
    expect([conflict.code, conflict.err]).toEqual([1, '1 conflict in clean\n']);
    expect(desk.read('clean')).toContain('<<<<<<< clean\n');
  });

  it('[CL35] needs no store and no home', async () => {
    expect((await merge('-p', '--json', 'clean', 'base', 'other')).json()).toMatchObject({
      status: 'conflict',
      conflicts: 1,
    });
  });
});
