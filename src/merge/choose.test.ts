import { describe, expect, it } from 'vitest';
import { chooseEngine, type EngineChoice } from './choose.ts';
import { type MergeContents, mergeContents } from './index.ts';
import type { MergeInput } from './types.ts';

type More = Partial<Pick<MergeInput, 'path' | 'mediaType' | 'options'>>;

function chosen(contents: readonly (string | null)[], more: More = {}): Pick<EngineChoice, 'engine' | 'by'> {
  const [base = null, current = null, proposed = null] = contents.map((each) =>
    each === null ? null : Buffer.from(each),
  );
  const { engine, by } = chooseEngine({ base, current, proposed, ...more });
  return { engine, by };
}

const json = ['{"a":1}', '{"a":2}', '{"a":1,"b":2}'];

describe('the choice of an engine', () => {
  it('[MT21] option, path, media type, contents, default: the first that says something', () => {
    expect(chosen(json, { options: { engine: 'text' }, path: 'a.json', mediaType: 'application/json' })).toEqual({
      engine: 'text',
      by: 'option',
    });
    expect(chosen(json, { path: 'a.md', mediaType: 'application/json' })).toEqual({ engine: 'markdown', by: 'path' });
    expect(chosen(json, { path: 'a', mediaType: 'text/markdown; charset=utf-8' })).toEqual({
      engine: 'markdown',
      by: 'media-type',
    });
    expect(chosen(json, { path: 'a' })).toEqual({ engine: 'json', by: 'content' });
    expect(chosen(['a', 'b', 'c'], { path: 'a' })).toEqual({ engine: 'text', by: 'default' });
    for (const [path, engine] of [
      ['x/package.json', 'package-json'],
      ['x/my-package.json', 'json'],
      ['A.IPYNB', 'notebook'],
      ['x/Cargo.lock', 'lock'],
      ['README.markdown', 'markdown'],
      ['x/.md', 'text'],
    ] as const) {
      expect(chosen(['a', 'b', 'c'], { path })).toMatchObject({ engine });
    }
  });

  it('[MT21] source code is merged by lines, and the choice says that it is parsed again', () => {
    const { why, ...choice } = chooseEngine({ base: null, current: null, proposed: null, path: 'src/app.py' });
    expect(choice).toEqual({ engine: 'text', by: 'default' });
    expect(why).toBe('Python is merged by lines, and the result is parsed again');
  });

  it('[CE1] contents speak where nothing else does, and only for whole JSON documents on all sides', () => {
    expect(chosen(json)).toEqual({ engine: 'json', by: 'content' });
    expect(chosen([null, '[1]', ' [2]\n'])).toEqual({ engine: 'json', by: 'content' });
    for (const contents of [
      ['{"a":1}', '{"a":2}', '{"a":1,}'],
      ['{"a":1}', '{"a":2}', '{"a":1} // x'],
      ['{"a":1}\n{"a":2}', '{"a":1}', '{"a":1}'],
      ['1', '2', '3'],
      ['"a"', '"b"', '"c"'],
      ['{a}', '{b}', '{c}'],
      ['[x](y)', '[x](z)', '[y](z)'],
      ['', '{}', '[]'],
      ['{}', null, '[]'],
      ['{"a":1,"a":2}', '{}', '[]'],
    ]) {
      expect(chosen(contents), JSON.stringify(contents)).toEqual({ engine: 'text', by: 'default' });
    }
    expect(chosen(json, { options: { budget: { bytes: 3 } } })).toMatchObject({ engine: 'text' });
    expect(chosen(json, { options: { budget: { nodes: 1 } } })).toMatchObject({ engine: 'text' });
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    expect(chosen([deep, deep, deep])).toMatchObject({ engine: 'text' });
    for (const more of [{ path: 'a.txt' }, { path: 'a.unknown' }, { mediaType: 'text/plain' }]) {
      expect(chosen(json, more)).toEqual({ engine: 'text', by: 'default' });
    }
  });

  it('[CE2] no JSON in a .json is an error, a NUL in a .txt a conflict', () => {
    const merge = (contents: MergeContents): unknown => mergeContents(contents);
    expect(merge({ base: 'a\n', current: 'b\n', proposed: 'c\n', path: 'a.json' })).toMatchObject({
      status: 'error',
      code: 'syntax',
    });
    for (const path of ['a.txt', 'a.md', 'a', 'CHANGELOG.md']) {
      expect(merge({ base: 'a\n', current: 'b\0\n', proposed: 'c\n', path })).toMatchObject({
        status: 'conflict',
        conflicts: [{ kind: 'binary' }],
      });
    }
    expect(merge({ base: '{}', current: '{\0}', proposed: '[]', path: 'a.ipynb' })).toMatchObject({ code: 'syntax' });
  });
});
