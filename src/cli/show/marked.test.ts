// Marked merges on random documents: what stands between markers is exactly what is not decided, and the markers lead
// back to the sides.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAW_TIMEOUT, lawRuns } from '../../../test/support/law-runs.ts';
import { randomMerges } from '../../../test/support/merges.ts';
import { edit, printModel, randomDraw, randomModel, styleFor } from '../../../test/support/random-json.ts';
import { mergeContents } from '../../merge/index.ts';
import { equalValues } from '../../merge/json/equal.ts';
import { isParseFailure, parseJson } from '../../merge/json/parse.ts';
import * as T from '../../merge/json/tape.ts';
import { type Marked, type MarkedInput, mergeMarked } from './marked.ts';
import { type Unmarked, unmark } from './unmark.ts';

const labels = { base: 'base', current: 'current', proposed: 'proposed' };
const common = { labels, size: 7 } as const;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (content: Uint8Array): string => Buffer.from(content).toString('latin1');

/** Random documents printed with one member a line, as files are. */
function documents(seed: number): Pick<MarkedInput, 'current' | 'proposed'> & { readonly base: Uint8Array } {
  const draw = randomDraw(seed);
  const base = randomModel(draw, 4);
  const style = styleFor(draw);
  const side = (): Uint8Array => bytes(printModel(edit(draw, base, 1 + draw(4)), style));
  return { base: bytes(printModel(base, style)), current: side(), proposed: side() };
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  const [left, right] = [parseJson(a), parseJson(b)];
  if (isParseFailure(left) || isParseFailure(right)) throw new Error(`no JSON:\n${text(a)}\n${text(b)}`);
  return equalValues(left, T.ROOT, right, T.ROOT);
}

function openOf(marked: Marked): Unmarked {
  const found = marked.status === 'conflict' ? unmark(marked.content, 'x') : undefined;
  if (found === undefined) throw new Error('a conflict without markers');
  return found;
}

describe('marked merges', () => {
  it(
    '[GI2] with all markers decided for one side, a document is the merge decided for that side',
    () => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 0x7fffffff }), (seed) => {
          const sides = documents(seed);
          const marked = mergeMarked({ ...sides, ...common, path: 'x.json', style: 'diff3' });
          if (marked.status !== 'conflict') return;
          // Where the base cannot be shown, the markers have two parts, and there is nothing to take apart.
          if (!marked.based) return;
          const open = openOf(marked);
          for (const favor of ['current', 'proposed'] as const) {
            const favoured = mergeContents({ ...sides, path: 'x.json', options: { favor } });
            if (favoured.status === 'clean') expect(equal(open[favor], favoured.content as Uint8Array)).toBe(true);
          }
        }),
        { numRuns: lawRuns(1000), seed: 20_241_128 },
      );
    },
    LAW_TIMEOUT,
  );

  it('[GI10] a text that is taken apart has the sides of its conflicts, and the merge everywhere else', () => {
    // A side that ends without a newline gets one before the next marker.
    const ended = (content: Uint8Array): string => text(content).replace(/\r?\n$/, '');
    for (const style of ['diff3', 'zdiff3'] as const) {
      for (const { base, current, proposed } of randomMerges(500, 7)) {
        const sides = { base: bytes(base), current: bytes(current), proposed: bytes(proposed) };
        const marked = mergeMarked({ ...sides, ...common, path: 'x.txt', style });
        if (marked.status !== 'conflict') continue;
        const open = openOf(marked);
        for (const favor of ['current', 'proposed'] as const) {
          const favoured = mergeContents({ ...sides, path: 'x.txt', options: { favor } });
          const expected = favoured.status === 'clean' ? ended(favoured.content ?? new Uint8Array()) : favoured.status;
          expect(ended(open[favor])).toBe(expected);
        }
      }
    }
  });

  it('[GI11] whatever lines of markers are in it, a file is taken apart whole or refused with the line', () => {
    const marks = ['<', '|', '=', '>'].flatMap((mark) => [
      mark.repeat(7),
      `${mark.repeat(7)} x`,
      mark.repeat(9),
      `${mark.repeat(6)} x`,
    ]);
    const line = fc.oneof(
      { weight: 1, arbitrary: fc.constantFrom('a', '', 'b\r') },
      { weight: 2, arbitrary: fc.constantFrom(...marks) },
    );
    const inOrder = fc
      .tuple(fc.array(line, { maxLength: 2 }), fc.array(line, { maxLength: 2 }))
      .map(([a, b]) => ['<<<<<<< x', ...a, '||||||| x', 'base', '=======', ...b, '>>>>>>> x']);
    const lines = fc
      .array(
        fc.oneof(
          line.map((one) => [one]),
          inOrder,
        ),
        { maxLength: 6 },
      )
      .map((parts) => parts.flat());
    fc.assert(
      fc.property(lines, fc.boolean(), (all, ends) => {
        const content = all.join('\n') + (ends ? '\n' : '');
        let open: Unmarked | undefined;
        try {
          open = unmark(bytes(content), 'x');
        } catch (error) {
          expect(error).toMatchObject({ code: 'markers-left', details: { line: expect.any(Number) } });
          return;
        }
        const opened = all.filter((one) => /^<{7}( |$)/.test(one)).length;
        if (open === undefined) {
          expect(opened).toBe(0);
          return;
        }
        const sides = [open.base, open.current, open.proposed].flatMap((side) => text(side).split('\n'));
        expect(all.filter((one) => !/^[<|=>]{7}( |$)/.test(one) && !sides.includes(one))).toEqual([]);
        expect(open.conflicts).toBe(opened);
      }),
      { numRuns: lawRuns(3000), seed: 7 },
    );
  });

  it.each([
    ['x.yaml', ['a: 1\nb: 1\nc: 1\n', 'a: 2\nb: 5\nc: 1\n', 'a: 3\nb: 1\nc: 7\n'], 'a: 2', 'b: 5\nc: 7\n'],
    ['x.toml', ['a = 1\nb = 1\nc = 1\n', 'a = 2\nb = 5\nc = 1\n', 'a = 3\nb = 1\nc = 7\n'], 'a = 2', 'b = 5\nc = 7\n'],
  ] as const)('[GI2] other structures too: %s', (path, [base, current, proposed], own, rest) => {
    const sides = { base: bytes(base), current: bytes(current), proposed: bytes(proposed) };
    const marked = mergeMarked({ ...sides, ...common, path, style: 'merge' });
    const other = own.replace('2', '3');
    expect(marked).toMatchObject({ status: 'conflict', conflicts: 1 });
    expect(marked.status === 'conflict' && text(marked.content)).toBe(
      `<<<<<<< current\n${own}\n=======\n${other}\n>>>>>>> proposed\n${rest}`,
    );
  });

  it('[GI5] a lock file is never marked: current stays, with the advice', () => {
    const sides = { base: bytes('{"a":1}'), current: bytes('{"a":2}'), proposed: bytes('{"a":3}') };
    expect(mergeMarked({ ...sides, ...common, path: 'package-lock.json', style: 'merge' })).toEqual({
      status: 'unmarked',
      engine: 'lock',
      reasons: [expect.stringContaining('npm install')],
    });
  });
});
