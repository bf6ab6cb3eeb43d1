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

  const table = (...members: readonly string[]): string => `{\n  ${members.join('\n  ')}\n}\n`;

  it('[MJ12] one on a member that both sides added without a base is there, and two of them clash', () => {
    const [plain, why] = [table('"a": 1'), table('// why', '"a": 1,', '"b": 2')];
    expect(clean(null, plain, why)).toBe(why);
    expect(merge(null, table('// here', '"a": 1'), why)).toMatchObject({
      status: 'conflict',
      conflicts: [{ at: { pointer: '' }, reason: expect.stringContaining('comment') }],
    });
  });

  it('[MJ12] none is there twice, comes back or is lost, whichever member it seems to belong to', () => {
    const base = table('"lib": [],', '// "allow": true,', '/* Strict */', '"strict": true,', '"paths": {}');
    const lib = base.replace('[]', '["x"]');
    const gone = base.replace('  "strict": true,\n', '');
    const between = base.replace('  /* Strict */', '  "more": 1,\n  /* Strict */');
    const first = table('"a": 1,', '"c": 3');
    for (const [before, mine, other, wanted] of [
      [base, lib, gone, gone.replace('[]', '["x"]')],
      [base, lib, between, between.replace('[]', '["x"]')],
      [first, table('"a": 1,', '"c": 4'), table('// "a": 1,', '"c": 3'), table('// "a": 1,', '"c": 4')],
    ] as const) {
      expect(clean(before, mine, other)).toBe(wanted);
      expect(clean(before, other, mine)).toBe(wanted);
    }
    const back = merge(base, base.replace('// "allow"', '"allow"'), gone.replace('  /* Strict */\n', ''));
    expect(back).toMatchObject({ status: 'conflict', conflicts: [{ at: { pointer: '' } }] });
  });

  it('[MJ12] one in front of a closing bracket has the indent of what stands there', () => {
    const base = table('"a": 1,', '"b": {', '  "c": 2', '}');
    const other = table('"a": 1,', '"b": {', '  "c": 2', '  // inner', '}', '', '/*', ' * outer', ' */');
    expect(clean(base, base.replace('1', '9'), other)).toBe(other.replace('1', '9'));
  });
});
