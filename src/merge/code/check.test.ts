import { beforeAll, describe, expect, it } from 'vitest';
import { codeCases } from '../../../test/support/code-cases.ts';
import { type MergeResult, mergeContents, prepareGrammar, resolveConflict } from '../index.ts';

const cases = codeCases();
const textOf = (result: MergeResult): string | undefined =>
  result.status === 'clean' && result.content !== null ? Buffer.from(result.content).toString() : undefined;
const reasonOf = (result: MergeResult): string | undefined =>
  result.status === 'conflict' ? result.conflicts[0]?.reason : undefined;
const notesOf = (result: MergeResult): readonly string[] =>
  result.status === 'error' ? [] : result.notes.map(({ code }) => code);

beforeAll(async () => {
  for (const path of ['a.ts', 'a.tsx', 'a.js', 'a.py', 'a.go']) expect(await prepareGrammar(path)).toBe(true);
});

describe('the check of merged source code', () => {
  for (const { name, path, reason, base, current, proposed } of cases.filter(({ outcome }) => outcome === 'refused')) {
    it(`[SC1] [SC2] ${path}: ${name}`, () => {
      expect(mergeContents({ base, current, proposed }).status).toBe('clean');
      const result = mergeContents({ base, current, proposed, path });
      expect(reasonOf(result)).toMatch(new RegExp(`^${reason}: `));
      const swapped = mergeContents({ base, current: proposed, proposed: current, path });
      expect(reasonOf(swapped)?.slice(0, 9)).toBe(reasonOf(result)?.slice(0, 9));
      expect(textOf(mergeContents({ base, current, proposed, path, options: { syntax: 'ignore' } }))).toBeDefined();
    });
  }

  for (const { name, path, base, current, proposed, merged } of cases.filter(({ outcome }) => outcome === 'clean')) {
    it(`[SC2] ${path}: ${name}`, () => {
      const result = mergeContents({ base, current, proposed, path });
      expect(textOf(result)).toBe(merged);
      expect(notesOf(result)).toEqual([]);
    });
  }

  const engine = { options: { engine: 'text' } };

  it('[SC1] holds JSON and YAML that are merged by lines to their own parsers', () => {
    const json = {
      base: '{\n  "a": [\n    0,\n    1,\n    2,\n    3\n  ]\n}\n',
      current: '{\n  "a": { "b": [\n    0,\n    1,\n    2,\n    3\n  ] }\n}\n',
      proposed: '{\n  "a": [\n    0,\n    1\n  ],\n  "b": [\n    2,\n    3\n  ]\n}\n',
    };
    expect(mergeContents({ ...json, ...engine }).status).toBe('clean');
    expect(reasonOf(mergeContents({ ...json, ...engine, path: 'a.json' }))).toMatch(/^syntax: the merged JSON/);
    const yaml = {
      base: 'a: 1\n\nb: 2\n\nc: 3\n',
      current: 'd: 4\na: 1\n\nb: 2\n\nc: 3\n',
      proposed: 'a: 1\n\nb: 2\n\nc: 3\nd: 5\n',
    };
    expect(reasonOf(mergeContents({ ...yaml, ...engine, path: 'a.yml' }))).toMatch(/^syntax: the merged YAML/);
  });

  it('[SC1] holds JSON with comments to what it is', () => {
    const [base, current, proposed] = ['', '"x": 1,', '"y": 1,'].map(
      (own, i) =>
        `{\n  // why\n  ${i === 1 ? own : ''}\n  "a": 1,\n\n  "b": 2,\n  ${i === 2 ? own : ''}\n  "c": 3\n}\n`,
    );
    const input = {
      base: base ?? '',
      current: current ?? '',
      proposed: proposed ?? '',
      path: 'tsconfig.json',
      ...engine,
    };
    expect(notesOf(mergeContents(input))).toEqual([]);
    const broken = { ...input, proposed: input.proposed.replace('"y"', '"x"') };
    expect(reasonOf(mergeContents(broken))).toMatch(/^syntax: the merged JSON with comments/);
  });

  it('[SC3] leaves a merge whose sides do not parse, and says so', () => {
    const input = {
      base: 'let a = ;\n\nf();\n',
      current: 'g();\nlet a = ;\n\nf();\n',
      proposed: 'let a = ;\n\nf();\nh();\n',
    };
    const result = mergeContents({ ...input, path: 'a.ts' });
    expect(textOf(result)).toBe('g();\nlet a = ;\n\nf();\nh();\n');
    expect(notesOf(result)).toEqual(['unchecked']);
  });

  it('[SC3] leaves what is no UTF-8 or too long, and says so', () => {
    const bytes = (text: string): Uint8Array =>
      Buffer.concat([Buffer.from('// '), Buffer.from([0xff]), Buffer.from(text)]);
    const input = {
      base: bytes('\n\n\na();\n'),
      current: bytes('\nb();\n\n\na();\n'),
      proposed: bytes('\n\n\na();\nc();\n'),
    };
    expect(notesOf(mergeContents({ ...input, path: 'a.ts' }))).toEqual(['unchecked']);
    const long = `// ${'x'.repeat(1024 * 1024)}\n\n\na();\n`;
    const result = mergeContents({ base: long, current: `b();\n${long}`, proposed: `${long}c();\n`, path: 'a.ts' });
    expect(notesOf(result)).toEqual(['unchecked']);
  });

  it('[SC1] a refused merge is settled as a whole', () => {
    const one = cases.find(({ outcome }) => outcome === 'refused');
    if (one === undefined) throw new Error('no case');
    const result = mergeContents({ base: one.base, current: one.current, proposed: one.proposed, path: one.path });
    if (result.status !== 'conflict') throw new Error('not refused');
    expect(result.partial).toEqual(new Uint8Array(Buffer.from(one.current)));
    const [conflict] = result.conflicts;
    expect(textOf(resolveConflict(result, conflict?.id ?? '', { use: 'proposed' }))).toBe(one.proposed);
  });

  it('[SC10] a check that takes longer than there is time is a conflict of the kind budget', () => {
    const base = `${'f();\n'.repeat(20_000)}\n\n`;
    let now = 0;
    const budget = { ms: 1_000_000, clock: () => (now += 400_000) };
    const input = { base, current: `a();\n${base}`, proposed: `${base}b();\n`, path: 'a.ts' };
    const result = mergeContents({ ...input, options: { budget } });
    expect(result.status === 'conflict' && result.conflicts[0]?.kind).toBe('budget');
    const short = mergeContents({ ...input, options: { budget: { ms: 20 } } });
    expect(short.status === 'conflict' && short.conflicts[0]?.kind).toBe('budget');
  });

  it('[SC10] a text that the parser breaks on is not checked, and the next one is', () => {
    const base = `a\n\n${'<a>'.repeat(30_000)}\n\nz\n`;
    const result = mergeContents({ base, current: `c\n${base}`, proposed: `${base}d\n`, path: 'a.ts' });
    expect(notesOf(result)).toEqual(['unchecked']);
    const one = cases.find(({ outcome, path }) => outcome === 'refused' && path.endsWith('.ts'));
    if (one === undefined) throw new Error('no case');
    expect(mergeContents({ base: one.base, current: one.current, proposed: one.proposed, path: 'a.ts' }).status).toBe(
      'conflict',
    );
  });
});
