// Elements of sequences that moved, or that stand in a neighbour's place.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seeds } from '../../../test/support/json-sides.ts';
import { LAW_TIMEOUT, lawRuns, lawSeed } from '../../../test/support/law-runs.ts';
import { randomDraw } from '../../../test/support/random-json.ts';
import { checkReceipt, type MergeResult, mergeContents, resolveConflict } from '../index.ts';

type Values = readonly unknown[];
type Triple = readonly [base: Values, current: Values, proposed: Values];

function merge([base, current, proposed]: Triple, engine = 'json'): MergeResult {
  const write = (values: Values): string => `${JSON.stringify({ list: values }, null, 2)}\n`;
  const input = { base: write(base), current: write(current), proposed: write(proposed), options: { engine } };
  const result = mergeContents(input);
  if (result.status === 'clean') expect(checkReceipt(input, result).problems).toEqual([]);
  return result;
}

const textOf = (content: Uint8Array | null): string => Buffer.from(content ?? []).toString();

/** The merged list, or the pointers and kinds of the conflicts. */
function outcome(triple: Triple, engine?: string): unknown {
  const result = merge(triple, engine);
  if (result.status === 'clean') return JSON.parse(textOf(result.content)).list;
  if (result.status === 'error') return result.message;
  return result.conflicts.map(({ at, kind }) => `${kind} ${'pointer' in at ? at.pointer : ''}`);
}

const swapped = ([base, current, proposed]: Triple): Triple => [base, proposed, current];

function ordersOf(values: readonly string[]): readonly (readonly string[])[] {
  if (values.length < 2) return [values];
  return values.flatMap((value, i) => ordersOf(values.toSpliced(i, 1)).map((rest) => [value, ...rest]));
}

const PAIRS = ['ab', 'ac', 'ad', 'bc', 'bd', 'cd'];

/** For each pair, whether its first one stands in front. */
const orderOf = (values: Values): readonly boolean[] => PAIRS.map(([a, b]) => values.indexOf(a) < values.indexOf(b));

/** A pair stays in front of each other only where both sides left it so. */
function wantedOrder(current: Values, proposed: Values): readonly boolean[] {
  const other = orderOf(proposed);
  return orderOf(current).map((isBefore, i) => isBefore && other[i] === true);
}

describe('elements that moved', () => {
  const base = ['a', 'b', 'c', 'd'];

  it('[MJ33] to two places, or away and out, are a clash; nothing stands twice, nothing comes back', () => {
    const away: Triple = [base, ['b', 'c', 'd', 'a'], ['b', 'a', 'c', 'd']];
    const out: Triple = [base, ['b', 'c', 'd', 'a'], ['b', 'c', 'd']];
    for (const triple of [away, out]) {
      for (const each of [triple, swapped(triple)]) expect(outcome(each)).toEqual(['content /list']);
    }
  });

  it('[MJ33] to one place on both sides, beside each other, or beside other changes, go together', () => {
    expect(outcome([base, ['b', 'a', 'c', 'd'], ['b', 'a', 'c', 'd', 'e']])).toEqual(['b', 'a', 'c', 'd', 'e']);
    expect(outcome([base, ['b', 'a', 'c', 'd'], ['a', 'b', 'd', 'c']])).toEqual(['b', 'a', 'd', 'c']);
    expect(outcome([base, ['b', 'c', 'd', 'a'], ['a', 'b', 'd']])).toEqual(['b', 'd', 'a']);
    // Who adds a value that the other side moves or removes has added one.
    expect(outcome([base, ['b', 'c', 'd'], ['a', 'b', 'c', 'd', 'a']])).toEqual(['b', 'c', 'd', 'a']);
  });

  it('[MJ35] past each other are a clash, and otherwise each side’s order holds', () => {
    const orders = ordersOf(base);
    for (const current of orders) {
      for (const proposed of orders) {
        const triple: Triple = [base, current, proposed];
        const found = outcome(triple);
        expect(outcome(swapped(triple)), JSON.stringify(triple)).toEqual(found);
        if (`${found}`.includes('/list')) continue;
        expect(orderOf(found as Values), JSON.stringify(triple)).toEqual(wantedOrder(current, proposed));
      }
    }
    const past: Triple = [
      ['a', 'b', 'c'],
      ['b', 'a', 'c'],
      ['a', 'c', 'b'],
    ];
    for (const engine of ['json', 'yaml']) expect(outcome(past, engine)).toEqual(['content /list']);
  });

  it('[MJ33] such a clash is settled as a whole', () => {
    const result = merge([base, ['b', 'c', 'd', 'a'], ['b', 'a', 'c', 'd']]);
    if (result.status !== 'conflict') throw new Error('not a conflict');
    const id = result.conflicts[0]?.id ?? '';
    const settled = resolveConflict(result, id, { use: 'proposed' });
    if (settled.status !== 'clean') throw new Error('not settled');
    expect(JSON.parse(textOf(settled.content)).list).toEqual(['b', 'a', 'c', 'd']);
    expect(checkReceipt(result.input, settled, { decided: true }).problems).toEqual([]);
  });

  it(
    '[MJ33] no value that nobody added stands more often than on the side that has it least often, and none is lost',
    () => {
      let clean = 0;
      fc.assert(
        fc.property(seeds, (seed) => {
          const draw = randomDraw(seed);
          const start = Array.from({ length: 2 + draw(6) }, () => draw(8));
          const edited = (): number[] => {
            const list = [...start];
            for (let edits = 1 + draw(3); edits > 0; edits--) {
              const [moved] = draw(4) === 0 ? [draw(8)] : list.splice(draw(list.length), 1);
              if (moved !== undefined && draw(3) > 0) list.splice(draw(list.length + 1), 0, moved);
            }
            return list;
          };
          const [ours, theirs] = [edited(), edited()];
          const found = outcome([start, ours, theirs]);
          const other = outcome([start, theirs, ours]);
          const isClean = Array.isArray(found) && typeof found[0] !== 'string';
          expect(Array.isArray(other) && typeof other[0] !== 'string').toBe(isClean);
          if (
            !isClean ||
            [start, ours].some((side) => String(side) === String(theirs)) ||
            String(start) === String(ours)
          )
            return;
          clean += 1;
          const times = (list: readonly unknown[], value: number): number =>
            list.filter((each) => each === value).length;
          for (let value = 0; value < 8; value++) {
            const [b, c, p] = [start, ours, theirs].map((list) => times(list, value)) as [number, number, number];
            if (c <= b && p <= b) expect(times(found, value)).toBeLessThanOrEqual(Math.min(c, p));
            if (c >= b && p >= b) expect(times(found, value)).toBeGreaterThanOrEqual(b);
          }
        }),
        { numRuns: lawRuns(1_000), seed: lawSeed(20_261_129) },
      );
      expect(clean).toBeGreaterThan(100);
    },
    LAW_TIMEOUT,
  );
});

describe('elements in a neighbour’s place', () => {
  const checkout = { uses: 'checkout@v4' };
  const setup = { uses: 'setup@v1' };
  const run = { run: 'npm test' };
  const withDepth = { ...checkout, with: { depth: 0 } };

  it('[MJ34] take no edit of what stood there before', () => {
    for (const engine of ['json', 'yaml']) {
      // One side takes the first out, changes the second and adds a third; the other side edits the first or the second.
      const ours = [{ uses: 'setup@v2' }, { run: 'npm ci' }, run];
      const first: Triple = [[checkout, setup, run], ours, [withDepth, setup, run]];
      const second: Triple = [[checkout, setup, run], ours, [checkout, { ...setup, with: { node: 20 } }, run]];
      for (const triple of [first, swapped(first)]) expect(outcome(triple, engine)).toEqual(['content /list/0']);
      for (const triple of [second, swapped(second)]) expect(outcome(triple, engine)).toEqual(['content /list/1']);
    }
    const named = (name: string, more: object = {}): object => ({ name, ...more });
    expect(
      outcome([
        [named('a', { v: 1 }), named('b', { v: 2 })],
        [named('b', { v: 9 }), named('x', { v: 8 })],
        [named('a', { v: 1, w: 1 }), named('b', { v: 2 })],
      ]),
    ).toEqual(['content /list/0']);
  });

  it('[MJ34] nor does an element that stood elsewhere before take the edit of the one that it stands in place of', () => {
    const [a, b, c] = ['new-ui', 'dark-mode', 'beta-pay'].map((name) => ({ name, on: false })) as [
      object,
      object,
      object,
    ];
    const edited = { ...c, on: true };
    for (const triple of [
      [
        [a, b, c],
        [a, b, edited],
        [b, a],
      ],
      [
        [a, b, c],
        [a, b, edited],
        [a, b, a],
      ],
      [
        [a, b, c],
        [a, b, { name: 'beta-pay' }],
        [b, a],
      ],
    ] as const) {
      for (const each of [triple, swapped(triple)]) expect(outcome(each)).toEqual(['content /list/2']);
    }
  });

  it('[MJ34] elements that both sides edit where they stand are merged member by member', () => {
    const base = [
      { n: 'a', v: 1 },
      { n: 'b', v: 2 },
    ];
    const ours = [
      { n: 'a', v: 3 },
      { n: 'b', v: 4 },
    ];
    const theirs = [
      { n: 'a', v: 1, w: 5 },
      { n: 'b', v: 2, w: 6 },
    ];
    const merged = [
      { n: 'a', v: 3, w: 5 },
      { n: 'b', v: 4, w: 6 },
    ];
    expect(outcome([base, ours, theirs])).toEqual(merged);
    expect(outcome([base, theirs, ours])).toEqual(merged);
    // As many members alike as with the neighbour: it stays what it was.
    expect(
      outcome([
        [
          { n: 'a', v: 1 },
          { n: 'b', v: 2 },
        ],
        [
          { n: 'a', v: 2 },
          { n: 'b', v: 1 },
        ],
        [
          { n: 'a', v: 1, w: 5 },
          { n: 'b', v: 2 },
        ],
      ]),
    ).toEqual([
      { n: 'a', v: 2, w: 5 },
      { n: 'b', v: 1 },
    ]);
  });
});
