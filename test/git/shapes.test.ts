// The merge driver where git does more than merge one file in place: odd paths, renames, modes, worktrees, several
// merge bases, and the other commands that merge.
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandLine, runIn } from '../support/command-line.ts';
import { hasGit, openRepository, type Repository } from '../support/git.ts';

const there = hasGit('the shapes of merges in git');
const before = '{ "a": 1, "b": 1, "c": 1 }\n';
const current = '{ "a": 2, "b": 1, "c": 1 }\n';
const proposed = '{ "a": 1, "b": 3, "c": 1 }\n';
const merged = '{ "a": 2, "b": 3, "c": 1 }\n';

let repository: Repository;
beforeEach(async () => {
  repository = openRepository();
  const { code } = await runIn(repository.folder, ['init', '--git', '--yes', '-q', '--command', commandLine]);
  expect(code).toBe(0);
});
afterEach(() => repository.close());

/** Each side changes the files that it names; what it does besides is done before its commit. */
function diverge(
  files: { readonly [name: string]: string },
  main: { readonly [name: string]: string },
  side: { readonly [name: string]: string },
  besides: { readonly side?: () => void; readonly main?: () => void } = {},
): void {
  repository.commit('base', files);
  repository.git('checkout', '-q', '-b', 'side');
  besides.side?.();
  repository.commit('side', side);
  repository.git('checkout', '-q', 'main');
  besides.main?.();
  repository.commit('main', main);
}

describe.runIf(there)('shapes of merges', () => {
  it('[GI1] a path with blanks, quotes, signs of the shell and letters of any script is one word', () => {
    const names = [`it's "a" $(b) ünï; c.json`, '-x.json', 'd d/漢字.json'];
    mkdirSync(join(repository.folder, 'd d'));
    const all = (content: string): { [name: string]: string } =>
      Object.fromEntries(names.map((name) => [name, content]));
    diverge(all(before), all(current), all(proposed));
    repository.git('-C', 'd d', 'merge', '-q', '-m', 'merge', 'side');
    for (const name of names) expect(repository.read(name)).toBe(merged);
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  it('[GI1] a renamed file goes to its new name merged, and a changed mode stays', () => {
    const long = (content: string): string => `{\n "list": [1,\n 2,\n 3,\n 4,\n 5,\n 6],\n "x": ${content}}\n`;
    diverge(
      { 'x.json': long(before) },
      { 'x.json': long(current) },
      { 'y.json': long(proposed) },
      {
        side: () => {
          repository.git('mv', 'x.json', 'y.json');
          repository.git('update-index', '--chmod=+x', 'y.json');
          repository.git('config', 'core.fileMode', 'false');
        },
      },
    );
    repository.git('config', 'core.fileMode', 'true');
    repository.git('reset', '-q', '--hard');
    repository.git('merge', '-q', '-m', 'merge', 'side');
    expect(repository.read('y.json')).toBe(long(merged));
    expect(statSync(join(repository.folder, 'y.json')).mode & 0o100).toBe(0o100);
  });

  it('[GI1] git stash pop and git revert merge by structure too', () => {
    diverge({ 'x.json': before }, { 'x.json': current }, { 'x.json': proposed });
    repository.write('x.json', '{ "a": 2, "b": 1, "c": 4 }\n');
    repository.git('stash', '-q');
    repository.git('merge', '-q', '-m', 'merge', 'side');
    repository.git('stash', 'pop', '-q');
    expect(repository.read('x.json')).toBe('{ "a": 2, "b": 3, "c": 4 }\n');
    repository.git('checkout', '-q', '--', 'x.json');
    repository.git('revert', '--no-edit', 'HEAD^2');
    expect(repository.read('x.json')).toBe(current);
  });

  it('[GI1] worktrees share the driver', () => {
    diverge({ 'x.json': before }, { 'x.json': current }, { 'x.json': proposed });
    repository.git('worktree', 'add', '-q', 'other', 'side');
    repository.git('-C', 'other', 'merge', '-q', '-m', 'merge', 'main');
    expect(repository.read('other/x.json')).toBe(merged);
  });

  it('[GI5] a base that git made out of several, with markers in it, is a conflict with all that differs', () => {
    const text = (a: number, b: number): string => `{\n  "a": ${a},\n  "b": ${b},\n  "c": 1\n}\n`;
    diverge({ 'x.json': text(1, 1) }, { 'x.json': text(2, 1) }, { 'x.json': text(3, 1) });
    const [main, side] = ['main', 'side'].map((name) => repository.git('rev-parse', name).trim()) as [string, string];
    repository.git('merge', '-q', '-s', 'ours', '-m', 'cross', side);
    repository.git('checkout', '-q', 'side');
    repository.git('merge', '-q', '-s', 'ours', '-m', 'criss', main);
    repository.commit('later', { 'x.json': text(3, 7) });
    repository.git('checkout', '-q', 'main');
    const { code, err } = repository.tryGit('merge', 'side');
    expect([code, repository.git('status', '--porcelain')]).toEqual([1, 'UU x.json\n']);
    expect(err).toContain('syntax in base');
    const [own, other] = repository.read('x.json').split('=======');
    for (const line of ['"a": 2', '"b": 1']) expect(own).toContain(line);
    for (const line of ['"a": 3', '"b": 7']) expect(other).toContain(line);
  });
});
