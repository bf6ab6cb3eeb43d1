import { describe, expect, it } from 'vitest';
import { bytesOfLines, equalBackward, equalForward, equalLine, type Lines, splitLines } from './lines.ts';

const of = (text: string): Lines => splitLines(Buffer.from(text, 'latin1'));
const all = (lines: Lines): string[] =>
  Array.from({ length: lines.count }, (_, i) => Buffer.from(bytesOfLines(lines, i, i + 1)).toString('latin1'));

describe('lines', () => {
  it('[MT1] only a newline ends a line, and it belongs to it', () => {
    expect(all(of(''))).toEqual([]);
    expect(all(of('a\nb'))).toEqual(['a\n', 'b']);
    expect(all(of('a\r\nb\rc\x0cd\x85e\n\n'))).toEqual(['a\r\n', 'b\rc\x0cd\x85e\n', '\n']);
    expect(all(splitLines(Buffer.from('x\u2028y\u2029z\n'))).length).toBe(1);
  });

  it('[MT1] a view at any offset into a larger buffer splits alike', () => {
    const text = 'one\ntwo\n\nthree and four\n\xff\xfe\nlast';
    for (let offset = 0; offset < 8; offset++) {
      const room = Buffer.alloc(64);
      room.write(text, offset, 'latin1');
      const view = new Uint8Array(room.buffer, room.byteOffset + offset, text.length);
      expect(all(splitLines(view)).join('')).toBe(text);
      expect(splitLines(view).count).toBe(6);
    }
  });

  it('[MT1] a million lines are split without a stack', () => {
    expect(splitLines(Buffer.from('x\n'.repeat(1_000_000))).count).toBe(1_000_000);
  });

  it('[MT6] the shared beginning and end are what comparing line by line finds', () => {
    const long = Array.from({ length: 3_000 }, (_, i) => `line ${i} ${'x'.repeat(i % 40)}\n`);
    for (const at of [0, 1, 7, 8, 9, 500, 1_777, 2_998, 2_999]) {
      for (const other of ['changed\n', '', `line ${at}`, `line ${at} ${'x'.repeat(at % 40)}y\n`]) {
        const a = of(long.join(''));
        const b = of(long.map((line, i) => (i === at ? other : line)).join(''));
        let head = 0;
        while (head < Math.min(a.count, b.count) && equalLine(a, head, b, head)) head += 1;
        expect(equalForward(a, 0, b, 0)).toBe(head);
        const limit = Math.min(a.count, b.count) - head;
        let tail = 0;
        while (tail < limit && equalLine(a, a.count - tail - 1, b, b.count - tail - 1)) tail += 1;
        expect(equalBackward(a, b, limit)).toBe(tail);
      }
    }
  });
});
