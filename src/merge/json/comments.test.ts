// Comments of JSONC stand at the member or element that they were written for, also where that one moved.
import { describe, expect, it } from 'vitest';
import { mergeContents } from '../merge.ts';
import type { MergeOptions, MergeResult } from '../types.ts';

function merge(base: string | null, current: string, proposed: string, options: MergeOptions = {}): MergeResult {
  return mergeContents({ base, current, proposed, options: { engine: 'json', format: 'jsonc', ...options } });
}

function clean(...sides: Parameters<typeof merge>): string {
  const result = merge(...sides);
  if (result.status !== 'clean') throw new Error(JSON.stringify(result));
  return Buffer.from(result.content ?? []).toString();
}

const lines = (...elements: readonly string[]): string => `[\n  ${elements.join('\n  ')}\n]\n`;

describe('comments of elements', () => {
  it('[MJ32] one that proposed wrote goes where current moved its element', () => {
    const base = lines('{"id": 1},', '{"id": 2},', '{"id": 3}');
    const moved = lines('{"id": 2},', '{"id": 3},', '{"id": 1}');
    const commented = lines('{"id": 1},', '// second', '{"id": 2}, // two', '{"id": 3}');
    expect(clean(base, moved, commented)).toBe(lines('// second', '{"id": 2}, // two', '{"id": 3},', '{"id": 1}'));
  });

  it('[MJ32] one behind an element that proposed moved does not end up behind its neighbour', () => {
    const base = lines('{"id": 1},', '{"id": 2},', '{"id": 3}');
    const current = lines('{"id": 1}, // one', '{"id": 2},', '{"id": 3}');
    const moved = lines('{"id": 1},', '{"id": 3},', '{"id": 2} // two');
    expect(clean(base, current, moved)).toBe(lines('{"id": 1}, // one', '{"id": 3},', '{"id": 2} // two'));
  });

  it('[MJ32] sequences that keep their length while their elements shift are no different', () => {
    const base = lines('"a",', '"b",', '"c"');
    const shifted = lines('"b",', '"c",', '"d"');
    expect(clean(base, shifted, lines('"a",', '"b", // bee', '"c"'))).toBe(lines('"b", // bee', '"c",', '"d"'));
  });

  it('[MJ32] in a set, a comment stays with its value and is not copied to another one', () => {
    const options: MergeOptions = { arrays: { '': 'set' } };
    const base = lines('"a",', '"b"');
    expect(clean(base, lines('"x",', '"b"'), lines('// bee', '"b"'), options)).toBe(lines('"x",', '// bee', '"b"'));
    const result = merge(base, lines('"x",', '"b"'), lines('// first', '"a",', '"b"'), options);
    const content = result.status === 'clean' ? result.content : result.status === 'conflict' ? result.partial : null;
    expect(Buffer.from(content ?? []).toString()).not.toContain('// first\n  "x"');
  });
});

describe('comments that have no place of their own', () => {
  it('[MJ12] what follows a line comment in a document of one line gets a line of its own', () => {
    expect(clean('{"a": 1, "b": 2}', '{"a": 3, "b": 2}', '{\n  "a": 1, // why\n  "b": 2\n}')).toBe(
      '{"a": 3, // why\n "b": 2}',
    );
  });

  it('[MJ12] one on a member that both sides added without a base clashes, and is not lost', () => {
    const result = merge(null, '{\n  "a": 1\n}\n', '{\n  // why\n  "a": 1,\n  "b": 2\n}\n');
    expect(result).toMatchObject({
      status: 'conflict',
      conflicts: [{ at: { pointer: '' }, reason: expect.stringContaining('comment') }],
    });
    expect(clean(null, '{\n  "a": 1\n}\n', '{\n  "a": 1,\n  // why\n  "b": 2\n}\n')).toBe(
      '{\n  "a": 1,\n  // why\n  "b": 2\n}\n',
    );
  });
});
