import { describe, expect, it } from 'vitest';
import { type ConflictedMerge, checkReceipt, type MergeOptions, type MergeResult, mergeContents } from './index.ts';
import { mergeText } from './text.ts';

const show = (result: MergeResult): string | undefined =>
  result.status === 'clean' ? Buffer.from(result.content ?? '').toString('latin1') : undefined;
const kindOf = (result: MergeResult): string | undefined =>
  result.status === 'conflict' ? result.conflicts[0]?.kind : undefined;
const merge = (base: string, current: string, proposed: string, options: MergeOptions = {}): MergeResult =>
  mergeContents({ base, current, proposed, options });
const numbered = (count: number, tag: string): string =>
  Array.from({ length: count }, (_, i) => `${tag} ${i}\n`).join('');

describe('regions', () => {
  it('[MT1] what is written is a plain array of bytes of its own', () => {
    const clean = merge('a\nb\nc\n', 'A\nb\nc\n', 'a\nb\nC\n');
    if (clean.status !== 'clean') throw new Error('not clean');
    expect(clean.content).toEqual(new TextEncoder().encode('A\nb\nC\n'));
    expect(clean.content?.buffer.byteLength).toBe(6);
  });

  it('[MT3] touching changes are one conflict, changes with a line between are none', () => {
    expect(kindOf(merge('a\nb\nc\n', 'A\nb\nc\n', 'a\nB\nc\n'))).toBe('content');
    expect(show(merge('a\nb\nc\n', 'A\nb\nc\n', 'a\nb\nC\n'))).toBe('A\nb\nC\n');
  });

  it('[MT4] a change that both made stands once, beside what each did alone', () => {
    expect(show(merge('a\nb\nc\nd\ne\n', 'X\nb\nc\nd\nE\n', 'X\nb\nC\nd\ne\n'))).toBe('X\nb\nC\nd\nE\n');
    expect(show(merge('a\nb\n', 'a\nnew\nb\n', 'a\nnew\nb\n'))).toBe('a\nnew\nb\n');
    expect(kindOf(merge('a\nb\nc\n', 'X\nb\nc\n', 'X\nY\nc\n'))).toBe('content');
  });

  it('[MT5] an insertion amid equal lines goes as low as it can, or level with the other side’s change', () => {
    expect(kindOf(merge('x\nx\nend\n', 'x\nx\nx\nend\n', 'x\nx\nnew\nend\n'))).toBe('content');
    expect(show(merge('x\nx\nend\n', 'x\nx\nx\nend\n', 'new\nx\nx\nend\n'))).toBe('new\nx\nx\nx\nend\n');
  });

  it('[MT12] the same clash has the same id wherever it is met, twice in one text included', () => {
    const ids = (result: MergeResult): string[] =>
      result.status === 'conflict' ? result.conflicts.map(({ id }) => id) : [];
    const [one] = ids(merge('k\na\nz\n', 'k\nb\nz\n', 'k\nc\nz\n'));
    const other = ids(merge('1\n2\n3\na\n4\n5\na\n', '1\n2\n3\nb\n4\n5\nb\n', '1\n2\n3\nc\n4\n5\nc\n'));
    expect(one).toMatch(/^[0-9a-f]{16}$/);
    expect(other).toEqual([one, `${one}-2`]);
    expect(ids(merge('k\na\nz\n', 'k\nc\nz\n', 'k\nb\nz\n'))).not.toContain(one);
  });
});

describe('missing sides', () => {
  it('[MT11] a deletion against no change deletes, against a change conflicts', () => {
    const base = 'a\nb\n';
    expect(mergeContents({ base, current: null, proposed: base })).toMatchObject({ status: 'clean', content: null });
    expect(mergeContents({ base, current: base, proposed: null })).toMatchObject({ status: 'clean', content: null });
    expect(mergeContents({ base, current: null, proposed: null })).toMatchObject({ status: 'clean', content: null });
    const result = mergeContents({ base, current: null, proposed: 'a\nB\n' });
    expect(kindOf(result)).toBe('modified-deleted');
    expect(result).toMatchObject({ partial: null });
    expect(result.status === 'conflict' && 'current' in (result.conflicts[0] ?? {})).toBe(false);
  });

  it('[MT11] two additions are one if they are equal, else both-added', () => {
    expect(show(mergeContents({ base: null, current: 'a\n', proposed: 'a\n' }))).toBe('a\n');
    expect(kindOf(mergeContents({ base: null, current: 'a\n', proposed: 'b\n' }))).toBe('both-added');
    const input = { base: null, current: null, proposed: Buffer.from('a\n') };
    expect(checkReceipt(input, mergeText(input)).ok).toBe(true);
  });
});

describe('options', () => {
  it('[MT14] adjacent: merge takes touching changes, not two insertions at one place', () => {
    const options: MergeOptions = { adjacent: 'merge' };
    expect(show(merge('a\nb\nc\n', 'A\nb\nc\n', 'a\nB\nc\n', options))).toBe('A\nB\nc\n');
    expect(show(merge('a\nb\n', 'a\n', 'a\nb\nc\n', options))).toBe('a\nc\n');
    expect(kindOf(merge('a\n', 'a\nx\n', 'a\ny\n', options))).toBe('content');
    expect(show(merge('a\nb', 'a\nB', 'a\nb\nc', options))).toBeUndefined();
  });

  it('[MT14] union takes both, what they share once; favor takes one side', () => {
    const [base, current, proposed] = ['a\nz\n', 'a\none\nsame\nz\n', 'a\ntwo\nsame\nz\n'];
    expect(show(merge(base, current, proposed, { union: true }))).toBe('a\none\ntwo\nsame\nz\n');
    expect(show(merge(base, current, proposed, { favor: 'proposed' }))).toBe(proposed);
    expect(show(merge('a', 'a\nb', 'a\nc', { union: true }))).toBe('a\nb\nc');
  });

  it('[MT14] eol: auto ends the war of line endings', () => {
    const crlf = 'a\r\nb\r\nc\r\nd\r\n';
    const result = merge(crlf, 'a\nb\nc\nD\n', 'A\r\nb\r\nc\r\nd\r\n', { eol: 'auto' });
    expect(show(result)).toBe('A\nb\nc\nD\n');
    expect(show(merge(crlf, 'a\r\nb\r\nc\r\nD\r\n', 'A\r\nb\r\nc\r\nd\r\n', { eol: 'auto' }))).toBe(
      'A\r\nb\r\nc\r\nD\r\n',
    );
    expect(kindOf(merge(crlf, 'a\nb\nc\nD\n', 'A\r\nb\r\nc\r\nd\r\n'))).toBe('content');
  });

  it('[MT14] finalNewline: normalize makes a missing one no change', () => {
    expect(kindOf(merge('a\nb', 'a\nb\n', 'a\nb\nc\n'))).toBe('content');
    expect(show(merge('a\nb', 'a\nb\n', 'a\nb\nc', { finalNewline: 'normalize' }))).toBe('a\nb\nc\n');
  });

  it('[MT14] ignoreWhitespace keeps the changed spelling', () => {
    const options: MergeOptions = { ignoreWhitespace: 'trailing' };
    expect(show(merge('a  \nb\nc\n', 'a\nb\nc\n', 'a  \nb\nC\n', options))).toBe('a\nb\nC\n');
    expect(
      show(merge('if (x) {\ny\n}\n', 'if (x) {\n  y\n}\n', 'if (x) {\ny\n} //\n', { ignoreWhitespace: 'all' })),
    ).toBe('if (x) {\n  y\n} //\n');
  });

  it('[MT14] a byte order mark is a flag, unless it is bytes', () => {
    const bom = '\ufeff';
    const [base, current, proposed] = [`${bom}a\nb\n`, 'a\nb\n', `${bom}A\nb\n`];
    expect(show(merge(base, current, proposed))).toBe('A\nb\n');
    expect(kindOf(merge(base, current, proposed, { bom: 'bytes' }))).toBe('content');
  });
});

/** A clock that counts its readings and moves by one millisecond with each. */
function countingClock(): { readonly clock: () => number; readonly readings: () => number } {
  let readings = 0;
  return {
    clock: () => {
      readings += 1;
      return readings;
    },
    readings: () => readings,
  };
}

describe('budgets and hostile texts', () => {
  const shuffled = (count: number, step: number): string =>
    Array.from({ length: count }, (_, i) => `line ${(i * step) % count}\n`).join('');

  it('[MT22] the clock is looked at inside the search, and time that is up is a conflict', () => {
    const { clock, readings } = countingClock();
    const result = merge(shuffled(4_001, 1), shuffled(4_001, 1_237), shuffled(4_001, 733), {
      budget: { ms: 5, clock },
    });
    expect(kindOf(result)).toBe('budget');
    expect(readings()).toBe(7);
  });

  it('[MT22] sliding one long group along equal lines counts as steps too', () => {
    const { clock, readings } = countingClock();
    const equal = (count: number): string => 'same\n'.repeat(count);
    const result = merge(equal(60_000), equal(60_001), `new\n${equal(60_000)}`, { budget: { ms: 3, clock } });
    expect(kindOf(result)).toBe('budget');
    expect(readings()).toBe(5);
  });

  it('[MT10] too many bytes or lines, and NUL bytes, are conflicts of the whole value', () => {
    const sides = ['a\nb\n', 'a\nB\n', 'A\nb\n'] as const;
    expect(kindOf(merge(...sides, { budget: { bytes: 3 } }))).toBe('too-large');
    expect(kindOf(merge(...sides, { budget: { lines: 1 } }))).toBe('too-large');
    expect(kindOf(merge('a\0', 'b\0', 'c'))).toBe('binary');
    const { partial } = merge(...sides, { budget: { bytes: 3 } }) as ConflictedMerge;
    expect(Buffer.from(partial ?? '').toString()).toBe('a\nB\n');
    expect(kindOf(merge(`${'x'.repeat(8_000)}\0`, 'b', 'c'))).toBe('content');
  });

  it('[T01] two disjoint texts of 50,000 lines end in a conflict after few steps', () => {
    const { clock, readings } = countingClock();
    const sides = [numbered(50_000, 'base'), numbered(50_000, 'current'), numbered(50_000, 'proposed')] as const;
    expect(kindOf(merge(...sides, { budget: { ms: 500, clock } }))).toBe('content');
    expect(readings()).toBeLessThan(40);
    expect(kindOf(merge(...sides, { budget: { ms: 2, clock } }))).toBe('budget');
  });

  it('[T02] one line of 10 MiB, equal lines, two alternating lines', () => {
    const huge = 'x'.repeat(10 * 2 ** 20);
    expect(kindOf(merge(huge, `${huge}y`, `z${huge}`))).toBe('content');
    const { clock, readings } = countingClock();
    const equal = (count: number): string => 'same\n'.repeat(count);
    expect(kindOf(merge(equal(40_000), equal(40_010), equal(39_990), { budget: { ms: 500, clock } }))).toBe('content');
    const two = (count: number): string => '{\n\n'.repeat(count);
    const sides = [two(20_000), `${two(9_000)}}\n${two(11_000)}`, `${two(500)}new\n${two(19_500)}`] as const;
    expect(show(merge(...sides, { budget: { ms: 500, clock } }))).toBe(
      `${two(500)}new\n${two(8_500)}}\n${two(11_000)}`,
    );
    expect(readings()).toBeLessThan(100);
  });

  it('[T04] content that already holds markers merges as plain text', () => {
    const base = 'a\n<<<<<<< x\nb\n=======\nc\n>>>>>>> y\nd\n';
    expect(show(merge(base, base.replace('a\n', 'A\n'), base.replace('d\n', 'D\n')))).toBe(
      base.replace('a\n', 'A\n').replace('d\n', 'D\n'),
    );
  });

  it('[T06] endings, invalid UTF-8 and a missing last newline survive', () => {
    const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
    const base = 'a\xff\r\nb\n\xc3(\nd\ne';
    const result = mergeContents({
      base: bytes(base),
      current: bytes(base.replace('b\n', 'b\r\n')),
      proposed: bytes(base.replace('e', 'E')),
    });
    expect(show(result)).toBe('a\xff\r\nb\r\n\xc3(\nd\nE');
  });

  it('[MT10] a million lines with a few edits merge without an overflow', () => {
    const base = numbered(1_000_000, 'line');
    const result = merge(base, base.replace('line 5\n', 'five\n'), base.replace('line 999990\n', 'nearly\n'));
    expect(result).toMatchObject({ status: 'clean', stats: { clean: 2, conflicts: 0 } });
  });
});
