import { beforeAll, describe, expect, it } from 'vitest';
import { type MergeResult, mergeContents, prepareGrammar } from '../index.ts';

const reasonOf = (result: MergeResult): string | undefined =>
  result.status === 'conflict' ? result.conflicts[0]?.reason : undefined;
const textOf = (result: MergeResult): string | undefined =>
  result.status === 'clean' ? Buffer.from(result.content ?? []).toString() : undefined;

const sources = {
  'a.ts': {
    methods: (names: readonly string[]) =>
      names.map((name) => `  ${name}() {\n    return '${name}';\n  }\n`).join('\n'),
    class: (name: string, body: string) => `class ${name} {\n${body}}\n`,
    function: (name: string) => `function ${name}() {\n  return '${name}';\n}\n`,
  },
  'a.py': {
    methods: (names: readonly string[]) =>
      names.map((name) => `    def ${name}(self):\n        return '${name}'\n`).join('\n'),
    class: (name: string, body: string) => `class ${name}:\n${body}\n`,
    function: (name: string) => `def ${name}():\n    return '${name}'\n\n`,
  },
  'a.go': {
    methods: (names: readonly string[]) => names.map((name) => `\t${name} int\n`).join('\n'),
    class: (name: string, body: string) => `type ${name} struct {\n${body}}\n`,
    function: (name: string) => `func ${name}() int {\n\treturn ${name.length}\n}\n`,
  },
} as const;

beforeAll(async () => {
  for (const path of Object.keys(sources)) expect(await prepareGrammar(path)).toBe(true);
});

describe.each(['a.ts', 'a.py', 'a.go'] as const)('what strays in %s', (path) => {
  const source = sources[path];
  const head = path === 'a.go' ? 'package a\n\n' : '';
  /** Classes by their names, each with its methods, a blank line between them. */
  const classes = (members: { readonly [name: string]: readonly string[] }): string =>
    head +
    Object.entries(members)
      .map(([name, methods]) => source.class(name, source.methods(methods)))
      .join('\n');
  const functions = (...names: readonly string[]): string => head + names.map(source.function).join('\n');
  /** Both ways round. */
  const merged = (base: string, current: string, proposed: string): MergeResult => {
    const [one, other] = [
      mergeContents({ base, current, proposed, path }),
      mergeContents({ base, current: proposed, proposed: current, path }),
    ];
    expect(textOf(other)).toBe(textOf(one));
    expect(reasonOf(other)?.slice(0, 5)).toBe(reasonOf(one)?.slice(0, 5));
    return one;
  };
  const base = classes({ A: ['one', 'two', 'three'], B: ['four', 'five'] });

  it('[SC12] a member does not come into the class that the other side cut off above it, or joined with its own', () => {
    const cut = classes({ A: ['one'], C: ['two', 'three'], B: ['four', 'five'] });
    const added = classes({ A: ['one', 'two', 'three', 'new'], B: ['four', 'five'] });
    expect(reasonOf(merged(base, added, cut))).toMatch(/^scope: A\.new .*C\.new/);
    const joined = classes({ A: ['one', 'two', 'three', 'four', 'five'] });
    const second = classes({ A: ['one', 'two', 'three'], B: ['four', 'five', 'new'] });
    expect(reasonOf(merged(base, second, joined))).toMatch(/^scope: B\.new .*A\.new/);
  });

  it('[SC12] a member goes along with its class where the other side named that anew, and a cut alone is none', () => {
    const named = classes({ Z: ['one', 'two', 'three'], B: ['four', 'five'] });
    const added = classes({ A: ['one', 'two', 'three', 'new'], B: ['four', 'five'] });
    expect(textOf(merged(base, added, named))).toBe(
      classes({ Z: ['one', 'two', 'three', 'new'], B: ['four', 'five'] }),
    );
    const cut = classes({ A: ['one'], C: ['two', 'three'], B: ['four', 'five'] });
    const elsewhere = classes({ A: ['one', 'two', 'three'], B: ['four', 'five', 'new'] });
    expect(textOf(merged(base, elsewhere, cut))).toBe(
      classes({ A: ['one'], C: ['two', 'three'], B: ['four', 'five', 'new'] }),
    );
  });

  it('[SC13] what a side took away does not come back because the other side moved it', () => {
    const list = functions('a', 'b', 'c', 'd');
    expect(reasonOf(merged(list, functions('b', 'c', 'd', 'a'), functions('b', 'c', 'd')))).toMatch(/^deleted: a /);
    const moved = classes({ A: ['one', 'three'], B: ['four', 'five', 'two'] });
    const gone = classes({ A: ['one', 'three'], B: ['four', 'five'] });
    expect(reasonOf(merged(base, moved, gone))).toMatch(/^moved: .*A\.two/);
  });

  it('[SC13] what a side took away is not woven in again where the other side moved it', () => {
    const list = functions('a', 'b');
    const [gone, moved] = [functions('b', 'c'), functions('b', 'a', 'd')];
    const input = { base: list, current: gone, proposed: moved, path, options: { commutative: true } };
    expect(mergeContents(input).status).toBe('conflict');
    expect(mergeContents({ ...input, current: moved, proposed: gone }).status).toBe('conflict');
  });

  it('[SC13] a member that each side moved to another class is not there twice, and one that both moved alike is', () => {
    const four = classes({ A: ['one', 'two'], B: ['four'], C: ['five'] });
    const toB = classes({ A: ['one'], B: ['four', 'two'], C: ['five'] });
    const toC = classes({ A: ['one'], B: ['four'], C: ['five', 'two'] });
    expect(reasonOf(merged(four, toB, toC))).toMatch(/^moved: .*A\.two/);
    const more = toB.replace(/five/g, 'cinq');
    expect(textOf(merged(four, toB, more))).toBe(more);
  });

  it('[SC13] what a side took away does not come back where that side also named its class anew', () => {
    const five = classes({ Cache: ['get', 'aaa', 'put', 'bbb', 'ccc'] });
    const moved = classes({ Cache: ['get', 'aaa', 'bbb', 'ccc', 'put'] });
    const gone = classes({ Store: ['get', 'aaa', 'bbb', 'ccc'] });
    expect(reasonOf(merged(five, moved, gone))).toMatch(/^deleted: Cache\.put /);
    const kept = classes({ Store: ['get', 'aaa', 'put', 'bbb', 'ccc'] });
    expect(textOf(merged(five, moved, kept))).toBe(classes({ Store: ['get', 'aaa', 'bbb', 'ccc', 'put'] }));
  });

  it('[SC12] a member does not go along with a class that was joined with another under a new name', () => {
    const joined = classes({ Z: ['one', 'two', 'three', 'four', 'five'] });
    const added = classes({ A: ['one', 'two', 'three'], B: ['four', 'five', 'new'] });
    expect(reasonOf(merged(base, added, joined))).toMatch(/^scope: B\.new .*Z\.new/);
  });

  it('[SC12] a member goes along with each of two classes that were named anew', () => {
    const named = classes({ Y: ['one', 'two', 'three'], Z: ['four', 'five'] });
    const added = classes({ A: ['one', 'two', 'three', 'new'], B: ['four', 'five', 'other'] });
    const both = classes({ Y: ['one', 'two', 'three', 'new'], Z: ['four', 'five', 'other'] });
    expect(textOf(merged(base, added, named))).toBe(both);
  });

  it('[SC12] a member that both sides keep does not leave its class', () => {
    const four = classes({ A: ['one', 'two', 'three', 'four'] });
    const moved = classes({ A: ['two', 'three', 'four', 'one'] });
    const cut = classes({ A: ['one', 'two'], B: ['three', 'four'] });
    expect(reasonOf(merged(four, moved, cut))).toMatch(/^scope: A\.one is not where both sides have it .*B\.one/);
  });

  it('[SC12] a member does not come into a class that the other side put in the place of its own', () => {
    const rest = path === 'a.go' ? functions('x').slice(head.length) : functions('x');
    const first = path === 'a.py' ? '__init__' : 'constructor';
    for (const common of [[], [first]]) {
      const get = `${classes({ Cache: [...common, 'get'] })}\n${rest}`;
      const clear = `${classes({ Cache: [...common, 'get', 'clear'] })}\n${rest}`;
      const mailer = `${classes({ Mailer: [...common, 'send'] })}\n${rest}`;
      // Fields of Go lie so close that they clash by lines.
      const reason = path === 'a.go' ? undefined : expect.stringMatching(/^scope: Cache\.clear .*Mailer\.clear/);
      const result = merged(get, clear, mailer);
      expect([result.status, reasonOf(result)]).toEqual(['conflict', reason]);
    }
  });
});

describe('what strays in TypeScript alone', () => {
  const merge = (base: string, current: string, proposed: string): MergeResult =>
    mergeContents({ base, current, proposed, path: 'a.ts' });
  const body = (open: string, ...lines: readonly string[]): string =>
    `${open} {\n${lines.map((line) => `  ${line}\n`).join('\n')}}\n`;

  it('[SC12] signatures and decorated fields say which class was named anew, and overloads are no duplicates', () => {
    const cases = [
      ['interface', 'get(): string;', 'put(text: string): void;', 'size: number;'],
      ['class', '@Id() get: string;', '@Column() put: string;', 'size: number;'],
      ['abstract class', 'abstract get(): string;', 'abstract put(text: string): void;', 'size = 1;'],
      ['interface', 'get(): string;', 'get(at: number): string;', 'get(at: number, to: number): string;'],
    ] as const;
    for (const [kind, one, two, added] of cases) {
      const result = merge(
        body(`${kind} A`, one, two),
        body(`${kind} A`, one, two, added),
        body(`${kind} Z`, one, two),
      );
      expect(textOf(result)).toBe(body(`${kind} Z`, one, two, added));
    }
  });

  it('[SC13] a signature that a side took away does not come back', () => {
    const [a, b, c] = ['a(): void;', 'b(): void;', 'c(): void;'];
    const result = merge(body('interface I', a, b, c), body('interface I', b, c, a), body('interface I', b, c));
    expect(reasonOf(result)).toMatch(/^deleted: I\.a /);
  });
});

describe('what strays in Python alone', () => {
  it('[SC12] a method does not come into a function that the other side wrote below its class', () => {
    const base = 'class A:\n    def one(self):\n        first()\n\n    def two(self):\n        a()\n        b()\n';
    const current = `${base}        c()\n\n\ndef other():\n    d()\n`;
    const proposed = `${base}\n    def new(self):\n        e()\n`;
    const input = { base: `${base}\n\n`, current: `${current}\n\n`, proposed: `${proposed}\n\n`, path: 'a.py' };
    expect(reasonOf(mergeContents(input))).toMatch(/^scope: A\.new /);
    const swapped = { ...input, current: input.proposed, proposed: input.current };
    expect(reasonOf(mergeContents(swapped))).toMatch(/^scope: A\.new /);
  });
});
