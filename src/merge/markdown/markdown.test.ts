import { describe, expect, it } from 'vitest';
import { checkReceipt, type MergeInput, type MergeResult, mergeContents, renderConflicts } from '../index.ts';

type Texts = readonly [base: string, current: string, proposed: string];

const inputOf = ([base, current, proposed]: Texts, engine: string): MergeInput => ({
  base: Buffer.from(base),
  current: Buffer.from(current),
  proposed: Buffer.from(proposed),
  options: { engine },
});

function merge(texts: Texts, engine = 'markdown'): MergeResult {
  const input = inputOf(texts, engine);
  const result = mergeContents(input);
  if (result.status === 'clean') expect(checkReceipt(input, result).problems).toEqual([]);
  return result;
}

function merged(texts: Texts, engine = 'markdown'): string {
  const result = merge(texts, engine);
  return result.status === 'clean' ? Buffer.from(result.content ?? []).toString() : result.status;
}

const conflictsOf = (result: MergeResult): string[] =>
  result.status === 'conflict' ? result.conflicts.map(({ base }) => Buffer.from(base ?? []).toString()) : [];

describe('Markdown', () => {
  it('[MD2] neighbouring list items are different blocks, with all that is nested in them', () => {
    expect(merged(['- one\n- two\n', '- one!\n- two\n', '- one\n- two!\n'])).toBe('- one!\n- two!\n');
    expect(merged(['1. one\n2. two\n', '1. one!\n2. two\n', '1. one\n2. two!\n'])).toBe('1. one!\n2. two!\n');
    expect(merged(['- one\n- two\n', '- one\n- two\n- three\n', '- one\n- two!\n'])).toBe('- one\n- two!\n- three\n');
    const nested = '- one\n  - inner\n- two\n';
    expect(merged([nested, nested.replace('inner', 'inner!'), nested.replace('two', 'two!')])).toBe(
      '- one\n  - inner!\n- two!\n',
    );
    expect(merged([nested, nested.replace('inner', 'inner!'), nested.replace('one', 'one!')])).toBe('conflict');
  });

  it('[MD2] a conflict into which a side moved a line that the other one deleted stays as it is', () => {
    const base = 'oak\n\n### yew\n\n';
    expect(merged([base, '\n- elm\n\n', '\noak\n### yew\n\n'])).toBe('conflict');
  });

  it('[MD7] a link or a footnote that both sides define, and not alike, is a conflict at both places', () => {
    const base = '# T\n\none\n\ntwo\n\nthree\n\n[x]: http://x\n';
    const write = (one: string, two: string, rest = base): string =>
      rest.replace('one\n', `one\n${one}`).replace('three\n', `three\n${two}`);
    for (const [mine, other] of [
      ['\n[a b]: http://one\n', '\n[A  b]: http://two\n'],
      ['\n[^1]: first\n', '\n[^1]: second\n'],
    ] as const) {
      const texts: Texts = [base, write(mine, ''), write('', other)];
      const [b, c, p] = texts;
      for (const each of [texts, [b, p, c] as const]) expect(conflictsOf(merge(each))).toHaveLength(2);
    }
    const same = '\n[a]: http://one\n';
    expect(merged([base, write(same, ''), write('', same)])).toBe(write(same, same));
    expect(merged([base, write(same, ''), write('', '\n[b]: http://two\n')])).toBe(write(same, '\n[b]: http://two\n'));
    const code = '\n```\n[a]: http://two\n```\n';
    expect(merged([base, write(same, ''), write('', code)])).toBe(write(same, code));
  });

  it('[MD7] all lines of a definition count, and it is one in a quote and in a list as well', () => {
    const base = 'see [x]\n\nmid\n\nend\n';
    const first = (text: string): string => base.replace('see [x]\n', `see [x]\n\n${text}`);
    const last = (text: string): string => `${base}\n${text}`;
    for (const [mine, other] of [
      ['[x]:\n  http://a\n', '[x]:\n  http://b\n'],
      ['[x]: http://a\n  "one"\n', '[x]: http://a\n  "other"\n'],
      ['[^n]:\n    one\n', '[^n]:\n    two\n'],
      ['[^n]: Note:\n    one\n', '[^n]: Note:\n    two\n'],
      ['[^n]: Note:\n\n    one\n', '[^n]: Note:\n\n    two\n'],
      ['> [^n]: Note:\n>\n>     one\n', '> [^n]: Note:\n>\n>     two\n'],
      ['> [x]: http://a\n', '[x]: http://b\n'],
      ['> [x]:\n> http://a\n', '[x]: http://b\n'],
      ['- [x]: http://a\n', '[x]: http://b\n'],
      ['1. > [x]: http://a\n', '[x]: http://b\n'],
      ['[x]: http://a\n[x]: http://b\n', '[x]: http://b\n'],
    ] as const) {
      expect(conflictsOf(merge([base, first(mine), last(other)])), mine).toHaveLength(2);
      expect(conflictsOf(merge([base, last(other), first(mine)])), mine).toHaveLength(2);
    }
    for (const [mine, other] of [
      ['[x]:\n  http://a\n', '[x]: http://a\n'],
      ['[x]: http://a\n', '> [x]:\n> http://a\n'],
      ['[x]: http://a\n', '[x]: http://a\nand a text\n'],
      ['[^n]: one\n\na text\n', '[^n]: one\n\nanother\n'],
      ['[^n]: one\n[^m]: two\n', '[^n]: one\n'],
    ] as const) {
      expect(merged([base, first(mine), last(other)]), mine).toBe(`${first(mine)}\n${other}`);
    }
  });

  it('[MD8] what one side added does not become code, or a comment, by what the other side put around it', () => {
    const base = '# T\n\nalpha\n\nbeta\n\ngamma\n\nomega\n';
    for (const [open, close] of [
      ['```', '```'],
      ['~~~~ sh', '~~~~~'],
      ['<!--', '-->'],
      ['<pre>', '</pre>'],
    ] as const) {
      const around = base.replace('alpha', `${open}\nalpha`).replace('gamma\n', `gamma\n${close}\n`);
      const inside = base.replace('beta\n', 'beta\n\nadded\n');
      for (const each of [[base, around, inside] as const, [base, inside, around] as const]) {
        expect(conflictsOf(merge(each)), open).toHaveLength(3);
      }
      // An edit of a line goes along with it, and what is added beside it is not in it.
      const edited = base.replace('beta', 'betas');
      expect(merged([base, around, edited])).toBe(around.replace('beta', 'betas'));
      const beside = base.replace('omega\n', 'omega\n\nadded\n');
      expect(merged([base, around, beside])).toBe(around.replace('omega\n', 'omega\n\nadded\n'));
      // What is in code comes out of it as little.
      expect(conflictsOf(merge([around, base, around.replace('beta\n', 'beta\n\nadded\n')])), open).toHaveLength(3);
    }
    const front = (text: string): string => `---\nnote: |\n  ~~~\n---\n${text}`;
    const texts = [base, `alpha\n${base}`, base.replace('omega', 'omega\nmore')] as const;
    expect(merged(texts.map(front) as unknown as Texts)).toBe(front(`alpha\n${base.replace('omega', 'omega\nmore')}`));
  });

  it('[MD8] what begins in a list or a quote encloses as well, however far it is indented there', () => {
    const put = (base: string, marks: string, open: string, close: string): Texts => [
      base,
      base
        .replace(`${marks}c\n`, `${marks}${open}\n${marks}c\n`)
        .replace(`${marks}d\n`, `${marks}d\n${marks}${close}\n`),
      base.replace(`${marks}d\n`, `${marks}new\n${marks}\n${marks}d\n`),
    ];
    const [comment, script, fence] = [
      ['<!--', '-->'],
      ['<script>', '</script>'],
      ['```', '```'],
    ] as const;
    for (const [above, marks, [open, close]] of [
      ['- a\n  - b\n\n', '    ', comment],
      ['- a\n  - b\n\n', '    ', script],
      ['-   - b\n\n', '        ', comment],
      ['10. a\n\n    > q\n\n', '    ', comment],
      ['a\n\n', '> ', fence],
      ['a\n\n', '> ', comment],
      ['a\n\n', '> > ', fence],
      ['> - a\n>   - b\n>\n', '>     ', comment],
      ['- a\n\n', '  > ', fence],
    ] as const) {
      const [base, around, inside] = put(`${above}${marks}c\n${marks}\n${marks}d\n\nend\n`, marks, open, close);
      expect(conflictsOf(merge([base, around, inside])), above + marks).toHaveLength(3);
      expect(conflictsOf(merge([base, inside, around])), above + marks).toHaveLength(3);
    }
    // Without a list it is code, as it is in one where it is indented further still; a quote's end is that of its fence.
    for (const [above, marks] of [
      ['a\n\n', '    '],
      ['- a\n\nb\n\n', '    '],
      ['- a\n\n> b\n\n', '    '],
      ['- a\n\n', '      '],
    ] as const) {
      const [base, around, inside] = put(`${above}${marks}c\n${marks}\n${marks}d\n\nend\n`, marks, ...comment);
      expect(merged([base, around, inside]), above + marks).toBe(
        around.replace(`${marks}d\n`, `${marks}new\n${marks}\n${marks}d\n`),
      );
    }
    const base = '> a\n> b\n\nmid\n\nend\n';
    const open = base.replace('> a', '> ```\n> a');
    expect(merged([base, open, base.replace('mid\n', 'mid\n\nnew\n')])).toBe(open.replace('mid\n', 'mid\n\nnew\n'));
    // The mark of an item begins a fence that is ended below.
    const item = '- x\n\n  c\n\n  d\n\nend\n';
    const whole = '- ```\n  x\n\n  c\n\n  d\n  ```\n\nend\n';
    expect(merged([item, whole, item.replace('end\n', 'end\n\nnew\n')])).toBe(`${whole}\nnew\n`);
  });

  it('[MD8] two fences that the sides put in each other’s way are a conflict', () => {
    const base = 'alpha\n\nbeta\n\ngamma\n\nomega\n';
    const mine = base.replace('alpha', '```\nalpha').replace('gamma', 'gamma\n```');
    const other = base.replace('beta', '```\nbeta').replace('omega', 'omega\n```');
    expect(conflictsOf(merge([base, mine, other]))).toHaveLength(4);
    expect(conflictsOf(merge([base, other, mine]))).toHaveLength(4);
    const apart = base.replace('omega', '```\nomega\n```');
    expect(merged([base, mine, apart])).toBe(mine.replace('omega', '```\nomega\n```'));
    // One line that both added ends a fence here and begins one there.
    const [ends, begins] = ['~~~\n\n~~~\nomega\n', 'alpha\n\n~~~\nomega\n'];
    expect(conflictsOf(merge(['alpha\n\nomega\n', ends, begins]))).toHaveLength(1);
    expect(conflictsOf(merge(['alpha\n\nomega\n', begins, ends]))).toHaveLength(1);
    // A new line in the place of one that now stands behind it is no edit of that one.
    const text = '\n```js\nelm grows\n```\n\n\nomega\n';
    const around = '<!--\n```js\nelm grows\n```\n-->\n\n\nomega\n\n\n\n';
    const before = '\n```js\nyew grows\n```\n\n```js\nelm grows\n```\n\nomega\n\n\n\n';
    expect(conflictsOf(merge([text, around, before])).length).toBeGreaterThan(0);
    expect(conflictsOf(merge([text, before, around])).length).toBeGreaterThan(0);
    const long = `<!-- ${'x'.repeat(600)} -->`;
    expect(merged([base, `${long}\n${base}`, `${base}\nadded\n`])).toBe(`${long}\n${base}\nadded\n`);
  });

  it('[MD2] a heading and the paragraph right below it are different blocks', () => {
    expect(merged(['# Title\ntext\n', '# Other\ntext\n', '# Title\ntext and more\n'])).toBe('# Other\ntext and more\n');
  });

  it('[MD2] a conflict shrinks to the blocks that both sides changed', () => {
    const base = '- alpha one\n- beta two\n- gamma three\n';
    const current = base.replace('one', 'one!').replace('two', 'two!');
    const proposed = base.replace('two', 'two?').replace('three', 'three?');
    const result = merge([base, current, proposed]);
    expect(conflictsOf(result)).toEqual(['- beta two\n']);
    expect(Buffer.from(renderConflicts(result, 'diff3')).toString()).toBe(
      '- alpha one!\n<<<<<<< current\n- beta two!\n||||||| base\n- beta two\n=======\n- beta two?\n>>>>>>> proposed\n- gamma three?\n',
    );
  });

  const page = (front: string, body = 'text\n'): string => `---\n${front}---\n${body}`;

  it('[MD3] front matter is merged as YAML, with its comments and formatting, and the body beside it', () => {
    const base = page('title: a # name\ndate: 1\ntags: [x, y]\n', 'one\n\ntwo\n');
    expect(
      merged([
        base,
        page('title: b # name\ndate: 1\ntags: [x, c, y]\n', 'ONE\n\ntwo\n'),
        page('title: a # name\ndate: 2\ntags: [x, y, p]\n', 'one\n\nTWO\n'),
      ]),
    ).toBe(page('title: b # name\ndate: 2\ntags: [x, c, y, p]\n', 'ONE\n\nTWO\n'));
    expect(merged([page('a: 1\n'), page('a: 2\n'), page('a: 1\n', 'TEXT\n')])).toBe(page('a: 2\n', 'TEXT\n'));
    const marked = '\ufeff---\r\na: 1\r\nb: 1\r\n---\r\n';
    expect(merged([marked, marked.replace('a: 1', 'a: 2'), marked.replace('b: 1', 'b: 2')])).toBe(
      '\ufeff---\r\na: 2\r\nb: 2\r\n---\r\n',
    );
  });

  it('[MD3] a member that both added is no clean merge, wherever its lines are', () => {
    const base = page('a: 1\nb: 2\nc: 3\n');
    expect(merged([base, page('new: 1\na: 1\nb: 2\nc: 3\n'), page('a: 1\nb: 2\nc: 3\nnew: 2\n')])).toBe('conflict');
    expect(merged([base, page('new: 1\na: 1\nb: 2\nc: 3\n'), page('a: 1\nb: 2\nc: 3\nnew: 1\n')])).not.toContain(
      'new: 1\na: 1\nb: 2\nc: 3\nnew',
    );
  });

  it('[MD3] front matter that holds nothing is a map without members', () => {
    for (const empty of ['', '\n']) {
      const texts: Texts = [page(empty), page('a: 1\n'), page('b: 2\n')];
      expect(merged(texts)).toBe(page('a: 1\nb: 2\n'));
      expect(merged([texts[0], texts[2], texts[1]])).toBe(page('b: 2\na: 1\n'));
      expect(merged([page(empty), page('a: 1\n'), page('a: 2\n')])).toBe('conflict');
      expect(merged([page(empty), page('a: 1\nc: 1\n'), page('b: 2\na: 1\n')])).not.toMatch(/a: 1[\s\S]*a: 1/);
      expect(merged([page(empty), page('- a\n'), page('b: 2\n')])).toBe('conflict');
      expect(merged([page(empty), page('- a\n'), page('- b\n')])).toBe('conflict');
      expect(merged([page(empty), page('a\n'), page('b: 2\n')])).toBe('conflict');
    }
  });

  it('[MD3] a clash in front matter is one of its lines, or of all of it; conflicts of the body lie where they are', () => {
    const base = page('title: a\ndate: 1\n', 'x\n\nend\n');
    const lines = merge([base, page('title: b\ndate: 1\n', 'x\n\nend\n'), page('title: c\ndate: 1\n', 'x\n\nend\n')]);
    expect(conflictsOf(lines)).toEqual(['title: a\n']);
    const all = merge([base, page('title: b\ndate: 2\n'), page('title: c\ndate: 1\n')]);
    expect(conflictsOf(all)[0]).toBe('title: a\ndate: 1\n');
    const body = merge([
      base,
      page('title: b\ndate: 1\n', 'ours\n\nend\n'),
      page('title: a\ndate: 2\nmore: 1\n', 'theirs\n\nend\n'),
    ]);
    expect(body).toMatchObject({
      status: 'conflict',
      conflicts: [
        {
          at: { lines: { base: { start: 4, end: 5 }, current: { start: 4, end: 5 }, proposed: { start: 5, end: 6 } } },
        },
      ],
    });
    expect(body.status === 'conflict' && Buffer.from(body.partial ?? []).toString()).toBe(
      page('title: b\ndate: 2\nmore: 1\n', 'ours\n\nend\n'),
    );
  });

  it('[MD3] a fence that came, went or is not closed, and what is no YAML, is merged by lines', () => {
    expect(merged(['text\n\nend\n', page('a: 1\n', 'text\n\nend\n'), 'text\n\nEND\n'])).toBe(
      page('a: 1\n', 'text\n\nEND\n'),
    );
    const open = '---\na: 1\n\nb: 1\n';
    expect(merged([open, open.replace('a: 1', 'a: 2'), open.replace('b: 1', 'b: 2')])).toBe('---\na: 2\n\nb: 2\n');
    const broken = page('a: [1\nx\nb: 1\n');
    const result = merge([broken, broken.replace('a: [1', 'a: [2'), broken.replace('b: 1', 'b: 2')]);
    expect(result).toMatchObject({ status: 'clean', notes: [{ code: 'text-fallback' }] });
    const dots = '---\na: 1\nb: 1\n...\ntext\n';
    expect(merged([dots, dots.replace('a: 1', 'a: 2'), dots.replace('b: 1', 'b: 2')])).toContain('a: 2\nb: 2\n...\n');
  });

  it('[MD3] [J01] [J06] hostile front matter ends, names are data, and numbers keep their digits', () => {
    const levels = [...'bcdefghi'].map(
      (name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]\n`,
    );
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${levels.join('')}`;
    expect(merged([page(`${bomb}y: 1\nz: 1\n`), page(`${bomb}y: 2\nz: 1\n`), page(`${bomb}y: 1\nz: 2\n`)])).toBe(
      page(`${bomb}y: 2\nz: 2\n`),
    );
    expect(merged([page('__proto__: 1\nb: 1\n'), page('__proto__: 2\nb: 1\n'), page('__proto__: 1\nb: 2\n')])).toBe(
      page('__proto__: 2\nb: 2\n'),
    );
    const big = 'n: 9007199254740993\nm: 1e400\n';
    expect(merged([page(`${big}b: 1\n`), page(`${big}b: 2\n`), page(`${big}b: 1\nc: -0\n`)])).toBe(
      page(`${big}b: 2\nc: -0\n`),
    );
    const deep = `a: ${'['.repeat(10_000)}${']'.repeat(10_000)}\nb: 1\n`;
    expect(merged([page(deep), page(deep.replace('b: 1', 'b: 2')), page('b: 1\n')])).toBe('conflict');
  });

  it('[MD6] a receipt of front matter that was tampered with does not pass', () => {
    const input = inputOf([page('a: 1\nb: 1\n'), page('a: 2\nb: 1\n'), page('a: 1\nb: 2\n')], 'markdown');
    const result = mergeContents(input);
    if (result.status !== 'clean') throw new Error('not clean');
    for (const content of [page('a: 1\nb: 2\n'), page('a: 2\nb: 2\n', 'TEXT\n'), 'text\n', page('a: 2\n')]) {
      expect(checkReceipt(input, { ...result, content: Buffer.from(content) }).ok).toBe(false);
    }
    for (let i = 0; i < result.receipt.entries.length; i++) {
      const entries = result.receipt.entries.filter((_, at) => at !== i);
      expect(checkReceipt(input, { ...result, receipt: { ...result.receipt, entries } }).ok).toBe(false);
    }
  });

  it('[MD4] what blocks cannot tell for sure stays a conflict', () => {
    for (const texts of [
      // One paragraph, two insertions at one place, an insertion into what was deleted, a deletion beside an edit.
      ['one\ntwo\n', 'one!\ntwo\n', 'one\ntwo!\n'],
      ['- a\n', '- a\n- c\n', '- a\n- p\n'],
      ['- a\n', '', '- a\n  - inner\n'],
      ['- a\n- b\n', '- b\n', '- a\n- b!\n'],
      // Code has no blocks, wherever its fence is.
      ['```\na\nb\n```\n', '```\nA\nb\n```\n', '```\na\nB\n```\n'],
      ['~~~\n- a\n- b\n~~~\n', '~~~\n- A\n- b\n~~~\n', '~~~\n- a\n- B\n~~~\n'],
      // A last line without its newline.
      ['- a\n- b', '- A\n- b', '- a\n- B'],
    ] as const) {
      expect(merged(texts), JSON.stringify(texts)).toBe('conflict');
    }
  });

  it('[MD4] a block that moved past a blank line takes no other change with it', () => {
    const base = '# T\n\nkept\npara\ngraph\n\n';
    expect(merged([base, '# T\n\nkept\n\n', '# T\n\nkept\n\npara\ngraph\n'])).toBe('conflict');
  });

  it('[MD5] line ends, byte order marks and bytes that are no UTF-8 stay', () => {
    const crlf = '\ufeff# T\r\n\r\n- a\r\n- b\r\n';
    expect(merged([crlf, crlf.replace('- a', '- A'), crlf.replace('- b', '- B')])).toBe(
      '\ufeff# T\r\n\r\n- A\r\n- B\r\n',
    );
    const odd = (text: string): Uint8Array => Buffer.from(text, 'latin1');
    const result = mergeContents({
      base: odd('- \xff one\n- \xfe two\n'),
      current: odd('- \xff one!\n- \xfe two\n'),
      proposed: odd('- \xff one\n- \xfe two!\n'),
      path: 'x.md',
    });
    expect(result.status === 'clean' && Buffer.from(result.content ?? []).toString('latin1')).toBe(
      '- \xff one!\n- \xfe two!\n',
    );
  });

  it('[MD5] [T04] [T06] markers in the text are text, and binary is no Markdown', () => {
    const base = '# T\n\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n\nend\n';
    expect(merged([base, base.replace('# T', '# U'), base.replace('end', 'END')])).toContain('<<<<<<< HEAD\na\n');
    const binary = mergeContents({ base: 'a', current: 'b', proposed: 'c\0', path: 'a.md' });
    expect(binary).toMatchObject({ status: 'conflict', conflicts: [{ kind: 'binary' }] });
  });

  it('[MD4] long lines, deep lists and many blocks end', () => {
    const items = (tag: string, count: number): string =>
      Array.from({ length: count }, (_, i) => `${' '.repeat(i % 40)}- item ${i} ${tag}\n`).join('');
    expect(merge([items('b', 20_000), items('c', 20_000), items('p', 20_000)]).status).toBe('conflict');
    const gap = '\n'.repeat(50_000);
    expect(merge([`- a\n${gap}  b\n`, `- A\n${gap}  b\n- c\n`, `- a\n${gap}  B\n- d\n`]).status).toBe('conflict');
    const long = 'x'.repeat(1_000_000);
    expect(merged([`- ${long}\n- b\n`, `- ${long}!\n- b\n`, `- ${long}\n- B\n`])).toBe(`- ${long}!\n- B\n`);
    let time = 0;
    const clock = (): number => {
      time += 1;
      return time;
    };
    const input = inputOf([items('b', 9_000), items('c', 9_000), items('p', 9_000)], 'markdown');
    const result = mergeContents({ ...input, options: { engine: 'markdown', budget: { ms: 0, clock } } });
    expect(result).toMatchObject({ status: 'conflict', conflicts: [{ kind: 'budget' }] });
  });
});

const log = (entries: string): string => `# Changes\n\n## Unreleased\n\n${entries}## 1.0.0\n\n- first\n`;

describe('change logs', () => {
  it('[CG1] both sides put an entry first under the same heading: both stay, current’s first', () => {
    const old = '- old\n\n';
    expect(merged([log(old), log(`- ours\n${old}`), log(`- theirs\n${old}`)], 'changelog')).toBe(
      log(`- ours\n- theirs\n${old}`),
    );
    expect(merged([log(''), log('- ours\n\n'), log('- theirs\n\n')], 'changelog')).toBe(log('- ours\n- theirs\n\n'));
    expect(merged([log(''), log('One.\n\n'), log('Two.\n\n')], 'changelog')).toBe(log('One.\n\nTwo.\n\n'));
  });

  it('[CG1] a heading or an entry that both added stands once', () => {
    expect(merged([log(''), log('### Added\n\n- a\n\n'), log('### Added\n\n- b\n\n')], 'changelog')).toBe(
      log('### Added\n\n- a\n- b\n\n'),
    );
    expect(merged([log(''), log('- same\n- a\n\n'), log('- same\n\n')], 'changelog')).toBe(log('- same\n- a\n\n'));
  });

  it('[CG2] sections stay whole, and entries without a heading come before them, whoever wrote them', () => {
    const [added, fixed] = ['### Added\n\n- a\n\n', '### Fixed\n\n- f\n\n'];
    expect(merged([log(''), log(added), log(fixed)], 'changelog')).toBe(log(added + fixed));
    for (const texts of [
      [log(''), log(added), log('- plain\n\n')],
      [log(''), log('- plain\n\n'), log(added)],
    ] as const) {
      expect(merged(texts, 'changelog')).toBe(log(`- plain\n\n${added}`));
    }
  });

  it('[CG3] where an entry could come under a wrong heading, or stand twice, a person decides', () => {
    const [added, fixed] = ['### Added\n\n- a\n\n', '### Fixed\n\n- f\n\n'];
    for (const texts of [
      [log(''), log('### Added\n\n- x\n\n### Fixed\n\n- y\n\n'), log('### Fixed\n\n- z\n\n')],
      [log(''), log(added + fixed), log('### Added\n\n- b\n\n### Fixed\n\n- g\n\n')],
      [log(''), log('### Added\n\n- a\n\n'), log('#### Deeper\n\n- b\n\n')],
      [log(''), log('One.\n'), log('Two.\n')],
      ['before any heading\n\n# T\n', 'a\n\nbefore any heading\n\n# T\n', 'b\n\nbefore any heading\n\n# T\n'],
      [log('- old\n\n'), log('- old!\n\n'), log('- old?\n\n')],
    ] as const) {
      expect(merged(texts, 'changelog'), JSON.stringify(texts)).toBe('conflict');
    }
  });

  it('[CG6] an entry that one side adds does not come under a heading that the other one put above it', () => {
    const open = '- old\n\n';
    const released = log(`## 1.1.0\n\n${open}`);
    const renamed = log(open).replace('## Unreleased\n', '## Unreleased\n\n## 1.1.0\n');
    const fixed = log(`${open}### Fixed\n\n- bug\n\n`);
    for (const theirs of [released, renamed, log(open).replace('Unreleased', '1.1.0')]) {
      for (const ours of [log('- old\n- new\n\n'), fixed]) {
        for (const sides of [
          [log(open), ours, theirs],
          [log(open), theirs, ours],
        ] as const) {
          const result = merge(sides, 'changelog');
          if (result.status !== 'conflict') throw new Error(JSON.stringify(sides));
          const [conflict] = result.conflicts;
          expect(
            Buffer.concat([conflict?.current ?? Buffer.of(), conflict?.proposed ?? Buffer.of()]).toString(),
          ).toMatch(/new|bug/);
        }
      }
    }
  });

  it('[CG6] all headings above an entry count, also where both sides wrote at one place or a side took another entry away', () => {
    const write = (release: string, entries: string, more = ''): string =>
      `# Changes\n\n${release}\n\n### Added\n\n${entries}\n${more}## 1.0.0\n\n- first\n`;
    const base = write('## Unreleased', '- alpha\n');
    for (const [mine, other] of [
      [write('## 1.1.0', '- alpha\n'), write('## Unreleased', '- new thing\n- alpha\n')],
      [write('## Unreleased\n\n## 1.1.0', '- alpha\n'), write('## Unreleased', '- alpha\n- new thing\n')],
      [write('## 1.1.0', '- alpha\n'), write('## Unreleased', '- one\n- two things\n')],
      [
        write('## 1.1.0', '- alpha\n', '### Fixed\n\n- a fault\n\n'),
        write('## Unreleased', '- alpha\n', '### Fixed\n\n- another one\n\n'),
      ],
    ] as const) {
      expect(merged([base, mine, other], 'changelog')).toBe('conflict');
      expect(merged([base, other, mine], 'changelog')).toBe('conflict');
    }
  });

  it('[CG6] what both put other headings above, at one place, is under neither of them in silence', () => {
    const open = '- old\n\n';
    const fixed = log(`### Fixed\n- one\n\n${open}`);
    const released = log(`### Fixed\n- other\n\n## 1.1.0\n\n${open}`);
    const renamed = log(open).replace('Unreleased', '1.2.0');
    const both = log(open).replace('## Unreleased\n', '## Unreleased\n\n## 1.1.0\n');
    for (const [mine, other] of [
      [fixed, released],
      [renamed, both],
    ] as const) {
      expect(merged([log(open), mine, other], 'changelog')).toBe('conflict');
      expect(merged([log(open), other, mine], 'changelog')).toBe('conflict');
    }
    // Under one heading more on each side, and under the same ones.
    const [a, b] = ['one', 'other'].map((name) => log(`### Fixed\n- ${name}\n\n${open}`)) as [string, string];
    expect(merged([log(open), a, b], 'changelog')).toBe(log(`### Fixed\n- one\n- other\n\n${open}`));
  });

  it('[CG6] what goes where its side put it is merged: above the release, below a section, edits of what was released', () => {
    const open = '- old\n\n';
    const released = log(`## 1.1.0\n\n${open}`);
    expect(merged([log(open), released, log(`- new\n${open}`)], 'changelog')).toBe(log(`- new\n## 1.1.0\n\n${open}`));
    expect(merged([log(open), released, log('- old, mended\n\n')], 'changelog')).toBe(
      log('## 1.1.0\n\n- old, mended\n\n'),
    );
    expect(merged([log(open), released, `${log(open)}- second\n`], 'changelog')).toBe(`${released}- second\n`);
    expect(merged([log(open), released, log(open).replace('# Changes', '# All changes')], 'changelog')).toBe(
      released.replace('# Changes', '# All changes'),
    );
  });

  it('[CG6] a paragraph that is underlined is a heading, and a line after a blank one or front matter underlines nothing', () => {
    const write = (entries: string, release = 'Unreleased\n----------'): string =>
      `C\n=\n\n${release}\n\n${entries}1.0.0\n-----\n\n- x\n`;
    const base = write('- a\n\n- b\n\n');
    const added = write('- a\n\n- new\n\n- b\n\n');
    for (const other of [
      write('1.1.0\n-----\n\n- a\n\n- b\n\n'),
      write('- a\n\n- b\n\n', '1.1.0\n-----'),
      write('- a\n\n- b\n\n', 'Unreleased\n=========='),
    ]) {
      expect(merged([base, added, other], 'changelog'), other).toBe('conflict');
      expect(merged([base, other, added], 'changelog'), other).toBe('conflict');
    }
    for (const release of ['Unreleased\n---', '## Unreleased', 'Unreleased\n----------\n\n---']) {
      const other = write('- a\n\n- b\n\n', release);
      expect(merged([base, added, other], 'changelog')).toBe(write('- a\n\n- new\n\n- b\n\n', release));
    }
    const first = write('- first\n\n- a\n\n- b\n\n');
    expect(merged([base, write('1.1.0\n-----\n\n- a\n\n- b\n\n'), first], 'changelog')).toBe(
      write('- first\n\n1.1.0\n-----\n\n- a\n\n- b\n\n'),
    );
    const front = (title: string, entries: string): string => `---\ntitle: ${title}\n---\n## U\n\n- a\n${entries}`;
    expect(merged([front('x', ''), front('y', ''), front('x', '- b\n')], 'changelog')).toBe(front('y', '- b\n'));
    // Right behind an entry such a paragraph is a part of that.
    const tight = write('- first\n- a\n\n- b\n\n');
    expect(merged([base, write('1.1.0\n-----\n\n- a\n\n- b\n\n'), tight], 'changelog')).toBe('conflict');
  });

  it('[MD2] a heading that is underlined and the paragraph right below it are different blocks', () => {
    const texts = ['T\n=\ntext\n', 'Other\n=====\ntext\n', 'T\n=\ntext and more\n'] as const;
    expect(merged(texts)).toBe('Other\n=====\ntext and more\n');
    for (const above of ['- item', '> quote', '| cell |', '    code', '- item\n\n  text', '[x]: http://x']) {
      // No heading, and so one block with what is below, or a part of what is above.
      const [b, c, p] = [`${above}\n---\n`, `${above}!\n---\n`, `${above}\n----\n`];
      expect(merged([`# T\n\n## U\n\n${b}`, `# T\n\n## U\n\n${c}`, `# T\n\n## U\n\n${p}`]), above).toBe('conflict');
      const entry = [`# T\n\n${b}\n- a\n\n- b\n`, `# T\n\n${c}\n- a\n\n- b\n`, `# T\n\n${b}\n- a\n\n- n\n\n- b\n`];
      expect(merged(entry as unknown as Texts, 'changelog'), above).toBe(`# T\n\n${c}\n- a\n\n- n\n\n- b\n`);
    }
  });

  it('[CG4] only where it is asked for: the name of the file is not enough', () => {
    const sides = { base: log(''), current: log('- a\n\n'), proposed: log('- b\n\n'), path: 'CHANGELOG.md' };
    expect(mergeContents(sides)).toMatchObject({ status: 'conflict', stats: { engine: 'markdown' } });
    expect(mergeContents({ ...sides, options: { engine: 'changelog' } }).status).toBe('clean');
  });
});
