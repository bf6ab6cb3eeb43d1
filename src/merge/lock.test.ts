import { describe, expect, it } from 'vitest';
import { checkReceipt, type MergeInput, mergeContents, renderConflicts, resolveConflict } from './index.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const inputAt = (path: string): MergeInput => ({
  base: bytes('{"a":1}\n'),
  current: bytes('{"a":1,"b":2}\n'),
  proposed: bytes('{"a":1,"c":3}\n'),
  path,
});

describe('lock files', () => {
  it('[LK1] are never merged, whatever their format: the reason says how to write them anew', () => {
    for (const [path, command] of [
      ['package-lock.json', 'npm install --package-lock-only'],
      ['web/npm-shrinkwrap.json', 'npm install --package-lock-only'],
      ['yarn.lock', 'yarn install'],
      ['a/b/pnpm-lock.yaml', 'pnpm install --lockfile-only'],
      ['bun.lockb', 'bun install --lockfile-only'],
      ['Cargo.lock', 'cargo update --workspace'],
      ['poetry.lock', 'poetry lock'],
      ['uv.lock', 'uv lock'],
      ['pylock.toml', 'pip lock -e .'],
      ['MODULE.bazel.lock', 'bazel mod deps'],
      ['Pipfile.lock', 'pipenv lock'],
      ['composer.lock', 'composer update --lock'],
      ['Gemfile.lock', 'bundle lock'],
      ['go.sum', 'go mod tidy'],
    ] as const) {
      const result = mergeContents(inputAt(path));
      expect(result).toMatchObject({ status: 'conflict', stats: { engine: 'lock' }, conflicts: [{ kind: 'content' }] });
      if (result.status !== 'conflict') throw new Error('not a conflict');
      expect(result.conflicts[0]?.reason).toContain(`\`${command}\``);
      expect(result.partial).toEqual(inputAt(path).current);
    }
  });

  it('[LK1] names count exactly, and an explicit engine counts more', () => {
    for (const path of ['my-package-lock.json', 'package-lock.json.bak', 'PACKAGE-LOCK.json', 'x.lock']) {
      expect(mergeContents(inputAt(path))).not.toMatchObject({ stats: { engine: 'lock' } });
    }
    expect(mergeContents({ ...inputAt('package-lock.json'), options: { engine: 'json' } }).status).toBe('clean');
  });

  it('[LK1] what one side alone changed is taken, and a deletion against a change is told as such', () => {
    const input = inputAt('go.sum');
    const result = mergeContents({ ...input, current: input.base });
    expect(result).toMatchObject({ status: 'clean', content: input.proposed });
    expect(checkReceipt({ ...input, current: input.base }, result).ok).toBe(true);
    expect(mergeContents({ ...input, current: null })).toMatchObject({ conflicts: [{ kind: 'modified-deleted' }] });
    expect(mergeContents({ ...input, base: null })).toMatchObject({ conflicts: [{ kind: 'both-added' }] });
  });

  it('[LK2] are settled for a side or with a new content; one behind the other, or with markers, they are none', () => {
    const input = inputAt('Cargo.lock');
    const open = mergeContents(input);
    if (open.status !== 'conflict') throw new Error('not a conflict');
    const id = open.conflicts[0]?.id ?? '';
    const settled = resolveConflict(open, id, { use: 'proposed' });
    expect(settled).toMatchObject({ status: 'clean', content: input.proposed });
    expect(checkReceipt(input, settled, { decided: true }).problems).toEqual([]);
    expect(resolveConflict(open, id, { content: 'new\n' })).toMatchObject({ status: 'clean' });
    expect(() => resolveConflict(open, id, { use: 'both' })).toThrow(expect.objectContaining({ code: 'misuse' }));
    expect(() => renderConflicts(open)).toThrow(expect.objectContaining({ code: 'misuse' }));
  });
});
