import { describe, expect, it } from 'vitest';
import { checkReceipt, type MergeInput, type MergeResult, mergeContents, resolveConflict } from '../index.ts';

interface Cell {
  readonly id?: string;
  readonly source: string | readonly string[];
  readonly count?: number | null;
  readonly outputs?: readonly unknown[];
}

const out = (text: string): unknown => ({ name: 'stdout', output_type: 'stream', text: [text] });

const cellOf = ({ id, source, count = null, outputs = [] }: Cell): unknown => ({
  cell_type: 'code',
  execution_count: count,
  ...(id === undefined ? {} : { id }),
  metadata: {},
  outputs,
  source,
});

const book = (...cells: readonly Cell[]): Uint8Array =>
  Buffer.from(
    `${JSON.stringify({ cells: cells.map(cellOf), metadata: {}, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`,
  );

const inputOf = (base: Uint8Array, current: Uint8Array, proposed: Uint8Array): MergeInput => ({
  base,
  current,
  proposed,
  path: 'work/a.ipynb',
});

/** The merged bytes as text; where it is not clean, the pointers of the conflicts. */
function merged(input: MergeInput): string | readonly string[] {
  const result = mergeContents(input);
  if (result.status === 'clean') {
    expect(result.stats.engine).toBe('notebook');
    expect(checkReceipt(input, result).problems).toEqual([]);
    return Buffer.from(result.content ?? []).toString();
  }
  return result.status === 'error'
    ? [result.code]
    : result.conflicts.map(({ at }) => ('pointer' in at ? at.pointer : ''));
}

const notesOf = (result: MergeResult): string[] =>
  result.status === 'error' ? [] : result.notes.map(({ code }) => code);

describe('notebooks', () => {
  const a = { id: 'a', source: ['import x\n', 'y = 1\n', 'z = 2'] };
  const b = { id: 'b', source: ['print(1)'], count: 2, outputs: [out('1')] };

  it('[NB1] cells are known by their ids: added, moved and changed ones go together', () => {
    const c = { id: 'c', source: ['new'] };
    const d = { id: 'd', source: ['other'] };
    expect(merged(inputOf(book(a, b), book(a, c, b), book(b, a, d)))).toBe(book(b, a, c, d).toString());
    expect(merged(inputOf(book(a, b), book(b), book({ ...a, source: ['changed'] }, b)))).toEqual(['/cells/0']);
  });

  it('[NB2] sources are merged as text and written in current’s form', () => {
    const base = book(a, b);
    const current = book({ ...a, source: ['import xx\n', 'y = 1\n', 'z = 2'] }, b);
    const proposed = book({ ...a, source: ['import x\n', 'y = 1\n', 'z = 2\n', 'w = "é"'] }, b);
    expect(merged(inputOf(base, current, proposed))).toBe(
      book({ ...a, source: ['import xx\n', 'y = 1\n', 'z = 2\n', 'w = "é"'] }, b).toString(),
    );
    const whole = (source: string): Uint8Array => book({ id: 'a', source });
    expect(merged(inputOf(whole('a\nb\nc'), whole('A\nb\nc'), whole('a\nb\nC')))).toBe(whole('A\nb\nC').toString());
    expect(merged(inputOf(whole('a\nb\nc'), whole('A\nb\nc'), book({ id: 'a', source: ['a\n', 'b\n', 'C'] })))).toBe(
      whole('A\nb\nC').toString(),
    );
    const escaped = current.toString().replace('import xx', '\\u0069mport xx');
    expect(merged(inputOf(base, Buffer.from(escaped), proposed))).toContain('"\\u0069mport xx\\n"');
  });

  it('[NB2] lines that both changed are a conflict at the source of their cell', () => {
    const one = book({ ...a, source: ['import x1\n', 'y = 1\n', 'z = 2'] }, b);
    const two = book({ ...a, source: ['import x2\n', 'y = 1\n', 'z = 3'] }, b);
    const input = inputOf(book(a, b), one, two);
    expect(merged(input)).toEqual(['/cells/0/source']);
    const open = mergeContents(input);
    if (open.status !== 'conflict') throw new Error('not a conflict');
    const settled = resolveConflict(open, open.conflicts[0]?.id ?? '', { use: 'proposed' });
    expect(settled.status === 'clean' && Buffer.from(settled.content ?? []).toString()).toBe(two.toString());
    expect(checkReceipt(input, settled, { decided: true }).problems).toEqual([]);
  });

  it('[NB2] sources that are no lines of text are left to a person', () => {
    for (const [base, current, proposed] of [
      ['a\nb\nc', 'A\nb\nc', 'a\nb\n\ud800'],
      [
        ['a\nb\n', 'c'],
        ['A\nb\n', 'c'],
        ['a\nb\n', 'C'],
      ],
    ] as const) {
      const of = (source: string | readonly string[]): Uint8Array => book({ id: 'a', source });
      expect(merged(inputOf(of(base), of(current), of(proposed)))).toEqual(['/cells/0/source']);
    }
  });

  it('[NB3] [NB6] so they do in a cell of which the base had no source, and it is proven', () => {
    const book = (count: number | null, source: object): string => {
      const outputs = count === null ? [] : [out(String(count))];
      const cell = { cell_type: 'code', execution_count: count, id: 'b', metadata: {}, outputs, ...source };
      return JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }, null, 1);
    };
    const [base, current, proposed] = [book(null, {}), book(7, { source: 'x' }), book(5, { source: 'x' })];
    const input = { base, current, proposed, path: 'a.ipynb' };
    const result = mergeContents(input);
    expect(result.status).toBe('clean');
    const sides = { base: Buffer.from(base), current: Buffer.from(current), proposed: Buffer.from(proposed) };
    if (result.status === 'clean') expect(checkReceipt({ ...input, ...sides }, result).problems).toEqual([]);
  });

  it('[NB3] where both ran a cell with the same source, current’s outputs and count stay, with a note', () => {
    const input = inputOf(
      book(a, b),
      book(a, { ...b, count: 5, outputs: [out('5')] }),
      book(a, { ...b, count: 6, outputs: [out('6')] }),
    );
    expect(merged(input)).toBe(input.current?.toString());
    const result = mergeContents(input);
    expect(notesOf(result)).toEqual(['outputs-kept']);
    const other = { ...input, current: input.proposed, proposed: input.current };
    expect(merged(other)).toBe(other.current?.toString());
  });

  it('[NB7] outputs of one side beside the other side’s source are taken, with a note', () => {
    const input = inputOf(
      book(a, b),
      book(a, { ...b, source: ['changed\n'] }),
      book(a, { ...b, count: 6, outputs: [out('6')] }),
    );
    for (const each of [input, { ...input, current: input.proposed, proposed: input.current }]) {
      expect(typeof merged(each)).toBe('string');
      expect(notesOf(mergeContents(each))).toEqual(['outputs-stale']);
    }
    const fresh = inputOf(book(a, b), book({ ...a, source: ['x\n'] }, b), book(a, { ...b, count: 6 }));
    expect(notesOf(mergeContents(fresh))).toEqual([]);
  });

  it('[NB3] outputs stay with the source that made them; of a source that nobody ran there are none to take', () => {
    const ran = (source: readonly string[], count: number): Cell => ({
      id: 'b',
      source,
      count,
      outputs: [out(`${count}`)],
    });
    const base = ran(['one\n', 'two\n', 'three'], 1);
    const edited = ran(['one\n', 'two\n', 'THREE'], 3);
    expect(merged(inputOf(book(base), book({ ...base, count: 2, outputs: [out('2')] }), book(edited)))).toBe(
      book(edited).toString(),
    );
    const both = inputOf(book(base), book(ran(['ONE\n', 'two\n', 'three'], 2)), book(edited));
    expect(merged(both)).toEqual(['/cells/0/outputs', '/cells/0/execution_count']);
    const open = mergeContents(both);
    expect(open.status === 'conflict' && Buffer.from(open.partial ?? []).toString()).toContain('"ONE\\n"');
    expect(open.status === 'conflict' && Buffer.from(open.partial ?? []).toString()).toContain('"THREE"');
  });

  it('[NB3] outputs are one value: two runs are never mixed', () => {
    const input = inputOf(
      book({ ...b, outputs: [out('1'), out('2'), out('3')] }),
      book({ ...b, outputs: [out('c'), out('2'), out('3')] }),
      book({ ...b, outputs: [out('1'), out('2'), out('p')] }),
    );
    expect(merged(input)).toBe(input.current?.toString());
  });

  it('[NB4] without ids of their own cells are a sequence, and nothing in them is decided', () => {
    const of = (...sources: readonly string[]): Uint8Array => book(...sources.map((source) => ({ source: [source] })));
    const input = inputOf(of('a', 'b', 'c'), of('A', 'b', 'c'), of('a', 'b', 'c', 'd'));
    expect(merged(input)).toBe(of('A', 'b', 'c', 'd').toString());
    expect(notesOf(mergeContents(input))).toContain('no-cell-ids');
    expect(merged(inputOf(of('a'), of('b'), of('c')))).toEqual(['/cells/0/source']);
    const twice = inputOf(book(a, a), book(a, a, b), book({ ...a, source: ['x'] }, a));
    expect(notesOf(mergeContents(twice))).toContain('no-cell-ids');
    const ran = (count: number): Uint8Array => book({ source: ['a'], count, outputs: [out(`${count}`)] });
    expect(merged(inputOf(ran(1), ran(2), ran(3)))).toEqual(['/cells/0/outputs', '/cells/0/execution_count']);
  });

  it('[NB5] a truncated notebook is an error wherever it is cut, and no shape of one makes it throw', () => {
    const whole = book(a, b).toString();
    for (let cut = 0; cut < whole.length - 2; cut += 3) {
      const input = inputOf(Buffer.from(whole.slice(0, cut)), book(b), book(a));
      expect(mergeContents(input)).toMatchObject({ status: 'error', code: 'syntax', at: { side: 'base' } });
    }
    const odd = [
      'null',
      '[]',
      '{}',
      '{"cells":1}',
      '{"cells":[1,null,{"id":1},{"id":"a","source":{}}]}',
      '"x"',
      '\ufeff{}',
    ];
    for (const base of odd) {
      for (const current of odd) {
        for (const proposed of odd) {
          const input = inputOf(Buffer.from(base), Buffer.from(current), Buffer.from(proposed));
          const result = mergeContents(input);
          if (result.status === 'clean') expect(checkReceipt(input, result).problems).toEqual([]);
        }
      }
    }
  });

  it('[NB6] a receipt that gives away more than the rules do does not pass', () => {
    const input = inputOf(
      book(a, b),
      book(a, { ...b, count: 5, outputs: [out('5')] }),
      book({ ...a, source: ['else'] }, { ...b, count: 6, outputs: [out('6')] }),
    );
    const result = mergeContents(input);
    if (result.status !== 'clean') throw new Error('not clean');
    expect(checkReceipt(input, result).ok).toBe(true);
    for (const content of [input.base, input.current, input.proposed, Buffer.from('{}')]) {
      expect(checkReceipt(input, { ...result, content }).ok).toBe(false);
    }
    const favoured = mergeContents({ ...input, options: { favor: 'proposed' } });
    if (favoured.status !== 'clean') throw new Error('not clean');
    expect(checkReceipt({ ...input, options: { favor: 'proposed' } }, favoured).problems).toEqual([]);
  });
});
