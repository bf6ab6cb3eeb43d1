import { describe, expect, it } from 'vitest';
import { checkReceipt, type MergeInput, type MergeResult, mergeContents, type Receipt } from './index.ts';

const options = { engine: 'append' };
const inputOf = (base: string | null, current: string, proposed: string): MergeInput => ({
  base: base === null ? null : Buffer.from(base),
  current: Buffer.from(current),
  proposed: Buffer.from(proposed),
  options,
});
const contentOf = (result: MergeResult): string | undefined =>
  result.status === 'clean' ? Buffer.from(result.content ?? '').toString() : undefined;

describe('append', () => {
  it('[MT20] the stored records come first, then the new ones, and the receipt holds', () => {
    for (const [base, current, proposed, expected] of [
      ['a\n', 'a\nb\n', 'a\nc\n', 'a\nb\nc\n'],
      [null, 'b\n', 'c\n', 'b\nc\n'],
      ['', 'b', 'c', 'b\nc'],
      ['a\r\n', 'a\r\nb', 'a\r\nc', 'a\r\nb\r\nc'],
      ['a', 'a\nb', 'a\nc', 'a\nb\nc'],
    ] as const) {
      const input = inputOf(base, current, proposed);
      const result = mergeContents(input);
      expect(contentOf(result)).toBe(expected);
      expect(checkReceipt(input, result).problems).toEqual([]);
    }
  });

  it('[MT20] the receipt names current for a last line of the base that current went on with, or only ended', () => {
    const went: Receipt['entries'] = [
      { action: 'removed', by: ['current'], base: [0, 1] },
      { action: 'added', by: ['current'], result: [0, 1] },
      { action: 'added', by: ['proposed'], result: [1, 2] },
    ];
    const begun: Receipt['entries'] = [
      { action: 'kept', by: [], base: [0, 1], result: [0, 1] },
      { action: 'added', by: ['current'], result: [1, 2] },
      { action: 'added', by: ['proposed'], result: [2, 3] },
    ];
    for (const [current, proposed, expected, entries] of [
      ['ab', 'a\nc', 'ab\nc', went],
      ['a\n', 'ac', 'a\nc', went],
      ['a\r\n', 'ac', 'a\r\nc', went],
      ['a\nb', 'ac', 'a\nb\nc', begun],
      ['a\r\nb', 'a\r\nc', 'a\r\nb\r\nc', begun],
    ] as const) {
      const input = inputOf('a', current, proposed);
      const result = mergeContents(input);
      if (result.status !== 'clean') throw new Error('not clean');
      expect([contentOf(result), result.receipt.entries]).toEqual([expected, entries]);
      expect(checkReceipt(input, result).problems).toEqual([]);
      const wrong = { ...result.receipt, entries: entries === went ? begun : went };
      expect(checkReceipt(input, { ...result, receipt: wrong }).ok).toBe(false);
    }
  });

  it('[MT20] anything else than adding at the end is a conflict', () => {
    for (const [current, proposed] of [
      ['A\nb\n', 'a\nc\n'],
      ['a\nb\n', 'c\n'],
      ['', 'a\nc\n'],
    ] as const) {
      const result = mergeContents(inputOf('a\n', current, proposed));
      expect(result).toMatchObject({ status: 'conflict', conflicts: [{ kind: 'not-append-only' }] });
    }
  });

  it('[T07] records without a newline are not glued, and equal contents are taken once', () => {
    let log = 'start';
    for (let i = 0; i < 200; i++) {
      const result = mergeContents(inputOf('start', log, `start\nrecord ${i}`));
      log = contentOf(result) ?? '';
    }
    expect(log.split('\n')).toEqual(['start', ...Array.from({ length: 200 }, (_, i) => `record ${i}`)]);
    expect(contentOf(mergeContents(inputOf('a\n', 'a\nb\n', 'a\nb\n')))).toBe('a\nb\n');
  });

  it('[T07] ten thousand appenders from one base: each record once, in the order of the merges', () => {
    let log: Uint8Array = Buffer.from('start');
    for (let i = 0; i < 10_000; i++) {
      const record = i % 2 === 0 ? `\nrecord ${i}` : `record ${i}`;
      const proposed = Buffer.from(`start${record}`);
      const result = mergeContents({ base: Buffer.from('start'), current: log, proposed, options });
      log = (result.status === 'clean' ? result.content : null) ?? Buffer.from('');
    }
    const records = Array.from({ length: 9_999 }, (_, i) => `record ${i + 1}`);
    expect(Buffer.from(log).toString().split('\n')).toEqual(['start', 'record 0', ...records]);
  });

  it('[MT15] a lost record, a record too many and a changed receipt are found out', () => {
    const input = inputOf('a\n', 'a\nb\n', 'a\nc\n');
    const result = mergeContents(input);
    if (result.status !== 'clean') throw new Error('not clean');
    for (const content of ['a\nb\n', 'a\nc\n', 'a\nb\nb\nc\n', 'a\nb\nX\nc\n', '']) {
      expect(checkReceipt(input, { ...result, content: Buffer.from(content) }).ok).toBe(false);
    }
    const lost = checkReceipt(input, { ...result, content: Buffer.from('a\nc\n') });
    expect(lost.dropped).toMatchObject([{ side: 'current', line: 1 }]);
    const receipt = { ...result.receipt, entries: result.receipt.entries.slice(1) };
    expect(checkReceipt(input, { ...result, receipt }).ok).toBe(false);
  });
});
