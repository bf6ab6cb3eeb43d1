// Names that two edits, far apart, put into one scope below the top level.
import { beforeAll, describe, expect, it } from 'vitest';
import { mergeContents, prepareGrammar } from '../index.ts';

beforeAll(async () => {
  for (const path of ['a.ts', 'a.tsx', 'a.js', 'a.py', 'a.go']) expect(await prepareGrammar(path)).toBe(true);
});

/** A source, with something put in at `@1` by current and at `@2` by proposed. */
function merge(path: string, source: string, one: string, two: string): string {
  const write = (first: string, second: string): string =>
    source
      .split('\n')
      .flatMap((line) => (/@[12]/.test(line) ? added(line, line.includes('@1') ? first : second) : [line]))
      .join('\n');
  const result = mergeContents({ base: write('', ''), current: write(one, ''), proposed: write('', two), path });
  if (result.status === 'clean') return [...result.notes.map(({ code }) => code), 'clean'].join(' ');
  return result.status === 'error' ? result.message : (result.conflicts[0]?.reason ?? 'lines');
}

function added(line: string, text: string): readonly string[] {
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  return text === '' ? [] : text.split('\n').map((each) => indent + each);
}

const body = (open: string, lines: readonly string[], close: string): string =>
  [open, '  @1', ...lines.map((line) => `  ${line}`), '  @2', close, ''].join('\n');

const twice: readonly (readonly [what: string, path: string, source: string, one: string, two: string])[] = [
  ['const', 'a.ts', body('function f() {', ['a();', 'b();'], '}'), 'const k = 1;', 'const k = 2;'],
  ['function', 'a.js', body('function f() {', ['a();', 'b();'], '}'), 'function k() {}', 'function k() { a(); }'],
  ['parameter', 'a.ts', body('function f(', ['a: string,', 'b: string,'], ') {}'), 'k: string,', 'k: number,'],
  ['case', 'a.ts', body('switch (x) {', ['case 1: a();', 'case 2: b();'], '}'), 'case 3: c();', 'case 3: d();'],
  ['object', 'a.ts', body('f({ o: {', ['a: 1,', 'b: 2,'], '} });'), 'k: 1,', '"k": 2,'],
  ['method', 'a.ts', body('f(class {', ['a() {}', 'b() {}'], '});'), 'k() {}', 'k() { a(); }'],
  ['attribute', 'a.tsx', body('f(<A', ['a="1"', 'b="2"'], '/>);'), 'k="1"', 'k="2"'],
  [
    'namespace',
    'a.ts',
    body('namespace N {', ['export const a = 1;', 'export const b = 2;'], '}'),
    'export function k() {}',
    'export function k() { a; }',
  ],
  ['function', 'a.py', body('def f():', ['a()', 'b()'], ''), 'def k(): pass', 'def k(): return 1'],
  ['parameter', 'a.py', body('def f(', ['a,', 'b,'], '): pass'), 'k,', 'k=1,'],
  ['argument', 'a.py', body('f(', ['a=1,', 'b=2,'], ')'), 'k=1,', 'k=2,'],
  ['dictionary', 'a.py', body('f({', ['"a": 1,', '"b": 2,'], '})'), '"k": 1,', "'k': 2,"],
  ['variable', 'a.go', body('package p\nfunc f() {', ['a()', 'b()'], '}'), 'k := 1', 'k := 2'],
  [
    'case',
    'a.go',
    body('package p\nfunc f() { switch x {', ['case 1: a()', 'case 2: b()'], '} }'),
    'case 3: c()',
    'case 3: d()',
  ],
  ['element', 'a.go', body('package p\nvar v = T{', ['A: 1,', 'B: 2,'], '}'), 'K: 1,', 'K: 2,'],
];

const fine: typeof twice = [
  ['var', 'a.js', body('function f() {', ['a();', 'b();'], '}'), 'var k = 1;', 'var k = 2;'],
  ['blocks', 'a.ts', body('function f() {', ['a();', 'b();'], '}'), '{ const k = 1; }', '{ const k = 2; }'],
  ['cases', 'a.ts', body('switch (x) {', ['case 1: a();', 'case 2: b();'], '}'), 'case 3: c();', 'case 4: c();'],
  [
    'calls',
    'a.ts',
    body('switch (true) {', ['case a(): a();', 'case b(): b();'], '}'),
    'case c(): c();',
    'case c(): d();',
  ],
  ['accessors', 'a.ts', body('f({', ['a: 1,', 'b: 2,'], '});'), 'get k() { return 1; },', 'set k(v) {},'],
  ['assignments', 'a.py', body('def f():', ['a()', 'b()'], ''), 'k = 1', 'k = 2'],
  ['errors', 'a.go', body('package p\nfunc f() {', ['a()', 'b()'], '}'), 'k, err := c()', 'l, err := d()'],
];

describe('names in scopes', () => {
  for (const [what, path, source, one, two] of twice) {
    it(`[SC11] ${path}: one ${what} from both sides is a conflict`, () => {
      expect(merge(path, source, one, two)).toMatch(/^duplicate: /);
      expect(merge(path, source, two, one)).toMatch(/^duplicate: /);
    });
  }

  for (const [what, path, source, one, two] of fine) {
    it(`[SC11] ${path}: ${what} are no duplicates`, () => {
      expect(merge(path, source, one, two)).toBe('clean');
    });
  }
});
