// Names that two edits, far apart, put into one scope below the top level.
import { beforeAll, describe, expect, it } from 'vitest';
import { mergeContents, prepareGrammar } from '../index.ts';

beforeAll(async () => {
  for (const path of ['a.ts', 'a.tsx', 'a.js', 'a.py', 'a.go']) expect(await prepareGrammar(path)).toBe(true);
});

/** A source, with something put in at `@1` by current and at `@2` by proposed, or the other way round. */
function merge(path: string, source: string, one: string, two: string, isSwapped = false): string {
  const write = (first: string, second: string): string =>
    source
      .split('\n')
      .flatMap((line) => (/@[12]/.test(line) ? added(line, line.includes('@1') ? first : second) : [line]))
      .join('\n');
  const [first, second] = [write(one, ''), write('', two)];
  const [current, proposed] = isSwapped ? [second, first] : [first, second];
  const result = mergeContents({ base: write('', ''), current, proposed, path });
  if (result.status === 'clean') return [...result.notes.map(({ code }) => code), 'clean'].join(' ');
  return result.status === 'error' ? result.message : (result.conflicts[0]?.reason ?? 'lines');
}

function added(line: string, text: string): readonly string[] {
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  return text === '' ? [] : text.split('\n').map((each) => indent + each);
}

const body = (open: string, lines: readonly string[], close: string): string =>
  [open, '  @1', ...lines.map((line) => `  ${line}`), '  @2', close, ''].join('\n');

const goSwitch = (open: string, ...lines: readonly string[]): string =>
  body(`package p\nfunc f() { ${open}`, lines, '} }');

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
  ['default', 'a.js', body('switch (x) {', ['case 1: a();', 'case 2: b();'], '}'), 'default: c();', 'default: d();'],
  ['default', 'a.ts', body('switch (x) {', ['case 1: a();', 'case 2: b();'], '}'), 'default: c();', 'default: d();'],
  ['default', 'a.go', goSwitch('switch x {', 'case 1: a()', 'case 2: b()'), 'default: c()', 'default: d()'],
  ['default', 'a.go', goSwitch('switch x.(type) {', 'case A: a()', 'case B: b()'), 'default: c()', 'default: d()'],
  ['default', 'a.go', goSwitch('select {', 'case <-p: a()', 'case <-q: b()'), 'default: c()', 'default: d()'],
  [
    'const of two cases',
    'a.ts',
    body('switch (x) {', ['case 1: a();', 'case 2: b();'], '}'),
    'case 3: const a = 1;',
    'case 4: const a = 2;',
  ],
  ['const or var', 'a.js', body('function f() {', ['a();', 'b();'], '}'), 'const a = 1;', 'var a = 2;'],
  ['const or inner var', 'a.ts', body('f(() => {', ['a();', 'b();'], '});'), 'const a = 1;', 'if (b) { var a = 2; }'],
  ['const or loop', 'a.ts', body('', ['a();', 'b();'], ''), 'const i = 1;', 'for (var i = 0; i < 3; i++) a();'],
  ['const or loop', 'a.js', body('', ['a();', 'b();'], ''), 'export const i = 1;', 'for (var i of list) a();'],
  ['parameter or let', 'a.ts', body('function f(', ['b: string,', ') {', 'b();'], '}'), 'a: string,', 'let a = 1;'],
  ['parameter or let', 'a.js', body('f((', ['b,', ') => {', 'b();'], '});'), '{ a },', 'let a = 1;'],
  ['assignment or global', 'a.py', body('def f():', ['b()', 'c()'], ''), 'a = 1', 'global a'],
  ['assignment or nonlocal', 'a.py', body('def f():', ['b()', 'c()'], ''), 'if b: a = 1', 'nonlocal a'],
  ['member of a type', 'a.ts', body('type T = {', ['b: 1,', 'c: 2,'], '};'), 'a: 1,', 'a: 2,'],
  ['member of a type', 'a.ts', body('interface I { t: {', ['b: 1,', 'c: 2,'], '} }'), 'a: 1,', 'a: 2,'],
  ['property or method', 'a.ts', body('interface I {', ['b: 1;', 'c: 2;'], '}'), 'a: 1;', 'a(): void;'],
  ['method', 'a.go', body('package p\ntype I interface {', ['B()', 'C()'], '}'), 'A()', 'A() int'],
  ['method', 'a.go', body('package p\nvar i interface {', ['B()', 'C()'], '}'), 'A()', 'A() int'],
  ['type parameter', 'a.ts', body('type T<', ['B,', 'C,'], '> = B | C;'), 'A,', 'A = string,'],
  ['type parameter', 'a.go', body('package p\nfunc f[', ['B any,', 'C any,'], ']() {}'), 'A any,', 'A int,'],
  ['parameter or variable', 'a.go', body('package p\nfunc f(', ['b int,', ') {', 'b()'], '}'), 'a int,', 'a := 1'],
  [
    'label',
    'a.go',
    body('package p\nfunc f() {', ['a()', 'b()'], '}'),
    'L: for { break L }',
    'if b { L: for { break L } }',
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
  ['loops', 'a.js', body('', ['a();', 'b();'], ''), 'for (var i = 0; i < 3; i++) a();', 'for (var i of list) b();'],
  [
    'inner loops',
    'a.ts',
    body('f(() => {', ['a();', 'b();'], '});'),
    'for (var i = 0;;) a();',
    'for (var i of list) b();',
  ],
  [
    'a const and another var',
    'a.ts',
    body('f(() => {', ['a();', 'b();'], '});'),
    'const a = 1;',
    'g(() => { var a = 2; });',
  ],
  ['a parameter and a var', 'a.js', body('function f(', ['b,', ') {', 'b();'], '}'), 'a,', 'var a = 1;'],
  [
    'a parameter and an inner let',
    'a.ts',
    body('function f(', ['b: B,', ') {', 'b();'], '}'),
    'a: B,',
    '{ let a = 1; }',
  ],
  [
    'defaults',
    'a.js',
    body('switch (x) {', ['case 1: a();', 'case 2: b();'], '}'),
    'case 3: switch (y) { default: }',
    'default: c();',
  ],
  [
    'constants',
    'a.ts',
    body('switch (x) {', ['case 1: a();', 'case 2: b();'], '}'),
    'case 3: { const a = 1; }',
    'case 4: const a = 2;',
  ],
  ['overloads', 'a.ts', body('interface I {', ['b: 1;', 'c: 2;'], '}'), 'a(): void;', 'a(b: number): void;'],
  ['overloads', 'a.ts', body('type T = {', ['b: 1;', 'c: 2;'], '};'), 'a(): void;', 'a(b: number): void;'],
  ['globals', 'a.py', body('def f():', ['b()', 'c()'], ''), 'global a', 'global a'],
  [
    'assignments of two functions',
    'a.py',
    body('def f():', ['b()', 'c()', 'd = 1'], 'def g():\n  global e'),
    'e = 1',
    'd = 2',
  ],
  [
    'labels',
    'a.go',
    body('package p\nfunc f() {', ['a()', 'b()'], '}'),
    'L: for { break L }',
    'g(func() { L: for { break L } })',
  ],
  [
    'a parameter and a variable',
    'a.go',
    body('package p\nfunc f(', ['b int,', ') {', 'b()'], '}'),
    'a int,',
    'if b { a := 1; c(a) }',
  ],
  ['accessors', 'a.ts', body('f({', ['a: 1,', 'b: 2,'], '});'), 'get k() { return 1; },', 'set k(v) {},'],
  ['assignments', 'a.py', body('def f():', ['a()', 'b()'], ''), 'k = 1', 'k = 2'],
  ['errors', 'a.go', body('package p\nfunc f() {', ['a()', 'b()'], '}'), 'k, err := c()', 'l, err := d()'],
];

describe('names in scopes', () => {
  for (const [what, path, source, one, two] of twice) {
    it(`[SC11] ${path}: one ${what} from both sides is a conflict`, () => {
      expect(merge(path, source, one, two)).toMatch(/^duplicate: /);
      expect(merge(path, source, one, two, true)).toMatch(/^duplicate: /);
    });
  }

  for (const [what, path, source, one, two] of fine) {
    it(`[SC11] ${path}: ${what} are no duplicates`, () => {
      expect(merge(path, source, one, two)).toBe('clean');
    });
  }
});
