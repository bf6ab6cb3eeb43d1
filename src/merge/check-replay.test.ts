// The checker against the plainest reading of a ledger: lists of lines, put together entry by entry.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReceiptEntry } from '../core/receipt.ts';
import { checkLedger } from './check-ledger.ts';
import type { CleanMerge, MergeInput } from './types.ts';

type Side = 'current' | 'proposed';
type Step = { readonly action: 'kept' | 'removed' | 'added'; readonly by: readonly Side[]; readonly lines: number };

const who = fc.constantFrom<readonly Side[]>(['current'], ['proposed'], ['current', 'proposed']);
const step: fc.Arbitrary<Step> = fc.record({
  action: fc.constantFrom('kept', 'kept', 'removed', 'added'),
  by: who,
  lines: fc.integer({ min: 0, max: 3 }),
});
// Few words, so that what is wrong often reads the same.
const line = fc.constantFrom('a\n', 'b\n', '\n');

interface Drawn {
  readonly entries: readonly ReceiptEntry[];
  readonly texts: Readonly<Record<'base' | 'result' | Side, readonly string[]>>;
}

/** A ledger that is true, and the four texts it tells of. */
function drawnFrom(steps: readonly Step[], lines: readonly string[]): Drawn {
  const texts = { base: [] as string[], result: [] as string[], current: [] as string[], proposed: [] as string[] };
  let at = 0;
  const entries = steps.map(({ action, by, lines: count }): ReceiptEntry => {
    const these = Array.from({ length: count }, () => lines[at++ % lines.length] ?? '\n');
    const [base, result] = [texts.base.length, texts.result.length];
    if (action !== 'added') texts.base.push(...these);
    if (action !== 'removed') texts.result.push(...these);
    for (const side of ['current', 'proposed'] as const) {
      if (action === 'kept' || by.includes(side) === (action === 'added')) texts[side].push(...these);
    }
    return {
      ...{ action, by: action === 'kept' ? [] : by },
      ...(action === 'added' ? {} : { base: [base, base + count] }),
      ...(action === 'removed' ? {} : { result: [result, result + count] }),
    };
  });
  return { entries, texts };
}

/** What a ledger has to tell, line by line. */
function isTrue({ entries, texts }: Drawn): boolean {
  const sides = { current: [] as string[], proposed: [] as string[] };
  let [base, result] = [0, 0];
  for (const { action, by, base: [from, to] = [0, 0], result: [first, last] = [0, 0] } of entries) {
    const before = texts.base.slice(from, to);
    const after = texts.result.slice(first, last);
    [base, result] = [base + to - from, result + last - first];
    if (action === 'kept' && before.join('|') !== after.join('|')) return false;
    for (const side of ['current', 'proposed'] as const) {
      if (action === 'removed' && !by.includes(side)) sides[side].push(...before);
      if (action === 'kept' || (action === 'added' && by.includes(side))) sides[side].push(...after);
    }
  }
  const isCovered = base === texts.base.length && result === texts.result.length;
  return (
    isCovered && (['current', 'proposed'] as const).every((side) => sides[side].join('|') === texts[side].join('|'))
  );
}

function isProved({ entries, texts }: Drawn): boolean {
  const bytes = (lines: readonly string[]): Uint8Array => Buffer.from(lines.join(''));
  const { base, result, current, proposed } = texts;
  const input: MergeInput = { base: bytes(base), current: bytes(current), proposed: bytes(proposed) };
  const stats = { engine: 'text', clean: 0, conflicts: 0 };
  const merge: CleanMerge = {
    status: 'clean',
    ...{ content: bytes(result), receipt: { engine: 'text', entries }, stats, notes: [] },
  };
  return checkLedger(input, merge, false).length === 0;
}

const drawn = fc
  .tuple(fc.array(step, { maxLength: 12 }), fc.array(line, { minLength: 1, maxLength: 9 }))
  .map(([steps, lines]) => drawnFrom(steps, lines));

describe('the checker of ledgers', () => {
  it('[MT15] a true ledger is proved, whichever text its stretches are found in', () => {
    fc.assert(
      fc.property(drawn, (made) => {
        expect(isProved(made)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('[MT15] a text with a line less or another one is found out where its ledger is not true of it any more', () => {
    const where = fc.constantFrom('base', 'result', 'current', 'proposed');
    fc.assert(
      fc.property(drawn, where, fc.nat(), fc.option(line, { nil: undefined }), (made, which, at, instead) => {
        const lines = [...made.texts[which]];
        if (lines.length === 0) return;
        lines.splice(at % lines.length, 1, ...(instead === undefined ? [] : [instead]));
        const changed = { ...made, texts: { ...made.texts, [which]: lines } };
        expect(isProved(changed)).toBe(isTrue(changed));
      }),
      { numRuns: 1000 },
    );
  });

  it('[MT15] a line that is kept in the result with another end is found on a side as the base has it', () => {
    const input: MergeInput = {
      base: Buffer.from('a\r\nb\n'),
      current: Buffer.from('a\r\nb\n'),
      proposed: Buffer.from('a\n'),
      options: { eol: 'auto' },
    };
    const entries: readonly ReceiptEntry[] = [
      { action: 'kept', by: [], base: [0, 1], result: [0, 1] },
      { action: 'removed', by: ['proposed'], base: [1, 2] },
    ];
    const stats = { engine: 'text', clean: 1, conflicts: 0 };
    const receipt = { engine: 'text', entries };
    const merge: CleanMerge = { status: 'clean', content: Buffer.from('a\n'), receipt, stats, notes: [] };
    expect(checkLedger(input, merge, false)).toEqual([]);
    expect(checkLedger({ ...input, options: {} }, merge, false)).not.toEqual([]);
    expect(checkLedger({ ...input, current: Buffer.from('a\r\nc\n') }, merge, false)).not.toEqual([]);
  });
});
