// Laws of the append engine and of lock files, on random texts: mostly grown from one base, sometimes changed in it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAW_TIMEOUT, lawRuns, lawSeed } from '../../test/support/law-runs.ts';
import { checkReceipt, type MergeInput, type MergeResult, mergeContents } from './index.ts';

const SEED = lawSeed(57);
const options = { seed: SEED, numRuns: lawRuns(5_000) };

const line = fc.constantFrom('a', 'b', '', 'é', 'x\r', '=======');
const text = fc
  .tuple(fc.array(line, { maxLength: 6 }), fc.boolean())
  .map(([lines, ended]) => lines.join('\n') + (ended && lines.length > 0 ? '\n' : ''));
const grown = fc
  .record({ base: text, mine: text, theirs: text })
  .map(({ base, mine, theirs }) => ({ base, current: base + mine, proposed: base + theirs }));
const any = fc.record({ base: text, current: text, proposed: text });
const triple = fc.oneof({ arbitrary: grown, weight: 4 }, { arbitrary: any, weight: 1 });

interface Sides {
  readonly base: string;
  readonly current: string;
  readonly proposed: string;
}

const bytes = (content: string): Uint8Array => Buffer.from(content);
const show = (side: Uint8Array | null): string | null => (side === null ? null : Buffer.from(side).toString());
const inputOf = ({ base, current, proposed }: Sides, path = 'a.log'): MergeInput => ({
  base: bytes(base),
  current: bytes(current),
  proposed: bytes(proposed),
  path,
  ...(path === 'a.log' ? { options: { engine: 'append' } } : {}),
});
const contentOf = (result: MergeResult): string | null => (result.status === 'clean' ? show(result.content) : null);

describe(`laws of append and of lock files, seed ${SEED}`, { timeout: LAW_TIMEOUT }, () => {
  for (const [rule, path] of [
    ['MT20', 'a.log'],
    ['LK1', 'yarn.lock'],
  ] as const) {
    it(`[${rule}] what one side alone changed, or both in the same way, is the result`, () => {
      fc.assert(
        fc.property(text, text, (b, x) => {
          expect(contentOf(mergeContents(inputOf({ base: b, current: b, proposed: x }, path)))).toBe(x);
          expect(contentOf(mergeContents(inputOf({ base: b, current: x, proposed: b }, path)))).toBe(x);
          expect(contentOf(mergeContents(inputOf({ base: b, current: x, proposed: x }, path)))).toBe(x);
        }),
        options,
      );
    });

    it(`[${rule}] swapped sides end alike, and favouring current gives the partial`, () => {
      fc.assert(
        fc.property(triple, (sides) => {
          const input = inputOf(sides, path);
          const result = mergeContents(input);
          const other = mergeContents(inputOf({ ...sides, current: sides.proposed, proposed: sides.current }, path));
          expect(other.status).toBe(result.status);
          if (result.status !== 'conflict' || other.status !== 'conflict') return;
          const told = result.conflicts.map((one) => [one.kind, one.base, one.proposed, one.current]);
          expect(other.conflicts.map((one) => [one.kind, one.base, one.current, one.proposed])).toEqual(told);
          const favoured = mergeContents({ ...input, options: { ...input.options, favor: 'current' } });
          if (favoured.status === 'clean') expect(show(favoured.content)).toBe(show(result.partial));
        }),
        options,
      );
    });
  }

  it('[MT20] a clean result is current, at most one newline, and what proposed added', () => {
    let clean = 0;
    fc.assert(
      fc.property(triple, ({ base, current, proposed }) => {
        const input = inputOf({ base, current, proposed });
        const result = mergeContents(input);
        const content = contentOf(result);
        if (content === null || [base, proposed].includes(current) || proposed === base) return;
        clean += 1;
        expect(
          [current, `${current}\n`, `${current}\r\n`].map((start) => start + proposed.slice(base.length)),
        ).toContain(content);
        expect(current.startsWith(base) && proposed.startsWith(base)).toBe(true);
        expect(checkReceipt(input, result).problems).toEqual([]);
      }),
      options,
    );
    expect(clean).toBeGreaterThan(options.numRuns / 3);
  });

  it('[MT20] a result that lost or doubled a line is found out', () => {
    fc.assert(
      fc.property(grown, fc.nat(), fc.boolean(), (sides, at, doubled) => {
        const input = inputOf(sides);
        const result = mergeContents(input);
        if (result.status !== 'clean' || result.content === null) return;
        const lines = (show(result.content) ?? '').split('\n');
        const place = at % lines.length;
        lines.splice(place, 1, ...(doubled ? [lines[place] ?? '', lines[place] ?? ''] : []));
        const content = bytes(lines.join('\n'));
        if (Buffer.compare(content, result.content) === 0) return;
        expect(checkReceipt(input, { ...result, content }).ok).toBe(false);
      }),
      options,
    );
  });
});
