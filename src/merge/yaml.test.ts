// YAML: what is written where, what falls back to lines, and hostile documents.
import { describe, expect, it } from 'vitest';
import { mergeContents } from './merge.ts';
import { resolveConflict } from './resolve-region.ts';
import type { MergeOptions, MergeResult } from './types.ts';
import { checkDepth } from './yaml/parse.ts';

const text = (content: Uint8Array | null): string => Buffer.from(content ?? []).toString();

function merge(base: string, current: string, proposed: string, options?: MergeOptions): MergeResult {
  return mergeContents({
    base,
    current,
    proposed,
    path: 'config/app.yaml',
    ...(options === undefined ? {} : { options }),
  });
}

/** The clean content of a merge by structure. */
function woven(...sides: Parameters<typeof merge>): string {
  const result = merge(...sides);
  if (result.status !== 'clean') throw new Error(JSON.stringify(result));
  expect(result.stats.engine).toBe('yaml');
  return text(result.content);
}

/** A merge by lines: its status, with the reason. */
function byLines(...sides: Parameters<typeof merge>): string {
  const result = merge(...sides);
  if (result.status === 'error') throw new Error(result.message);
  const note = result.notes.find(({ code }) => code === 'text-fallback');
  return `${result.status}: ${note?.message}`;
}

const config = `# The service.
name: demo   # shown in lists

server:
  host: localhost
  port: 8080 # http

  # Seconds.
  timeout: 30
tags: [a, b]
jobs:
- id: build
  run: |
    npm ci
    npm test
- id: ship
  run: ./ship

# The end.
`;

describe('YAML by structure', () => {
  it('[YM8] changes neighbours, which lines could not, and keeps every other byte', () => {
    const current = config.replace('host: localhost', 'host: example.org');
    const proposed = config.replace('port: 8080', 'port: 8443');
    expect(woven(config, current, proposed)).toBe(current.replace('port: 8080', 'port: 8443'));
  });

  it('[YM8] takes members and elements in with their comments, at the indent that they get', () => {
    const current = config.replace('name: demo', 'name: prod');
    const proposed = config
      .replace('  # Seconds.\n', '  # Of the proxy.\n  proxy:\n    - one\n    - two\n\n  # Seconds.\n')
      .replace('- id: ship', '- id: test\n  run: x\n- id: ship')
      .replace('[a, b]', '[a, b, c]');
    expect(woven(config, current, proposed)).toBe(proposed.replace('name: demo', 'name: prod'));
    const deep = 'a:\n    b: 1\nx: 1\n';
    expect(woven(deep, deep.replace('x: 1', 'x: 2'), 'a:\n  b: 1\n  c:\n    d: 1\nx: 1\n')).toBe(
      'a:\n    b: 1\n    c:\n      d: 1\nx: 2\n',
    );
  });

  it('[YM8] takes members away with their lines and their comment, and leaves an empty collection in brackets', () => {
    const current = config.replace('name: demo', 'name: prod');
    const gone = config.replace('\n  # Seconds.\n  timeout: 30\n', '').replace('- id: ship\n  run: ./ship\n', '');
    expect(woven(config, current, gone)).toBe(gone.replace('name: demo', 'name: prod'));
    expect(woven('a: 1\nb:\n  c: 1\n', 'a: 2\nb:\n  c: 1\n', 'a: 1\nb: {}\n')).toBe('a: 2\nb: {}\n');
  });

  it('[YM8] keeps line ends, the byte order mark and the end of the file as they are merged', () => {
    const base = '\ufeffa: 1\r\nb: 2\r\n';
    const result = woven(base, base.replace('a: 1', 'a: 3'), 'a: 1\nb: 2\nc:\n  d: 4');
    expect(result).toBe('\ufeffa: 3\r\nb: 2\r\nc:\r\n  d: 4');
  });

  it('[YM9] tells conflicts by pointer, their sides as they are written, and settles them', () => {
    const result = merge(config, config.replace('8080', '0x50'), config.replace('8080', '443').replace('demo', 'prod'));
    if (result.status !== 'conflict') throw new Error(result.status);
    const [conflict] = result.conflicts;
    expect(conflict?.at).toEqual({ pointer: '/server/port' });
    expect(text(conflict?.current ?? null)).toBe('0x50');
    expect(text(result.partial)).toBe(config.replace('8080', '0x50').replace('demo', 'prod'));
    const settle = (decision: Parameters<typeof resolveConflict>[2]): MergeResult =>
      resolveConflict(result, conflict?.id ?? '', decision);
    const proposed = settle({ use: 'proposed' });
    expect(proposed.status === 'clean' && text(proposed.content)).toBe(
      config.replace('8080', '443').replace('demo', 'prod'),
    );
    const own = settle({ content: 'http: 1\nhttps: 2\n' });
    expect(own.status === 'clean' && text(own.content)).toContain('port: {"http":1,"https":2} # http');
    expect(() => settle({ content: '*alias' })).toThrowError(/no value/);
  });

  it('[YM10] writes into proposed’s text where only that has a place for proposed’s comments', () => {
    const current = config.replace('demo', 'prod');
    const proposed = config.replace('8080 # http', '8443 # https').replace('# The end.', '# The very end.');
    expect(woven(config, current, proposed)).toBe(proposed.replace('demo', 'prod'));
  });

  it('[YM8] merges strings as text and counts counters where a pattern names them', () => {
    const base = 'n: 1\nt: |\n  a\n  b\n  c\n';
    const options = { counters: ['/n'], strings: { '/t': 'text' as const } };
    const sides = [base, 'n: 3\nt: |\n  A\n  b\n  c\n', 'n: 2\nt: |\n  a\n  b\n  C\n'] as const;
    expect(woven(...sides, options)).toBe('n: 4\nt: |\n  A\n  b\n  C\n');
  });
});

describe('YAML by lines', () => {
  const anchored = 'base: &base\n  a: 1\n  b: 2\n\nother: 1\n\nuse:\n  <<: *base\n  c: 3\n';

  it('[YM18] one name that the sides spell in two ways does not stand twice', () => {
    const base = 'first: 1\n\nmiddle: 2\n\nlast: 3\n';
    for (const [one, other] of [
      ['16', '0x10'],
      ['16', '0o20'],
      ['-1', '-1.0'],
      ['1', '1e0'],
      ['true', 'True'],
      ['~', 'null'],
      ['.inf', '.Inf'],
      ['"a"', 'a'],
    ] as const) {
      const current = base.replace('first: 1\n', `first: 1\n${one}: x\n`);
      const proposed = base.replace('last: 3\n', `last: 3\n${other}: y\n`);
      for (const sides of [
        { current, proposed },
        { current: proposed, proposed: current },
      ]) {
        const result = mergeContents({ base, ...sides, path: 'a.yaml' });
        expect(result.status, `${one} and ${other}`).toBe('conflict');
      }
    }
    const named = { base: `16: x\n${base}`, current: `0x10: x\n${base}`, proposed: `16: x\n${base}more: 4\n` };
    const result = mergeContents({ ...named, path: 'a.yaml' });
    expect(result.status === 'clean' && Buffer.from(result.content ?? []).toString()).toBe(`0x10: x\n${base}more: 4\n`);
  });

  it('[YM11] anchors, aliases, merge keys and tags that a change touches are merged as text, others are left alone', () => {
    const touched = anchored.replace('a: 1', 'a: 9');
    const two = `${anchored}last: &last\n  z: 1\n`;
    expect(byLines(two, two.replace('a: 1', 'a: 9'), two.replace('z: 1', 'z: 2'))).toMatch(/^clean: .*anchor/);
    expect(byLines(anchored, touched, anchored.replace('a: 1', 'a: 8'))).toMatch(/^conflict: .*anchor/);
    expect(woven(anchored, touched, anchored.replace('other: 1', 'other: 2'))).toBe(
      touched.replace('other: 1', 'other: 2'),
    );
    const tagged = 'a: !!binary aGk=\nb: 1\n';
    expect(woven(tagged, tagged.replace('b: 1', 'b: 2'), `${tagged}c: 1\n`)).toBe('a: !!binary aGk=\nb: 2\nc: 1\n');
  });

  it('[YM11] a merge key that nobody touches leaves its map to the structure', () => {
    const base = 'x: &c\n  r: 1\nweb:\n  <<: *c\n  env:\n    - A=1\n    - B=2\n';
    const [mine, other] = [base.replace('A=1', 'A=10'), base.replace('B=2', 'B=20')];
    expect(woven(base, mine, other)).toBe(mine.replace('B=2', 'B=20'));
    const list = 'x: &c\n  r: 1\nweb:\n  <<: *c\n  jobs:\n    - id: 1\n    - id: 2\n    - id: 3\n';
    const [first, last] = [
      list.replace('    - id: 1', '    - id: 9\n      v: a\n    - id: 1'),
      `${list}    - id: 9\n      v: b\n`,
    ];
    expect(merge(list, first, last)).toMatchObject({ status: 'conflict', conflicts: [{ kind: 'both-added' }] });
    expect(byLines(base, base.replace('<<: *c', '<<: [*c]'), mine)).toMatch(/^clean/);
  });

  it('[YM11] several documents, directives and what is no YAML are merged as text', () => {
    expect(byLines('a: 1\n---\nb: 1\n', 'a: 2\n---\nb: 1\n', 'a: 1\n---\nb: 2\n')).toMatch(
      /^clean: .*several documents/,
    );
    const directed = '%YAML 1.1\n---\na: 1\n\nb: 1\n';
    expect(byLines(directed, directed.replace('a: 1', 'a: 2'), directed.replace('b: 1', 'b: 2'))).toMatch(/directives/);
    const tabs = 'a:\n\tb: 1\nc: 1\nd: 1\n';
    expect(byLines(tabs, tabs.replace('b: 1', 'b: 2'), tabs.replace('d: 1', 'd: 2'))).toMatch(/^clean: .*no YAML/);
    const twice = 'a: 1\na: 2\nc: 1\nd: 1\n';
    expect(byLines(twice, twice.replace('a: 1', 'a: 3'), twice.replace('d: 1', 'd: 2'))).toMatch(/^clean: .*twice/);
  });

  it('[YM12] lines that make a document that nobody wrote are a conflict', () => {
    // Both sides add the same name, apart: a merge by lines alone would be clean, and have it twice.
    const base = 'a: 1\n---\nx: 1\n\nb: 2\n\nc: 3\n';
    const result = merge(base, base.replace('x: 1', 'x: 1\nnew: 1'), base.replace('c: 3', 'c: 3\nnew: 1'));
    expect(result.status).toBe('conflict');
    expect(result.status === 'conflict' && result.conflicts[0]?.reason).toMatch(/no yaml any more/);
    const whole = resolveConflict(result, (result.status === 'conflict' && result.conflicts[0]?.id) || '', {
      use: 'current',
    });
    expect(whole.status).toBe('clean');
  });

  const reasonOf = (result: MergeResult): string | undefined =>
    result.status === 'conflict' ? result.conflicts[0]?.reason : result.status;

  it('[YM12] an alias that one side added keeps the anchor that it had there, though the other side gave its name anew', () => {
    const base = 'a: &v\n  n: 20\nb:\n  use: *v\nmid: 1\nc: 3\nd: 4\n';
    const anew = base.replace('mid: 1', 'mid: &v\n  n: 22');
    const result = merge(base, anew, `${base}e:\n  use: *v\n`);
    expect(result).toMatchObject({
      status: 'conflict',
      conflicts: [{ reason: expect.stringMatching(/another anchor/) }],
    });
    expect(merge(base, anew, base.replace('a: &v', 'z: 1\na: &v')).status).toBe('clean');
  });

  it('[YM12] an alias without its anchor, or with another one of that name in front of it, is none that lines may make', () => {
    const base = 'x: &a 1\nk: 0\ny: *a\nl: 0\nz: 3\n';
    const used = base.replace('z: 3', 'z: *a');
    for (const [other, reason] of [
      ['x: 1\nk: 0\ny: 1\nl: 0\nz: 3\n', /no yaml any more/],
      ['x: &a 1\nk: &a 0\ny: 1\nl: 0\nz: 3\n', /another anchor/],
    ] as const) {
      expect(reasonOf(merge(base, other, used))).toMatch(reason);
      expect(reasonOf(merge(base, used, other))).toMatch(reason);
      expect(reasonOf(merge(base, other, used, { engine: 'text' }))).toMatch(
        /another anchor/.test(`${reason}`) ? /clean/ : /^syntax/,
      );
    }
    expect(byLines(base, used, base.replace('&a 1', '&a 2'))).toMatch(/^clean/);
    const renamed = base.replaceAll(/([&*])a/g, '$1b');
    expect(reasonOf(merge(base, renamed, used))).toMatch(/no yaml any more/);
  });

  it('[YM12] a name that one side writes as a number and the other one as a text does not stand twice', () => {
    const base = 'a: 1\n\nb: 1\n\nc: 1\n';
    expect(reasonOf(merge(base, `200: 1\n${base}`, `${base}"200": 2\n`))).toMatch(/no yaml any more/);
    expect(merge(base, `200: 1\n${base}`, `${base}"201": 2\n`).status).toBe('clean');
  });
});

describe('large YAML', () => {
  const rows = (count: number, row: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => row(i)).join('');

  it('[YM17] what cannot be cut, and is too large for the parser, is merged by lines, and a conflict where those are clean', () => {
    const base = `a: 1\nlist: &all [${rows(60_000, (i) => `x${i}, `)}]\n\nb: 1\nc: 1\n`;
    const result = merge(base, base.replace('a: 1', 'a: 2'), base.replace('c: 1', 'c: 2'));
    if (result.status !== 'conflict') throw new Error(result.status);
    expect(result.conflicts.map(({ at, reason }) => [at, reason])).toEqual([
      [{ pointer: '' }, expect.stringMatching(/too large to be read/)],
    ]);
    expect(result.notes.at(-1)?.message).toMatch(/cannot be cut/);
    expect(byLines(base, base.replace('a: 1', 'a: 2'), base.replace('a: 1', 'a: 3'))).toMatch(
      /^conflict: .*cannot be cut/,
    );
    // Below that size, the structure decides.
    const small = `a: 1\nlist: &all [${rows(600, (i) => `x${i}, `)}]\n\nb: 1\nc: 1\n`;
    expect(woven(small, small.replace('a: 1', 'a: 2'), small.replace('c: 1', 'c: 2'))).toContain('c: 2');
  });

  it('[YM17] a stream of documents is read document by document, however long it is', () => {
    const base = rows(1_300, (i) => `---\nid: ${i}\nname: user ${i}\n\nnote: ${'x'.repeat(200)}\n`);
    const [one, other] = [base.replace('user 10\n', 'ours\n'), base.replace('user 800\n', 'theirs\n')];
    expect(byLines(base, one, other)).toMatch(/^clean: .*several documents/);
    const twice = merge(
      base,
      base.replace('user 10\n', 'user 10\nnew: 1\n'),
      base.replace('id: 10\n', 'new: 2\nid: 10\n'),
    );
    expect(twice.status === 'conflict' && twice.conflicts[0]?.reason).toMatch(/no yaml any more/);
  });

  it('[YM16] JSON as a document, and as a large value in one, is merged by structure in its place', () => {
    const flow = rows(7_000, (i) => `    {"id": ${i}, "name": "user ${i} 😀"},\n`).slice(0, -2);
    for (const base of [
      `[\n${flow}\n]\n`,
      `users: # all\n  [\n${flow}\n  ]\nlast: 1 # c\n`,
      `- 1\n- [\n${flow}\n  ]\n`,
    ]) {
      const current = base.replace('"user 7 😀"', '"ours"');
      expect(woven(base, current, base.replace('"id": 7,', '"id": 7, "role": 1,'))).toBe(
        current.replace('"id": 7,', '"id": 7, "role": 1,'),
      );
    }
  });
});

describe('hostile YAML', () => {
  const other = (base: string): MergeResult => merge(base, `${base}\ny: 1\n`, `x: 1\n${base}`);

  it('[YM13] an alias bomb is never expanded', () => {
    const names = 'abcdefghi';
    const lines = [...names].map(
      (name, i) => `${name}: &${name} [${Array(9).fill(i === 0 ? 'lol' : `*${names[i - 1]}`)}]`,
    );
    const bomb = `${lines.join('\n')}\nz: 1\n`;
    const result = merge(bomb, bomb.replace('z: 1', 'z: 2'), `first: 1\n${bomb}`);
    expect(result.status === 'clean' && text(result.content)).toBe(`first: 1\n${bomb.replace('z: 1', 'z: 2')}`);
  });

  it('[YM13] `__proto__` and its like are data', () => {
    const base = '__proto__:\n  polluted: 1\nconstructor:\n  prototype: {a: 1}\n';
    const result = woven(base, base.replace('polluted: 1', 'polluted: 2'), base.replace('{a: 1}', '{a: 1, b: 2}'));
    expect(result).toBe(base.replace('polluted: 1', 'polluted: 2').replace('{a: 1}', '{a: 1, b: 2}'));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('[YM13] numbers that a double cannot hold keep their digits, and differ when these do', () => {
    const base = 'a: 9007199254740993\nb: 1e400\nc: 0.10\nd: -.inf\ne: 0o17\n';
    expect(woven(base, base.replace('c: 0.10', 'c: 0.11'), base.replace('993', '995'))).toBe(
      base.replace('c: 0.10', 'c: 0.11').replace('993', '995'),
    );
    expect(merge(base, base.replace('993', '992'), base.replace('993', '994')).status).toBe('conflict');
  });

  it('[YM13] levels are counted before the parser goes down with them, whatever stands in quotes and comments', () => {
    const deep = [
      (count: number) => `a: ${'['.repeat(count)}${']'.repeat(count)}\n`,
      (count: number) => `a: ${'["]", '.repeat(count)}${']'.repeat(count)}\n`,
      (count: number) => `a: ${'{ ? '.repeat(count)}${'}'.repeat(count)}\n`,
      (count: number) => `${'- '.repeat(count)}x\n`,
      (count: number) => `${'? '.repeat(count)}x\n`,
      (count: number) => Array.from({ length: count }, (_, i) => `${' '.repeat(i)}a:\n# ]\n`).join(''),
    ];
    for (const write of deep) {
      expect(() => checkDepth(write(200))).not.toThrow();
      expect(() => checkDepth(write(300))).toThrow(RangeError);
    }
    expect(() => checkDepth(`a:\n${'- []\n'.repeat(1_000)}`)).not.toThrow();
  });

  it('[YM13] deep nesting, cut documents, tags of code, NUL, invalid UTF-8 are told or merged by lines, never thrown', () => {
    for (const deep of [
      '['.repeat(20_000),
      '- '.repeat(20_000),
      '{a: '.repeat(10_000),
      `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
    ]) {
      expect(['clean', 'conflict']).toContain(other(`d: ${deep}`).status);
    }
    for (const odd of [
      'a: !!js/function "x"',
      'a: "cut',
      'a: |',
      '&a *a',
      '? [a, b]\n: c',
      '- a: b: c',
      'a:\t- b',
      '\u0000',
    ]) {
      expect(['clean', 'conflict'], odd).toContain(other(odd).status);
    }
    const invalid = Buffer.from([0x61, 0x3a, 0x20, 0xff, 0x0a]);
    const result = mergeContents({ base: 'a: 1\n', current: invalid, proposed: 'a: 2\n', path: 'a.yml' });
    expect(result.status).toBe('conflict');
  });

  it('[YM13] ordered maps and sets of very many are read as fast as others', () => {
    const items = Array.from({ length: 12_000 }, (_, i) => `- k${i}: ${i}\n`).join('');
    const base = `a: !!omap\n${items}b: 1\n`;
    expect(woven(base, base.replace('b: 1', 'b: 2'), `c: 1\n${base}`)).toBe(`c: 1\n${base.replace('b: 1', 'b: 2')}`);
  });

  it('[YM13] a string for a number as a name is no reformatting', () => {
    const base = '200: a\nb: 1\n';
    expect(byLines(base, base.replace('b: 1', 'b: 2'), base.replace('200', '"200"'))).toMatch(/a name is a string/);
  });

  it('[YM13] a budget is kept', () => {
    const base = `a: 1\n${'b'.repeat(200)}: 1\n`;
    const [current, proposed] = [base.replace('a: 1', 'a: 2'), `${base}c: 1\n`];
    let now = 0;
    const clock = (): number => (now += 1000);
    const lines = Array.from({ length: 5000 }, (_, i) => `k${i}: 1\n`).join('');
    const late = merge(lines + base, lines + current, lines + proposed, { budget: { ms: 10, clock } });
    expect(late.status === 'conflict' && late.conflicts[0]?.kind).toBe('budget');
    for (const budget of [{ bytes: 100 }, { lines: 1 }]) {
      const large = merge(base, current, proposed, { budget });
      expect(large.status === 'conflict' && large.conflicts[0]?.kind).toBe('too-large');
    }
    expect(merge(base, current, proposed, { budget: { lines: 3 } }).status).toBe('clean');
  });
});
