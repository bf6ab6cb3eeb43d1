import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { put, setUp, tokenOf } from '../../test/support/entente.ts';
import type { Receipt, ReceiptEntry } from '../core/receipt.ts';
import { type MergeResult, mergeContents } from '../merge/index.ts';
import { merge } from '../strategies/merge.ts';
import { parseReceipt, receiptBytes } from './kept-receipt.ts';

const lines = fc.nat({ max: 3 });
const range = fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 9 }));

/** Runs of lines as an engine says them, and entries that are like nothing that one says. */
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ step: fc.constantFrom('kept', 'added', 'removed'), lines }) },
    {
      weight: 1,
      arbitrary: fc.record(
        {
          action: fc.constantFrom('kept', 'added', 'removed', 'dropped', 'woven'),
          by: fc.array(fc.constantFrom('current', 'proposed'), { maxLength: 2 }),
          base: range,
          result: range,
          from: range,
          pointer: fc.string(),
        },
        { requiredKeys: ['action', 'by'] },
      ),
    },
  ),
);
const sides = fc.constantFrom([], ['current'], ['proposed'], ['current', 'proposed']);

function receiptOf(drawn: readonly object[], by: readonly string[]): Receipt {
  const place = { base: 0, result: 0 };
  const entries = drawn.map((one): ReceiptEntry => {
    if (!('step' in one)) {
      const odd = one as ReceiptEntry;
      if (odd.base !== undefined) place.base = odd.base[1];
      if (odd.result !== undefined) place.result = odd.result[1];
      return odd;
    }
    const { step, lines: count } = one as { readonly step: 'kept' | 'added' | 'removed'; readonly lines: number };
    const next = { base: place.base + count, result: place.result + count };
    const base = step === 'added' ? {} : { base: [place.base, next.base] as const };
    const result = step === 'removed' ? {} : { result: [place.result, next.result] as const };
    if (step !== 'added') place.base = next.base;
    if (step !== 'removed') place.result = next.result;
    return { action: step, by: by as ReceiptEntry['by'], ...base, ...result };
  });
  return { engine: 'text', entries };
}

describe('kept receipts', () => {
  it('[PR8] what is read is the receipt that was made, whatever its entries are', () => {
    fc.assert(
      fc.property(steps, sides, fc.boolean(), (drawn, by, hasNotes) => {
        const notes = hasNotes ? { notes: [{ code: 'runs', message: 'k3' }] } : {};
        const receipt = { ...receiptOf(drawn, by), ...notes };
        expect(parseReceipt(receiptBytes(receipt))).toEqual(receipt);
      }),
      { numRuns: 2000 },
    );
  });

  it('[PR8] sides, ranges and fields that no entry should have are kept as they are', () => {
    const odd = [
      { action: 'kept', by: [], base: [0, 2], result: [0, 1] },
      { action: 'added', by: ['constructor'], result: [1, 2] },
      { action: 'removed', by: ['current'], base: [2, 1] },
      { action: 'removed', by: ['current'], base: [1, 1.5] },
      { action: 'added', by: ['current'], result: [2, 3], more: 1 },
    ];
    const receipt = { engine: 'own', entries: odd } as unknown as Receipt;
    expect(parseReceipt(receiptBytes(receipt))).toEqual(receipt);
  });

  it('[PR8] lines that follow one another are words', () => {
    const side = (...texts: readonly string[]): Uint8Array => Buffer.from(texts.map((text) => `${text}\n`).join(''));
    const merged = mergeContents({
      base: side('a', 'b', 'c', 'd', 'e'),
      current: side('A', 'b', 'c', 'd', 'e'),
      proposed: side('a', 'b', 'c', 'd', 'E', 'f'),
    });
    if (merged.status !== 'clean') throw new Error(merged.status);
    expect(Buffer.from(receiptBytes(merged.receipt)).toString()).toBe(
      '{"engine":"text","runs":["rc1 ac1 k3 rp1 ap2"]}',
    );
  });

  it.each([
    ['without sides', [{ action: 'kept' }]],
    ['that are nothing', [null]],
    ['with ranges that are none', [{ action: 'removed', by: ['current'], base: null }]],
    ['that are texts', ['k3', 'own words']],
    [
      'with texts in ranges',
      [
        { action: 'removed', by: [], base: [0, '5'] },
        { action: 'removed', by: [], base: ['5', 8] },
      ],
    ],
  ])('[PR8] entries %s, of an engine of others, are told and read again as it made them', async (_, entries) => {
    const { entente } = setUp({ default: merge('own') });
    const receipt = { engine: 'own', entries } as unknown as Receipt;
    const made = { status: 'clean', content: Buffer.from('both'), receipt } as unknown as MergeResult;
    entente.registerEngine('own', () => made);
    await put(entente, 'a.md', 'base');
    const token = await tokenOf(entente, 'a.md', 'writer');
    await put(entente, 'a.md', 'theirs');
    for (let sent = 0; sent < 2; sent += 1)
      expect(await entente.commitOrResolve(token, { content: 'mine' })).toMatchObject({ status: 'merged', receipt });
  });

  it('[PR8] a receipt of others with runs of its own is read as it was, also one from before', () => {
    const receipt = { engine: 'own', entries: [], runs: ['k1'] } as unknown as Receipt;
    expect(parseReceipt(receiptBytes(receipt))).toEqual(receipt);
    expect(parseReceipt(Buffer.from(JSON.stringify(receipt)))).toEqual(receipt);
  });

  it('[PR8] one that is kept written out is read all the same', () => {
    const written: Receipt = { engine: 'text', entries: [{ action: 'kept', by: [], base: [0, 2], result: [0, 2] }] };
    expect(parseReceipt(Buffer.from(JSON.stringify(written)))).toEqual(written);
  });
});
