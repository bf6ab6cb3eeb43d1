// What is not what its name says, format by format: the documented fall-back or an error with a code, and never a wrong
// merge. The two sides change one place each; what stands between is the bad input.
import { describe, expect, it } from 'vitest';
import {
  checkReceipt,
  type MergeInput,
  type MergeOptions,
  type MergeResult,
  mergeContents,
} from '../../src/merge/index.ts';
import { offloadMerge } from '../../src/merge/offload.ts';
import { openDesk } from '../support/command-line.ts';

const side = (text: string | Uint8Array): Uint8Array => (typeof text === 'string' ? Buffer.from(text) : text);

function merge(path: string, sides: readonly (string | Uint8Array)[], options: MergeOptions = {}): MergeResult {
  const [base, current, proposed] = sides.map(side) as [Uint8Array, Uint8Array, Uint8Array];
  const input: MergeInput = { base, current, proposed, path, options };
  const result = mergeContents(input);
  if (result.status === 'clean') expect(checkReceipt(input, result).problems).toEqual([]);
  return result;
}

type Write = (first: number, middle: readonly (readonly [string, string])[], last: number) => string;

const json: Write = (first, middle, last) =>
  `{${[['first', String(first)], ...middle, ['last', String(last)]].map(([name, value]) => `"${name}":${value}`).join(',\n')}}\n`;
const record: Write = (first, middle, last) =>
  `${json(first, [['id', '1'], ...middle], last)
    .trimEnd()
    .replaceAll(',\n', ',')}\n`;
const yaml: Write = (first, middle, last) =>
  [['first', String(first)], ...middle, ['last', String(last)]].map(([name, value]) => `${name}: ${value}\n`).join('');
const toml: Write = (first, middle, last) =>
  [['first', String(first)], ...middle, ['last', String(last)]].map(([name, value]) => `${name} = ${value}\n`).join('');
const front: Write = (first, middle, last) => `---\n${yaml(first, middle, last)}---\ntext\n`;

const strict = ['a.json', 'a.jsonc', 'package.json', 'a.ipynb'].map((path) => ({ path, write: json, options: {} }));
const lenient: readonly { readonly path: string; readonly write: Write; readonly options: MergeOptions }[] = [
  { path: 'a.yaml', write: yaml, options: {} },
  { path: 'a.toml', write: toml, options: {} },
  { path: 'a.md', write: front, options: {} },
  { path: 'a.ndjson', write: record, options: { arrays: { '': { key: 'id' } } } },
];

const DEEP = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
const invalidUtf8 = (text: string): Uint8Array => Buffer.concat([Buffer.from(text), Buffer.of(0xff, 0x0a)]);

describe.each(strict)('bad input as $path', ({ path, write, options }) => {
  const good = write(1, [], 1);
  const other = write(2, [], 1);
  const codeOf = (bad: string | Uint8Array): string => {
    const places = [
      [bad, other, good],
      [good, bad, other],
      [good, other, bad],
    ].map((sides) => merge(path, sides, options));
    const codes = new Set(places.map((result) => (result.status === 'error' ? result.code : result.status)));
    return [...codes].join();
  };

  it('[BI1] is an error with a code, whichever side it is', () => {
    expect(codeOf('{"first": 1,, nonsense')).toBe('syntax');
    expect(codeOf(good.slice(0, -4))).toBe('syntax');
    expect(codeOf(`${good}\0`)).toBe('syntax');
    expect(codeOf(invalidUtf8(good))).toBe('syntax');
    expect(codeOf(write(3, [['deep', DEEP]], 1))).toBe('too-deep');
    expect(codeOf(write(3, [['first', '4']], 1))).toBe('duplicate-key');
  });
});

describe.each(lenient)('bad input as $path', ({ path, write, options }) => {
  const good = write(1, [['id', '1']], 1);
  const both = (bad: readonly (readonly [string, string])[]): MergeResult =>
    merge(path, [write(1, bad, 1), write(2, bad, 1), write(1, bad, 2)], options);

  it('[BI2] is merged by lines or a conflict, and never an error', () => {
    expect(merge(path, [good, `${good}\0`, write(2, [], 1)], options)).toMatchObject({
      conflicts: [{ kind: 'binary' }],
    });
    expect(merge(path, [good, 'nonsense: [\n{"', write(2, [], 1)], options).status).toBe('conflict');
    for (const bad of [
      [['deep', DEEP]],
      [
        ['twice', '1'],
        ['twice', '2'],
      ],
    ] as const) {
      const result = both(bad);
      expect(result.status).toBe(path === 'a.ndjson' ? 'conflict' : 'clean');
      if (result.status !== 'clean') continue;
      expect(Buffer.from(result.content ?? []).toString()).toBe(write(2, bad, 2));
      expect(result.notes.map(({ code }) => code)).toContain('text-fallback');
    }
    const [base, current, proposed] = [good, write(1, [['id', '1']], 3), write(2, [['id', '1']], 1)].map(invalidUtf8);
    const result = merge(path, [base ?? '', current ?? '', proposed ?? ''], options);
    const expected = path === 'a.ndjson' ? undefined : Buffer.from(invalidUtf8(write(2, [['id', '1']], 3)));
    expect(result.status === 'clean' ? Buffer.from(result.content ?? []) : undefined).toEqual(expected);
  });
});

describe.each([...strict, ...lenient])('odd input as $path', ({ path, write, options }) => {
  const middle = [
    ['big', '9007199254740993'],
    ['huge', '1e400'],
    ['zero', '-0'],
    ['one', '1.0'],
  ] as const;
  const own = path === 'a.toml' ? '{ x = 1 }' : '{"x":1}';
  const mixed = (text: string): string =>
    text
      .split('\n')
      .map((line, i, all) => line + (i === all.length - 1 ? '' : i % 2 === 0 ? '\n' : '\r\n'))
      .join('');

  it('[BI3] [J01] [J06] comes out as it went in', () => {
    const all = [...middle, ['__proto__', own]] as const;
    for (const shape of [(text: string) => text, (text: string) => `\ufeff${text}`, mixed]) {
      const sides = [write(1, all, 1), write(2, all, 1), write(1, all, 2)].map(shape);
      const result = merge(path, sides, options);
      expect(result.status === 'clean' ? Buffer.from(result.content ?? []).toString() : result).toBe(
        shape(write(2, all, 2)),
      );
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('hostile YAML', () => {
  const letters = [...'bcdefghij'];
  const bomb = letters.reduce(
    (text, name, i) => `${text}${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(', ')}]\n`,
    'a: &a [x, x, x, x, x, x, x, x, x]\n',
  );
  const ordered = (count: number): string =>
    `o: !!omap\n${Array.from({ length: count }, (_, i) => `  - k${i}: 1\n`).join('')}`;

  it.each([
    ['an alias bomb', bomb],
    ['a merge key with __proto__', 'x:\n  <<: {__proto__: {y: 1}}\n'],
    ['a tag that names code', 'f: !!js/function "function () { throw 1 }"\n'],
    ['an ordered map', ordered(1_000)],
  ])('[S06] %s is left as it stands', (_, middle) => {
    const text = (first: number, last: number): string => `first: ${first}\nid: 1\n${middle}last: ${last}\n`;
    for (const [path, wrap] of [
      ['a.yaml', (body: string) => body],
      ['a.md', (body: string) => `---\n${body}---\n`],
    ] as const) {
      const result = merge(path, [text(1, 1), text(2, 1), text(1, 2)].map(wrap));
      expect(result.status === 'clean' ? Buffer.from(result.content ?? []).toString() : '').toBe(wrap(text(2, 2)));
    }
    expect(({} as { readonly y?: unknown }).y).toBeUndefined();
  });

  it('[S06] an ordered map of 50,000 entries is too large to be read whole: a conflict of the whole', async () => {
    const text = (first: number, last: number): Uint8Array =>
      side(`first: ${first}\n${ordered(50_000)}last: ${last}\n`);
    const input = { base: text(1, 1), current: text(2, 1), proposed: text(1, 2), path: 'a.yaml' };
    const result = await offloadMerge({ ...input, options: { budget: { ms: 10_000 } } }, { ms: 10_000 });
    expect(result).toMatchObject({ status: 'conflict', conflicts: [{ kind: 'content' }] });
    expect(result.status === 'conflict' && result.conflicts).toHaveLength(1);
  });
});

describe('a policy', () => {
  it('[S06] is JSON: YAML is refused, and so is an alias bomb in it', async () => {
    const desk = await openDesk();
    for (const text of ['rules: []\n', 'a: &a [x]\nb: [*a, *a]\n', '!!js/function "f"']) {
      const { code, err } = await desk.run(['policy', 'set', '-'], { stdin: text });
      expect(code).not.toBe(0);
      expect(err).toContain('is not usable JSON');
    }
    desk.close();
  });
});
