// merge-driver and resolve-markers on plain files: no git, no store. Under the real git: test/git.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, type Ran } from '../../test/support/command-line.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk({ bare: true });
});
afterEach(() => desk.close());

/** Runs the driver on three contents; what it left in CURRENT comes with its answer. */
async function drive(
  path: string,
  sides: readonly [base: string, current: string, proposed: string],
  ...options: readonly string[]
): Promise<Ran & { readonly left: string }> {
  for (const [index, content] of sides.entries()) desk.write(`side${index}`, content);
  const ran = await desk.run(['merge-driver', ...options, '--', 'side0', 'side1', 'side2', path]);
  return { ...ran, left: desk.read('side1') };
}

async function resolve(
  name: string,
  content: string,
  ...options: readonly string[]
): Promise<Ran & { readonly left: string }> {
  desk.write(name, content);
  const ran = await desk.run(['resolve-markers', ...options, name]);
  return { ...ran, left: desk.read(name) };
}

describe('merge-driver', () => {
  it('[GI1] [GI7] goes by the path, ends with 0, and writes nothing else', async () => {
    const json = await drive('x.json', ['{"a":1,"b":1}', '{"a":2,"b":1}', '{"a":1,"b":3}']);
    expect([json.code, json.left, json.out, json.err]).toEqual([0, '{"a":2,"b":3}', '', '']);
    const text = await drive('x.txt', ['{"a":1,"b":1}\n', '{"a":2,"b":1}\n', '{"a":1,"b":3}\n']);
    expect([text.code, text.left.match(/^<{7} /gm)]).toEqual([1, ['<<<<<<< ']]);
    const named = await drive('x.txt', ['{"a":1,"b":1}', '{"a":2,"b":1}', '{"a":1,"b":3}'], '--engine', 'json');
    expect([named.code, named.left]).toEqual([0, '{"a":2,"b":3}']);
  });

  it('[GI2] what clashes in a structure is marked, what does not is merged', async () => {
    const doc = (a: number, list: string): string => `{\n  "a": ${a},\n  "same": true,\n  "list": ${list}\n}\n`;
    const { code, left, err } = await drive('x.json', [doc(1, '[1, 2]'), doc(2, '[0, 1, 2]'), doc(3, '[1, 2, 3]')]);
    expect([code, err]).toEqual([1, 'entente: 1 conflict in x.json\n']);
    expect(left).toBe(
      '{\n<<<<<<< current\n  "a": 2,\n||||||| base\n  "a": 1,\n=======\n  "a": 3,\n>>>>>>> proposed\n  "same": true,\n  "list": [0, 1, 2, 3]\n}\n',
    );
  });

  it('[GI2] what lines would settle and the structure does not stands between markers all the same', async () => {
    // Both reorder the list: by lines, each moves another line, and nothing clashes.
    const list = (items: readonly string[]): string =>
      `[\n${items.map((item) => `  { "id": "${item}" }`).join(',\n')}\n]\n`;
    const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const { code, left } = await drive('x.json', [
      list(before),
      list(['b', 'a', 'c', 'd', 'e', 'f', 'g', 'h']),
      list(['a', 'b', 'c', 'd', 'e', 'f', 'h', 'g']),
    ]);
    expect([code > 0, left.includes('<<<<<<< ')]).toEqual([true, true]);
  });

  it('[GI5] JSON with comments in a .json is merged as such; where only a side breaks, it is a conflict', async () => {
    const doc = (a: number, b: number): string => `{\n  // why\n  "a": ${a},\n  "b": ${b}\n}\n`;
    const commented = await drive('tsconfig.json', [doc(1, 1), doc(2, 1), doc(1, 3)]);
    expect([commented.code, commented.left]).toEqual([0, doc(2, 3)]);
    const broken = await drive('x.json', ['{"a":1,"b":1}\n', '{"a":2,"b":1}\n', '{"a":1,"b":3}}\n']);
    expect([broken.code, broken.err]).toEqual([1, expect.stringContaining('syntax in proposed')]);
    expect(broken.left).toBe('<<<<<<< current\n{"a":2,"b":1}\n=======\n{"a":1,"b":3}}\n>>>>>>> proposed\n');
  });

  it('[GI4] labels and length come from git; placeholders that it does not know count as nothing', async () => {
    const sides = ['a\n', 'b\n', 'c\n'] as const;
    const labels = ['--base-label', 'root', '--current-label', 'HEAD', '--proposed-label', '1a2b (Why not)'];
    expect((await drive('x', sides, '--marker-size', '9', ...labels)).left).toBe(
      `${'<'.repeat(9)} HEAD\nb\n${'|'.repeat(9)} root\na\n${'='.repeat(9)}\nc\n${'>'.repeat(9)} 1a2b (Why not)\n`,
    );
    const old = ['--base-label=%S', '--current-label=%X', '--proposed-label=%Y'];
    expect((await drive('x', sides, ...old)).left).toContain('<<<<<<< current\n');
    const long = await drive('x', ['<<<<<<< x\na\n', '<<<<<<< x\nb\n', '<<<<<<< x\nc\n'], '--marker-size', '7');
    expect(long.left).toContain(`${'<'.repeat(8)} current\n`);
    expect((await drive('x', sides, '--style', 'merge')).left).not.toContain('|||');
  });

  it('[GI3] an empty base is none', async () => {
    const { code, left } = await drive('x.json', ['', '{"a":1}', '{"b":2}']);
    expect([code, JSON.parse(left)]).toEqual([0, { a: 1, b: 2 }]);
    expect((await drive('x.md', ['', 'a\n', 'b\n'])).code).toBe(1);
  });

  it('[GI6] wrong usage is 129, a file that cannot be read 255, and CURRENT stays', async () => {
    desk.write('side1', 'mine\n');
    for (const [argv, exit] of [
      [['side0', 'side1', 'side2'], 129],
      [['--bogus', 'side1', 'side1', 'side1', 'x'], 129],
      [['--style', 'pretty', 'side1', 'side1', 'side1', 'x'], 129],
      [['--engine', 'pretty', 'side1', 'side1', 'side1', 'x'], 129],
      [['--marker-size', 'x', 'side1', 'side1', 'side1', 'x'], 129],
      [['nofile', 'side1', 'side1', 'x'], 255],
      [['.', 'side1', 'side1', 'x'], 255],
    ] as const) {
      const { code, json } = await desk.run(['merge-driver', '--json', ...argv]);
      expect([argv.join(' '), code, json()['error']]).toEqual([
        argv.join(' '),
        exit,
        expect.objectContaining({ exit }),
      ]);
    }
    expect(desk.read('side1')).toBe('mine\n');
  });

  it.each([
    ['x.json', 'json', []],
    ['x.txt', 'json', ['--engine', 'json']],
  ])('[GI7] --json names the engine that could not read a side: %s', async (path, engine, more) => {
    const { json } = await drive(path, ['{"a":1}\n', '{"a":2}\n', '{"a":3}}\n'], '--json', ...more);
    expect(json()).toMatchObject({ status: 'conflict', engine });
  });

  it('[GI7] --json answers one object, and a reader that is gone does not make a conflict clean', async () => {
    const { json } = await drive('x.md', ['a\n', 'b\n', 'c\n'], '--json');
    expect(json()).toEqual({
      status: 'conflict',
      engine: expect.any(String),
      conflicts: 1,
      path: 'x.md',
      file: desk.path('side1'),
    });
    for (const [index, content] of ['a\n', 'b\n', 'c\n'].entries()) desk.write(`side${index}`, content);
    const argv = ['merge-driver', '--json', 'side0', 'side1', 'side2', 'x.md'];
    expect((await desk.run(argv, { breakAfter: 0 })).code).toBe(1);
  });
});

const conflict = (current: string, base: string, proposed: string, mark: number = 7, eol: string = '\n'): string =>
  [
    `${'<'.repeat(mark)} HEAD`,
    ...(current === '' ? [] : [current]),
    `${'|'.repeat(mark)} 1a2b3c`,
    ...(base === '' ? [] : [base]),
    '='.repeat(mark),
    ...(proposed === '' ? [] : [proposed]),
    `${'>'.repeat(mark)} side`,
    '',
  ].join(eol);

describe('resolve-markers', () => {
  it('[GI10] merges what the engine of the path can, and says so', async () => {
    const content = `{\n${conflict('  "a": 2,\n  "b": 1,', '  "a": 1,\n  "b": 1,', '  "a": 1,\n  "b": 3,')}  "c": 1\n}\n`;
    const { code, left, out } = await resolve('x.json', content);
    expect([code, left, out]).toEqual([
      0,
      '{\n  "a": 2,\n  "b": 3,\n  "c": 1\n}\n',
      'merged x.json (json): 1 conflict settled\n',
    ]);
  });

  it('[GI10] what clashes stays marked, smaller where it can be, and the exit code is 5', async () => {
    const same = conflict('B', 'b', 'X');
    const content = `a\n${same}c\n${conflict('d\ne', 'd\nE', 'd\nE')}f\n`;
    const { code, left, err } = await resolve('x.txt', content);
    expect([code, left, err]).toEqual([5, `a\n${same}c\nd\ne\nf\n`, '1 conflict left in x.txt\n']);
    expect((await resolve('x.txt', left)).left).toBe(left);
  });

  it('[GI10] CRLF, longer markers and several lengths are read and kept', async () => {
    const crlf = `a\r\n${conflict('b', 'x', 'x', 7, '\r\n')}c\r\n`;
    expect((await resolve('x.txt', crlf)).left).toBe('a\r\nb\r\nc\r\n');
    const open = `a\r\n${conflict('B', 'b', 'X', 7, '\r\n')}c\r\n`;
    expect((await resolve('x.txt', open)).left).toBe(open);
    const long = `a\n${conflict('B', 'b', 'X', 11)}c\n`;
    expect((await resolve('x.txt', long)).left).toBe(long);
    const two = `${conflict('b', 'x', 'x', 9)}m\n${conflict('y', 'y', 'c', 7)}`;
    expect((await resolve('x.txt', two)).left).toBe('b\nm\nc\n');
    // Inside a conflict, runs of another length are lines of the text: git merges two bases into one this way.
    const nested = conflict('b', `${'<'.repeat(9)} 1\np\n${'='.repeat(9)}\nq\n${'>'.repeat(9)} 2`, 'b');
    expect((await resolve('x.txt', nested)).left).toBe('b\n');
    expect((await resolve('x.txt', `${conflict('b', 'x', 'x')}<<<<<<<<< text\n`, '--marker-size', '7')).left).toBe(
      'b\n<<<<<<<<< text\n',
    );
  });

  it('[GI10] sides may be empty, and a file that is one conflict with an empty base has no base', async () => {
    expect((await resolve('x.txt', `a\n${conflict('', 'b', 'b')}c\n`)).left).toBe('a\nc\n');
    expect(JSON.parse((await resolve('x.json', conflict('{"a":1}', '', '{"b":2}'))).left)).toEqual({ a: 1, b: 2 });
  });

  it.each([
    ['no base', 'a\n<<<<<<< x\nb\n=======\nc\n>>>>>>> y\n', 2, 'shows no base'],
    ['nested', `<<<<<<< x\na\n${conflict('b', 'c', 'd')}||||||| y\n=======\n>>>>>>> z\n`, 3, 'a conflict inside'],
    ['not closed', '<<<<<<< x\na\n||||||| y\nb\n=======\nc\n', 1, 'does not end'],
    ['not opened', 'a\n>>>>>>> y\n', 2, 'outside a conflict'],
    ['out of order', '<<<<<<< x\na\n||||||| y\nb\n>>>>>>> z\n', 5, 'two ways'],
    ['a heading in a side', conflict('Title\n=======', 'b', 'c'), 3, 'two ways'],
    ['a heading in the base', conflict('a', 'Title\n=======', 'c'), 6, 'two ways'],
  ])(
    '[GI11] markers that cannot be taken apart are refused and the file stays: %s',
    async (_, content, line, words) => {
      const { code, left, json } = await resolve('x.md', content, '--json');
      expect([code, left]).toEqual([7, content]);
      const { error } = json() as { error: { message: string; next: string } };
      expect(error).toMatchObject({ code: 'markers-left', line, message: expect.stringContaining(words) });
      expect(error.next).toContain('git checkout --conflict=zdiff3 -- x.md');
    },
  );

  it('[GI12] a side that is no document leaves the file as it is', async () => {
    const content = `{\n${conflict('  "a": 2', '  "a": 1', '  "a": }')}}\n`;
    const { code, left, err } = await resolve('x.json', content);
    expect([code, left]).toEqual([5, content]);
    expect(err).toContain('syntax in proposed');
  });

  it('[GI12] --stdout leaves the file, --json tells, no markers are nothing to do', async () => {
    const content = `a\n${conflict('b', 'x', 'x')}c\n`;
    const piped = await resolve('x.txt', content, '--stdout');
    expect([piped.code, piped.out, piped.left]).toEqual([0, 'a\nb\nc\n', content]);
    const told = await resolve('x.txt', content, '--stdout', '--json');
    expect(told.json()).toEqual({
      status: 'clean',
      engine: expect.any(String),
      conflicts: 0,
      before: 1,
      content: 'a\nb\nc\n',
    });
    const plain = await resolve('x.md', 'Title\n=======\n', '--json');
    expect([plain.code, plain.json()]).toEqual([
      0,
      { status: 'unchanged', conflicts: 0, before: 0, file: desk.path('x.md') },
    ]);
    expect((await desk.run(['resolve-markers', 'nofile'])).code).toBe(3);
  });
});
