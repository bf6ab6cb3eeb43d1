import { describe, expect, it } from 'vitest';
import {
  checkReceipt,
  engineNames,
  type MergeContents,
  type MergeInput,
  type MergeOptions,
  type MergeResult,
  mergeContents,
  resolveConflict,
} from './index.ts';

const engineOf = (choice: Omit<MergeContents, 'base' | 'current' | 'proposed'>): string => {
  const result = mergeContents({ base: '{"a":1}\n', current: '{"a":2}\n', proposed: '{"a":1,"b":1}\n', ...choice });
  return result.status === 'error' ? 'error' : result.stats.engine;
};

describe('mergeContents', () => {
  it('[MT21] goes by the option, then the path, then the media type, then the contents, then text', () => {
    expect(engineOf({ path: 'notes/plan.txt' })).toBe('text');
    expect(engineOf({ path: 'notes/plan.md' })).toBe('markdown');
    expect(engineOf({ path: 'a/b.JSON' })).toBe('json');
    expect(engineOf({ path: 'tsconfig.jsonc' })).toBe('json');
    expect(engineOf({ mediaType: 'application/problem+json; charset=utf-8' })).toBe('json');
    expect(engineOf({ path: 'a.json', options: { engine: 'text' } })).toBe('text');
    expect(engineOf({ path: 'a.json', options: { engine: 'auto' } })).toBe('json');
    expect(engineOf({ options: { engine: 'append' } })).toBe('append');
    const lines = ['text', 'append', 'markdown', 'changelog', 'lock'];
    const structures = ['json', 'package-json', 'notebook', 'yaml', 'toml', 'ndjson'];
    expect([...engineNames].sort()).toEqual([...lines, ...structures].sort());
  });

  it('[MT21] refuses an engine that does not exist', () => {
    expect(() => engineOf({ options: { engine: 'nope' } })).toThrow(expect.objectContaining({ code: 'misuse' }));
  });

  it('[MT2] bytes that need no merge need no engine either, even where they are no JSON', () => {
    expect(mergeContents({ base: '{', current: '{', proposed: '[', path: 'a.json' })).toMatchObject({
      status: 'clean',
    });
  });

  it('[MT15] a result that is not clean, or is absent where it should not be, is not ok', () => {
    const input = { base: Buffer.from('a\n'), current: Buffer.from('b\n'), proposed: Buffer.from('c\n') };
    expect(checkReceipt(input, mergeContents(input)).ok).toBe(false);
    const gone = { ...input, proposed: null, current: input.base };
    const result = mergeContents(gone);
    if (result.status !== 'clean') throw new Error('not clean');
    expect(checkReceipt(gone, result).ok).toBe(true);
    expect(checkReceipt(gone, { ...result, content: Buffer.alloc(0) }).ok).toBe(false);
  });

  it('[MT15] the receipt of a structure goes to the checker of structures', () => {
    const [base, current, proposed] = ['{"a":1}', '{"a":2}', '{"a":1,"b":1}'].map((side) => Buffer.from(side));
    const input = { base: base ?? null, current: current ?? null, proposed: proposed ?? null, path: 'x.json' };
    const result = mergeContents(input);
    if (result.status !== 'clean') throw new Error('not clean');
    expect(checkReceipt(input, result)).toMatchObject({ ok: true });
    const lost = checkReceipt(input, { ...result, content: Buffer.from('{"a":2}') });
    expect(lost.ok).toBe(false);
    expect(lost.dropped[0]).toHaveProperty('pointer');
  });

  it('[MT15] dropped lines are in order only where a favour or a decision says so', () => {
    const input = { base: Buffer.from('a\n'), current: Buffer.from('b\n'), proposed: Buffer.from('c\n') };
    const favoured = { ...input, options: { favor: 'current' as const } };
    const result = mergeContents(favoured);
    expect(checkReceipt(favoured, result).ok).toBe(true);
    expect(checkReceipt(input, result)).toMatchObject({ ok: false, dropped: [{ side: 'proposed', line: 0 }] });
    expect(checkReceipt(input, result, { decided: true }).ok).toBe(true);
  });

  it('[MT15] a settled conflict of the append engine passes by its ledger', () => {
    const input = { base: Buffer.from('a\n'), current: Buffer.from('b\n'), proposed: Buffer.from('a\nc\n') };
    const open = mergeContents({ ...input, options: { engine: 'append' } });
    if (open.status !== 'conflict') throw new Error('not a conflict');
    const [{ id } = { id: '' }] = open.conflicts;
    for (const use of ['base', 'current', 'proposed', 'both'] as const) {
      const settled = resolveConflict(open, id, { use });
      expect(checkReceipt(input, settled, { decided: true }).problems).toEqual([]);
      expect(checkReceipt(input, settled).ok).toBe(false);
    }
  });

  it('[MT23] options, values and sides that do not exist are misuse, with what to do', () => {
    const sides = { base: 'x\n', current: 'a\n', proposed: 'b\n' };
    const wrong: unknown[] = [
      { engin: 'text' },
      { engine: 5 },
      { favor: 'ours' },
      { union: 'yes' },
      { adjacent: true },
      { eol: 'crlf' },
      { finalNewline: 1 },
      { ignoreWhitespace: true },
      { bom: false },
      { format: 'json5' },
      { arrays: 'set' },
      { arrays: { '/a': 'sets' } },
      { arrays: { a: 'set' } },
      { arrays: { '/a': {} } },
      { strings: { '/a': 'txt' } },
      { counters: '/a' },
      { counters: ['a'] },
      { budget: 5 },
      { budget: { ms: '1' } },
      { budget: { ms: Number.NaN } },
      { budget: { lines: -1 } },
      { budget: { seconds: 1 } },
      { budget: { clock: 5 } },
      { ['__proto__']: 1, constructor: 1 },
      null,
      'text',
      [],
    ];
    const inputs: unknown[] = [
      ...wrong.map((options) => ({ ...sides, options })),
      { ...sides, base: undefined },
      { ...sides, current: ['a'] },
      { ...sides, proposed: 1 },
      { ...sides, path: 5 },
      { ...sides, mediaType: {} },
      null,
      undefined,
      'x',
    ];
    for (const input of inputs) {
      expect(() => mergeContents(input as MergeContents), JSON.stringify(input)).toThrow(
        expect.objectContaining({ code: 'misuse', details: { next: expect.any(String) } }),
      );
    }
    const unset = {
      ...sides,
      kind: 'a field of the caller’s own',
      path: undefined,
      options: { favor: undefined, budget: { ms: undefined } },
    } as unknown;
    expect(mergeContents(unset as MergeContents).status).toBe('conflict');
  });

  it('[MT24] no data makes a merge throw, and every outcome can be settled and proven', () => {
    const contents: (Uint8Array | null)[] = [
      null,
      ...[
        '',
        '\ufeffa\n',
        '\ufeff{"a":1}',
        '"\\ud800"',
        'a\nb\n',
        '{"a":1}',
        '[1,2]',
        'a\rb\r\n',
        ' ',
        '1e99999999999',
      ].map((each) => Buffer.from(each)),
      Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d),
      Uint8Array.of(1, 0, 2),
    ];
    // Slow to read in some formats: it stands beside a few of the others only.
    const deep = Buffer.from('['.repeat(6000) + ']'.repeat(6000));
    const few = [null, contents[5] ?? null, contents[6] ?? null];
    const beside = few.flatMap((one) => few.map((other) => [one, other] as const));
    const choices: MergeOptions[] = engineNames.flatMap((engine) => [{ engine }, { engine, favor: 'proposed' }]);
    for (const options of [...choices, { engine: 'json', format: 'jsonc' } as const]) {
      for (const base of contents) {
        for (const current of contents) {
          for (const proposed of contents) proveAll({ base, current, proposed, options });
        }
      }
      for (const [one, other] of beside) {
        proveAll({ base: deep, current: one, proposed: other, options });
        proveAll({ base: one, current: deep, proposed: other, options });
        proveAll({ base: one, current: other, proposed: deep, options });
      }
      proveAll({ base: deep, current: deep, proposed: deep, options });
    }
  });

  it('[MT15] the checker takes what the merge took: strings, and a path that says what the format is', () => {
    const text = { base: 'a\nb\nc\n', current: 'A\nb\nc\n', proposed: 'a\nb\nC\n' };
    const commented = {
      base: '{\n  "a": 1, // one\n  "b": 2,\n}\n',
      current: '{\n  "a": 3, // one\n  "b": 2,\n}\n',
      proposed: '{\n  "a": 1, // one\n  "b": 4,\n}\n',
      path: 'settings.jsonc',
    };
    for (const contents of [text, commented, { ...text, base: null, current: null }]) {
      expect(checkReceipt(contents, mergeContents(contents))).toEqual({ ok: true, dropped: [], problems: [] });
    }
  });
});

function proveAll(input: MergeInput): void {
  const open = mergeContents(input);
  if (open.status === 'error') return;
  if (open.status === 'clean') {
    if (!checkReceipt(input, open).ok) throw new Error(`not proven: ${JSON.stringify(input)}`);
    return;
  }
  for (const use of ['base', 'current', 'proposed'] as const) {
    let result: MergeResult = open;
    for (const { id } of open.conflicts) result = resolveConflict(result, id, { use });
    const isProven = checkReceipt(input, result, { decided: true }).ok;
    if (!isProven) throw new Error(`not proven: ${use} ${JSON.stringify(input)}`);
  }
}
