import { describe, expect, it } from 'vitest';
import { checkReceipt, type MergeInput, type MergeOptions, mergeContents, resolveConflict } from '../index.ts';
import { higherBump } from './versions.ts';

const print = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

function inputOf(base: unknown, current: unknown, proposed: unknown, options: MergeOptions = {}): MergeInput {
  return {
    base: print(base),
    current: print(current),
    proposed: print(proposed),
    path: 'packages/a/package.json',
    options,
  };
}

function merged(input: MergeInput): unknown {
  const result = mergeContents(input);
  if (result.status !== 'clean') {
    return result.status === 'conflict' ? result.conflicts.map(({ at }) => 'pointer' in at && at.pointer) : result.code;
  }
  expect(result.stats.engine).toBe('package-json');
  expect(checkReceipt(input, result).problems).toEqual([]);
  return JSON.parse(Buffer.from(result.content ?? []).toString());
}

describe('package.json', () => {
  it('[PJ1] files, keywords and workspaces are sets, other lists are not', () => {
    for (const of of [
      (list: readonly string[]) => ({ files: list }),
      (list: readonly string[]) => ({ keywords: list }),
      (list: readonly string[]) => ({ workspaces: list }),
      (list: readonly string[]) => ({ workspaces: { packages: list } }),
    ]) {
      expect(merged(inputOf(of(['a', 'b']), of(['a', 'b', 'c']), of(['b', 'd'])))).toEqual(of(['b', 'c', 'd']));
    }
    const os = (list: readonly string[]): unknown => ({ os: list });
    expect(merged(inputOf(os(['a']), os(['a', 'b']), os(['a', 'c'])))).toEqual(['/os']);
  });

  it('[PJ1] the caller’s own patterns count first', () => {
    const of = (list: readonly string[]): unknown => ({ files: list });
    const input = inputOf(of(['a']), of(['a', 'b']), of(['a', 'c']), { arrays: { '/files': 'ordered' } });
    expect(merged(input)).toEqual(['/files']);
  });

  it('[PJ2] a dependency bumped twice is a conflict, unless the higher version is asked for', () => {
    const of = (version: string): unknown => ({ dependencies: { react: version }, name: 'x' });
    const sides = [of('^18.1.0'), of('^18.3.0'), of('^18.20.0')] as const;
    expect(merged(inputOf(...sides))).toEqual(['/dependencies/react']);
    expect(merged(inputOf(...sides, { bumps: 'higher' }))).toEqual(of('^18.20.0'));
    const result = mergeContents(inputOf(sides[0], sides[2], sides[1], { bumps: 'higher' }));
    expect(result).toMatchObject({ status: 'clean', notes: [{ code: 'higher-version' }] });
    for (const list of ['devDependencies', 'peerDependencies', 'optionalDependencies']) {
      const other = (version: string): unknown => ({ [list]: { '@a/b': version } });
      expect(merged(inputOf(other('1.0.0'), other('1.0.1'), other('1.1.0'), { bumps: 'higher' }))).toEqual(
        other('1.1.0'),
      );
    }
    const engines = (version: string): unknown => ({ engines: { node: version } });
    expect(merged(inputOf(engines('1.0.0'), engines('1.0.1'), engines('1.1.0'), { bumps: 'higher' }))).toEqual([
      '/engines/node',
    ]);
  });

  it('[PJ2] only versions that can be compared for sure, raised on both sides, within one major', () => {
    expect(higherBump('^1.0.0', '^1.2.0', '^1.10.0')).toBe('proposed');
    expect(higherBump('^1.9.0', '^2.1.0', '^2.0.9')).toBe('current');
    expect(higherBump('~0.4.0', '~0.4.2', '~0.4.10')).toBe('proposed');
    expect(higherBump('0.0.1', '0.0.2', '0.0.3')).toBeUndefined();
    for (const [base, current, proposed] of [
      ['^1.0.0', '^1.2.0', '^2.0.0'],
      ['^0.1.0', '^0.2.0', '^0.3.0'],
      ['^1.5.0', '^1.4.0', '^1.6.0'],
      ['^1.0.0', '~1.1.0', '^1.2.0'],
      ['^1.0.0', '^1.1.0-beta.1', '^1.1.0'],
      ['latest', '^1.1.0', '^1.2.0'],
      ['^1.0.0', 'workspace:*', '^1.2.0'],
      ['1.x', '1.2.x', '1.3.x'],
      ['^1.0.0', '^1.1.0 || ^2.0.0', '^1.2.0'],
      ['^1.0.0', '^1.01.0', '^1.2.0'],
      ['^1.0.0', '^1.2.0', '^1.2.0'],
      ['', '', ''],
    ] as const) {
      expect(higherBump(base, current, proposed), `${base} ${current} ${proposed}`).toBeUndefined();
    }
  });

  it('[PJ3] what is left is settled one by one, with the sets and bumps as they were', () => {
    const of = (version: string, name: string, files: readonly string[]): unknown => ({
      name,
      files,
      dependencies: { a: version },
    });
    const input = inputOf(of('1.0.0', 'x', ['a']), of('1.1.0', 'y', ['a', 'b']), of('1.2.0', 'z', ['a', 'c']), {
      bumps: 'higher',
    });
    const open = mergeContents(input);
    if (open.status !== 'conflict') throw new Error('not a conflict');
    expect(open.conflicts.map(({ at }) => at)).toEqual([{ pointer: '/name' }]);
    const settled = resolveConflict(open, open.conflicts[0]?.id ?? '', { use: 'proposed' });
    if (settled.status !== 'clean') throw new Error('not clean');
    expect(JSON.parse(Buffer.from(settled.content ?? []).toString())).toEqual(of('1.2.0', 'z', ['a', 'b', 'c']));
    expect(settled.stats.engine).toBe('package-json');
    expect(checkReceipt(input, settled, { decided: true }).problems).toEqual([]);
    expect(checkReceipt(input, settled).ok).toBe(false);
  });

  it('[PJ3] the checker allows the lower version to go, and nothing else', () => {
    const of = (version: string): unknown => ({ dependencies: { a: version } });
    const input = inputOf(of('1.0.0'), of('1.1.0'), of('1.2.0'), { bumps: 'higher' });
    const result = mergeContents(input);
    if (result.status !== 'clean') throw new Error('not clean');
    expect(checkReceipt(input, result).ok).toBe(true);
    expect(checkReceipt({ ...input, options: {} }, result).ok).toBe(false);
    expect(checkReceipt(input, { ...result, content: print(of('1.1.0')) }).ok).toBe(false);
    const lower = mergeContents({ ...input, options: { favor: 'current' } });
    if (lower.status !== 'clean') throw new Error('not clean');
    expect(checkReceipt({ ...input, options: { favor: 'current' } }, lower).ok).toBe(true);
    expect(checkReceipt(input, lower).ok).toBe(false);
  });

  it('[PJ4] [J01] [J07] is JSON: no comments, no names twice, no prototype', () => {
    const at = { path: 'package.json' };
    expect(mergeContents({ base: '{', current: '{"a":1}', proposed: '{"a":2}', ...at })).toMatchObject({
      code: 'syntax',
    });
    const twice = { base: '{"a":1,"a":2}', current: '{"a":1}', proposed: '{"a":2}', ...at };
    expect(mergeContents(twice)).toMatchObject({ code: 'duplicate-key' });
    const commented = { base: '{}', current: '{"a":1} // x', proposed: '{"b":1}', ...at };
    expect(mergeContents({ ...commented, options: { format: 'jsonc' } })).toMatchObject({ code: 'syntax' });
    const result = mergeContents({
      base: '{"dependencies":{"__proto__":"1.0.0"}}',
      current: '{"dependencies":{"__proto__":"1.1.0"}}',
      proposed: '{"dependencies":{"__proto__":"1.2.0"}}',
      ...at,
      options: { bumps: 'higher' },
    });
    expect(result.status === 'clean' && Buffer.from(result.content ?? []).toString()).toBe(
      '{"dependencies":{"__proto__":"1.2.0"}}',
    );
    expect(({} as { readonly dependencies?: unknown }).dependencies).toBeUndefined();
  });
});
