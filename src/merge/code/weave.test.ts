import { beforeAll, describe, expect, it } from 'vitest';
import { codeCases } from '../../../test/support/code-cases.ts';
import {
  checkReceipt,
  type MergeInput,
  type MergeResult,
  mergeContents,
  prepareGrammar,
  type ReceiptEntry,
} from '../index.ts';

const cases = codeCases();
const options = { commutative: true };
const textOf = (result: MergeResult): string | undefined =>
  result.status === 'clean' && result.content !== null ? Buffer.from(result.content).toString() : undefined;

beforeAll(async () => {
  for (const path of ['a.ts', 'a.tsx', 'a.js', 'a.py', 'a.go']) await prepareGrammar(path);
});

describe('additions of two sides to one list', () => {
  for (const { name, path, base, current, proposed, merged } of cases.filter(({ outcome }) => outcome === 'woven')) {
    it(`[SC6] [SC7] ${path}: ${name}`, () => {
      const input: MergeInput = {
        base: Buffer.from(base),
        current: Buffer.from(current),
        proposed: Buffer.from(proposed),
        path,
      };
      expect(mergeContents(input).status).toBe('conflict');
      const result = mergeContents({ ...input, options });
      expect(textOf(result)).toBe(merged);
      expect(checkReceipt({ ...input, options }, result).problems).toEqual([]);
      expect(result.status === 'clean' && result.notes.map(({ code }) => code)).toEqual(['commutative']);
      expect(mergeContents({ ...input, options, current: input.proposed, proposed: input.current }).status).toBe(
        'clean',
      );
    });
  }

  for (const { name, path, base, current, proposed } of cases.filter(({ outcome }) => outcome === 'conflict')) {
    it(`[SC6] [SC8] stays a conflict: ${path}: ${name}`, () => {
      const plain = mergeContents({ base, current, proposed, path });
      const result = mergeContents({ base, current, proposed, path, options });
      if (plain.status !== 'conflict' || result.status !== 'conflict') throw new Error('clean');
      expect(result.conflicts).toEqual(plain.conflicts);
      expect(result.conflicts[0]?.reason).toBeUndefined();
      expect(result.partial).toEqual(plain.partial);
    });
  }

  /** What becomes of two additions at one place, both ways round. */
  const bothWays = (path: string, base: string, one: string, two: string): readonly string[] => {
    const [current, proposed] = [base.replace('@', one), base.replace('@', two)];
    const input = { base: base.replace('@', ''), path, options };
    return [
      mergeContents({ ...input, current, proposed }).status,
      mergeContents({ ...input, current: proposed, proposed: current }).status,
    ];
  };

  it('[SC6] an array of Go of a fixed length stays a conflict, and one that counts its items does not', () => {
    const list = (type: string): string => `package a\n\nvar A = ${type}{"x"@}\n`;
    expect(bothWays('a.go', list('[2]string'), ', "y"', ', "z"')).toEqual(['conflict', 'conflict']);
    expect(bothWays('a.go', list('[...]string'), ', "y"', ', "z"')).toEqual(['clean', 'clean']);
  });

  it('[SC6] a comment that ends the line of an item stays with it, or all stays a conflict', () => {
    const base = 'package a\n\ntype K struct {\n\tb int // one\n}\n';
    const [one, two] = [
      base.replace('// one', '// one\n\tp int // new'),
      base.replace('// one', '// one, more\n\tc int // other'),
    ];
    for (const [current, proposed] of [
      [one, two],
      [two, one],
    ] as const) {
      expect(mergeContents({ base, current, proposed, path: 'a.go', options }).status).toBe('conflict');
    }
    const apart = [one, base.replace('// one', '// one\n\tc int // other')] as const;
    for (const [current, proposed] of [apart, apart.toReversed()] as readonly (readonly [string, string])[]) {
      const result = mergeContents({ base, current, proposed, path: 'a.go', options });
      const text = textOf(result) ?? '';
      for (const line of ['b int // one', 'p int // new', 'c int // other']) expect(text).toContain(`\t${line}\n`);
    }
  });

  it('[SC6] a comment stays with its item in a list that is sorted, too', () => {
    const base = 'const a = {\n  a: 1, // A\n  z: 9, // Z\n};\n';
    const current = base.replace('  z', '  c: 3, // C\n  m: 4, // M\n  z');
    const proposed = base.replace('  z', '  d: 5, // D\n  n: 6, // N\n  z');
    for (const [mine, theirs] of [
      [current, proposed],
      [proposed, current],
    ] as const) {
      const result = mergeContents({ base, current: mine, proposed: theirs, path: 'a.ts', options });
      const text = textOf(result) ?? '';
      for (const name of ['a', 'c', 'd', 'm', 'n', 'z'])
        expect(text).toMatch(new RegExp(`^  ${name}: \\d, // ${name.toUpperCase()}$`, 'm'));
    }
  });

  it('[SC6] members of a class that may be read as one, whichever comes first, stay a conflict', () => {
    const body = 'class D {\n@}\n';
    for (const path of ['a.js', 'a.ts']) {
      for (const word of ['get', 'set', 'static', 'static async', 'async']) {
        expect(bothWays(path, body, `  ${word}\n`, '  m() {}\n')).toEqual(['conflict', 'conflict']);
      }
      expect(bothWays(path, body, '  foo = 1\n', '  *bar() {}\n')).toEqual(['conflict', 'conflict']);
      expect(bothWays(path, body, '  foo = 1\n', '  in() {}\n')).toEqual(['conflict', 'conflict']);
      expect(bothWays(path, body, '  foo = 1;\n', '  *bar() {}\n')).toEqual(['clean', 'clean']);
      expect(bothWays(path, body, '  foo = get\n', '  bar() {}\n')).toEqual(['clean', 'clean']);
      expect(bothWays(path, body, '  *foo() {}\n', '  *bar() {}\n')).toEqual(['clean', 'clean']);
    }
    expect(bothWays('a.ts', 'interface D {\n@}\n', '  readonly\n', '  m: 1\n')).toEqual(['conflict', 'conflict']);
    expect(bothWays('a.js', 'f({\n@});\n', '  foo: 1,\n', '  *bar() {},\n')).toEqual(['clean', 'clean']);
  });

  it('[SC6] options that even lines out, and sides that do not parse, leave the conflict', () => {
    const sides = {
      base: "import a from 'a';\n",
      current: "import a from 'a';\nimport b from 'b';\n",
      proposed: "import a from 'a';\nimport c from 'c';\n",
    };
    expect(mergeContents({ ...sides, path: 'a.ts', options }).status).toBe('clean');
    expect(mergeContents({ ...sides, path: 'a.ts', options: { ...options, eol: 'auto' } }).status).toBe('conflict');
    expect(mergeContents({ ...sides, path: 'a.txt', options }).status).toBe('conflict');
    const broken = { base: `${sides.base}(\n`, current: `${sides.current}(\n`, proposed: `${sides.proposed}(\n` };
    expect(mergeContents({ ...broken, path: 'a.ts', options }).status).toBe('conflict');
  });

  it('[SC9] the checker takes the parts of each side out again, and finds what was changed', () => {
    const input: MergeInput = {
      base: Buffer.from('\uFEFFconst names = ["é", "b"];\n'),
      current: Buffer.from('\uFEFFconst names = ["é", "b", "漢"];\n'),
      proposed: Buffer.from('\uFEFFconst names = ["é", "b", "🙂"];\n'),
      path: 'a.ts',
      options,
    };
    const result = mergeContents(input);
    if (result.status !== 'clean') throw new Error('not woven');
    expect(textOf(result)).toBe('\uFEFFconst names = ["é", "b", "漢", "🙂"];\n');
    expect(checkReceipt(input, result).ok).toBe(true);
    expect(checkReceipt({ ...input, options: {} }, result).ok).toBe(false);
    const changed = (change: (entry: ReceiptEntry) => ReceiptEntry): boolean =>
      checkReceipt(input, { ...result, receipt: { ...result.receipt, entries: result.receipt.entries.map(change) } })
        .ok;
    expect(changed((entry) => entry)).toBe(true);
    expect(changed((entry) => ({ ...entry, spans: entry.spans?.slice(1) ?? [] }))).toBe(false);
    expect(
      changed((entry) => ({ ...entry, spans: entry.spans?.map((span) => ({ ...span, by: 'current' })) ?? [] })),
    ).toBe(false);
    expect(changed((entry) => ({ ...entry, spans: entry.spans?.map((span) => ({ ...span, from: -1 })) ?? [] }))).toBe(
      false,
    );
    const lost = Buffer.from('\uFEFFconst names = ["é", "b", "漢"];\n');
    expect(checkReceipt(input, { ...result, content: lost }).ok).toBe(false);
  });

  it('[SC10] weaving that takes longer than there is time leaves the conflict of lines', () => {
    const base = `${'f();\n'.repeat(100)}import a from 'a';\n`;
    const sides = {
      base,
      current: `${base}import b from 'b';\n`,
      proposed: `${base}import c from 'c';\n`,
      path: 'a.ts',
    };
    expect(mergeContents({ ...sides, options }).status).toBe('clean');
    const result = mergeContents({ ...sides, options: { ...options, budget: { ms: 0, clock: () => 0 } } });
    expect(result.status === 'conflict' && result.conflicts[0]?.kind).toBe('content');
    expect(result.status === 'conflict' && result.notes.map(({ code }) => code)).toEqual(['unwoven']);
  });
});
