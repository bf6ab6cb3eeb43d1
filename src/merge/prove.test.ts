// A clean merge counts only when the independent checker has proved it.
import { describe, expect, it } from 'vitest';
import { mergeContents } from './merge.ts';
import { mergeProved, proved, UNPROVED } from './prove.ts';
import type { CleanMerge, MergeResult } from './types.ts';

const text = { base: 'a\nb\nc\nd\ne\n', current: 'A\nb\nc\nd\ne\n', proposed: 'a\nb\nc\nd\nE\n' };
const json = { base: '{"a":1,"b":2}', current: '{"a":3,"b":2}', proposed: '{"a":1,"b":4}', path: 'x.json' };
const log = { base: '1\n', current: '1\n2\n', proposed: '1\n3\n', options: { engine: 'append' } };

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

function cleanOf(result: MergeResult): CleanMerge {
  if (result.status !== 'clean') throw new Error(`the merge is ${result.status}`);
  return result;
}

describe('proved merges', () => {
  it('[PR1] a merge that the checker proves is the merge, of every engine', () => {
    for (const sides of [text, json, log]) expect(mergeProved(sides)).toEqual(mergeContents(sides));
    expect(mergeProved({ ...text, current: text.base }).status).toBe('clean');
    expect(mergeProved({ base: 'a', current: 'b', proposed: 'c' }).status).toBe('conflict');
  });

  it('[PR1] a result that lost something is a conflict of the whole value, with all three sides in it', () => {
    for (const sides of [text, json, log]) {
      const right = cleanOf(mergeContents(sides));
      for (const wrong of [
        { ...right, content: Buffer.from(sides.current) },
        { ...right, content: null },
        { ...right, receipt: { ...right.receipt, entries: right.receipt.entries.slice(1) } },
        { ...right, receipt: { ...right.receipt, entries: [null as never] } },
      ]) {
        const result = proved(sides, wrong);
        expect(result).toMatchObject({
          status: 'conflict',
          partial: bytes(sides.current),
          conflicts: [
            {
              at: { pointer: '' },
              base: bytes(sides.base),
              current: bytes(sides.current),
              proposed: bytes(sides.proposed),
              reason: expect.stringContaining('does not prove itself'),
            },
          ],
          notes: [{ code: UNPROVED }],
        });
      }
    }
  });

  it('[PR2] a receipt under a name that is not ours passes: nobody could check it', () => {
    const own = {
      ...cleanOf(mergeContents(text)),
      content: Buffer.from('mine'),
      receipt: { engine: 'own', entries: [] },
    };
    expect(proved(text, own)).toBe(own);
  });
});
