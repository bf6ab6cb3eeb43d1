// Random modules of source code in three languages: three lists that both sides add to and take from, by number, so that
// what a merge must hold is known.
import fc from 'fast-check';
import type { MergeInput } from '../../src/merge/types.ts';

/** A module of three lists: imports, members and functions, by number, so that a side is what it has of them. */
export interface Shape {
  readonly imports: readonly number[];
  readonly members: readonly number[];
  readonly functions: readonly number[];
}
type Writer = (shape: Shape) => string;

const writers: { readonly [path: string]: Writer } = {
  'a.ts': ({ imports, members, functions }) =>
    [
      ...imports.map((i) => `import { m${i} } from './m${i}.ts';`),
      '',
      'const table = {',
      ...members.map((i) => `  k${i}: ${i},`),
      '};',
      ...functions.flatMap((i) => ['', `function f${i}(): number {`, `  return ${i};`, '}']),
      '',
    ].join('\n'),
  'a.py': ({ imports, members, functions }) =>
    [
      ...imports.map((i) => `import m${i}`),
      '',
      'TABLE = {',
      ...members.map((i) => `    "k${i}": ${i},`),
      '}',
      ...functions.flatMap((i) => ['', '', `def f${i}():`, `    return ${i}`]),
      '',
    ].join('\n'),
  'a.go': ({ imports, members, functions }) =>
    [
      'package a',
      '',
      'import (',
      ...imports.map((i) => `\t"m${i}"`),
      ')',
      '',
      'var table = map[string]int{',
      ...members.map((i) => `\t"k${i}": ${i},`),
      '}',
      ...functions.flatMap((i) => ['', `func f${i}() int {`, `\treturn ${i}`, '}']),
      '',
    ].join('\n'),
};

interface Change {
  readonly list: keyof Shape;
  readonly at: number;
  readonly value: number;
  readonly remove: boolean;
}
const change = (from: number): fc.Arbitrary<Change> =>
  fc.record({
    list: fc.constantFrom<keyof Shape>('imports', 'members', 'functions'),
    at: fc.nat(6),
    value: fc.integer({ min: from, max: from + 12 }),
    remove: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  });

function changed(shape: Shape, changes: readonly Change[]): Shape {
  const next = { imports: [...shape.imports], members: [...shape.members], functions: [...shape.functions] };
  for (const { list, at, value, remove } of changes) {
    if (remove) next[list].splice(at, 1);
    else if (!next[list].includes(value)) next[list].splice(at, 0, value);
  }
  return next;
}

const numbers = fc.uniqueArray(fc.integer({ min: 10, max: 40 }), { minLength: 1, maxLength: 5 });
const shape = fc.record({ imports: numbers, members: numbers, functions: numbers });
/** The sides add from ranges that overlap in a few names, so that some clash. */
export const randomModules: fc.Arbitrary<Modules> = fc
  .tuple(
    fc.constantFrom(...Object.keys(writers)),
    shape,
    fc.array(change(50), { minLength: 1, maxLength: 3 }),
    fc.array(change(60), { minLength: 1, maxLength: 3 }),
  )
  .map(([path, base, mine, theirs]) => ({ path, shapes: [base, changed(base, mine), changed(base, theirs)] as const }));

export type Modules = { readonly path: string; readonly shapes: readonly [Shape, Shape, Shape] };
export const modulesInput = ({ path, shapes }: Modules, commutative: boolean): MergeInput => {
  const [base, current, proposed] = shapes.map((each) => Buffer.from(writers[path]?.(each) ?? ''));
  return { base: base ?? null, current: current ?? null, proposed: proposed ?? null, path, options: { commutative } };
};
/** What must be there: what both kept, and what either added. */
export function expectedNumbers(
  base: readonly number[],
  mine: readonly number[],
  theirs: readonly number[],
): Set<number> {
  const kept = base.filter((each) => mine.includes(each) && theirs.includes(each));
  return new Set([...kept, ...[...mine, ...theirs].filter((each) => !base.includes(each))]);
}

/** What of these a text has, by their marks. */
export function numbersIn(text: string, list: keyof Shape): Set<number> {
  return new Set([...text.matchAll(MARKS[list])].map(([, n]) => Number(n)));
}

const MARKS: { readonly [list in keyof Shape]: RegExp } = {
  imports: /\bm(\d+)\b/g,
  members: /\bk(\d+)\b/g,
  functions: /\bf(\d+)\(/g,
};
