// Laws of the text merge, on random texts over a small alphabet (which makes every kind of clash likely).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAW_TIMEOUT, lawRuns, lawSeed } from '../../test/support/law-runs.ts';
import { diffLines } from './diff.ts';
import { checkReceipt, type MergeInput, type MergeResult, mergeContents, resolveConflict } from './index.ts';
import { bytesOfLines, splitLines } from './lines.ts';
import { endless } from './watch.ts';

const SEED = lawSeed(91);
const options = { seed: SEED, numRuns: lawRuns(5_000) };

const line = fc.constantFrom('a', 'b', 'c', '', '}', 'é', 'x\r', '<<<<<<< a', '=======');
const text = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
  .map(([lines, ended]) => lines.join('\n') + (ended && lines.length > 0 ? '\n' : ''));
const triple = fc.record({ base: text, current: text, proposed: text });

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const input = ({ base, current, proposed }: { base: string; current: string; proposed: string }): MergeInput => ({
  base: bytes(base),
  current: bytes(current),
  proposed: bytes(proposed),
});
const show = (side: Uint8Array | null): string | null => (side === null ? null : Buffer.from(side).toString());
const contentOf = (result: MergeResult): string | null => (result.status === 'clean' ? show(result.content) : null);
const linesOf = (content: string): string[] => content.split('\n').filter((each) => each !== '');

describe(`laws of the text merge, seed ${SEED}`, { timeout: LAW_TIMEOUT }, () => {
  it('[MT2] merge(b, b, x) = merge(b, x, b) = merge(b, x, x) = x', () => {
    fc.assert(
      fc.property(text, text, (b, x) => {
        expect(contentOf(mergeContents({ base: b, current: b, proposed: x }))).toBe(x);
        expect(contentOf(mergeContents({ base: b, current: x, proposed: b }))).toBe(x);
        expect(contentOf(mergeContents({ base: b, current: x, proposed: x }))).toBe(x);
      }),
      options,
    );
  });

  it('[MT16] swapping the sides swaps the conflicts and nothing else', () => {
    fc.assert(
      fc.property(triple, ({ base, current, proposed }) => {
        const one = mergeContents({ base, current, proposed });
        const other = mergeContents({ base, current: proposed, proposed: current });
        expect(other.status).toBe(one.status);
        expect(contentOf(other)).toBe(contentOf(one));
        if (one.status !== 'conflict' || other.status !== 'conflict') return;
        expect(other.conflicts.map((c) => [c.base, c.proposed, c.current])).toEqual(
          one.conflicts.map((c) => [c.base, c.current, c.proposed]),
        );
      }),
      options,
    );
  });

  it('[MT17] favouring current gives the partial, and so does settling each conflict for current', () => {
    fc.assert(
      fc.property(triple, (sides) => {
        const result = mergeContents(sides);
        if (result.status !== 'conflict') return;
        const favoured = mergeContents({ ...sides, options: { favor: 'current' } });
        expect(contentOf(favoured)).toBe(show(result.partial));
        let settled: MergeResult = result;
        for (const { id } of result.conflicts) settled = resolveConflict(settled, id, { use: 'current' });
        expect(contentOf(settled)).toBe(show(result.partial));
      }),
      options,
    );
  });

  it('[MT18] every line of a result occurs in an input', () => {
    fc.assert(
      fc.property(triple, ({ base, current, proposed }) => {
        const result = mergeContents({ base, current, proposed });
        const merged =
          result.status === 'clean' ? result.content : result.status === 'conflict' ? result.partial : null;
        const given = new Set([base, current, proposed].flatMap(linesOf));
        for (const each of linesOf(show(merged) ?? '')) expect(given).toContain(each);
      }),
      options,
    );
  });

  it('[MT18] deleted lines never come back, added ones are all there', () => {
    const change = fc.array(fc.constantFrom('keep', 'keep', 'keep', 'delete', 'insert'), {
      minLength: 1,
      maxLength: 25,
    });
    const apply = (changes: readonly string[], tag: string): string =>
      Array.from({ length: 25 }, (_, i) => {
        const how = changes[i % changes.length] ?? 'keep';
        return how === 'delete' ? '' : `${how === 'insert' ? `${tag} ${i}\n` : ''}line ${i}\n`;
      }).join('');
    fc.assert(
      fc.property(change, change, (mine, theirs) => {
        const [base, current, proposed] = [apply(['keep'], ''), apply(mine, 'current'), apply(theirs, 'proposed')];
        const result = mergeContents({ base, current, proposed });
        if (result.status !== 'clean') return;
        const written = new Set(linesOf(show(result.content) ?? ''));
        const sides = [current, proposed].map((side) => new Set(linesOf(side)));
        for (const each of linesOf(base)) expect(written.has(each)).toBe(sides.every((side) => side.has(each)));
        for (const each of [...linesOf(current), ...linesOf(proposed)]) {
          if (!each.startsWith('line')) expect(written).toContain(each);
        }
      }),
      options,
    );
  });

  it('[MT15] the receipt of every clean merge is right, under every option', () => {
    const choice = fc.record({
      adjacent: fc.constantFrom('conflict', 'merge'),
      union: fc.boolean(),
      eol: fc.constantFrom('bytes', 'auto'),
      finalNewline: fc.constantFrom('bytes', 'normalize'),
      ignoreWhitespace: fc.constantFrom('none', 'trailing', 'all'),
    } as const);
    fc.assert(
      fc.property(triple, choice, fc.constantFrom('current', 'proposed', undefined), (sides, chosen, favor) => {
        const merge = { ...input(sides), options: favor === undefined ? chosen : { ...chosen, favor } };
        const result = mergeContents(merge);
        if (result.status === 'clean') expect(checkReceipt(merge, result).problems).toEqual([]);
      }),
      options,
    );
  });

  it('[MT15] a result with a line more, less or other than it was is found out', () => {
    fc.assert(
      fc.property(triple, fc.nat(), fc.constantFrom('drop', 'add', 'change'), (sides, at, how) => {
        const merge = input(sides);
        const result = mergeContents(merge);
        if (result.status !== 'clean' || result.content === null) return;
        const lines = (show(result.content) ?? '').split('\n');
        const place = at % lines.length;
        const removed = how === 'add' ? 0 : 1;
        lines.splice(place, removed, ...(how === 'drop' ? [] : ['zz']));
        const content = bytes(lines.join('\n'));
        if (Buffer.compare(content, result.content) === 0) return;
        expect(checkReceipt(merge, { ...result, content }).ok).toBe(false);
      }),
      options,
    );
  });

  it('[MT15] a receipt with an entry left out, doubled or told otherwise is found out', () => {
    fc.assert(
      fc.property(triple, fc.nat(), fc.constantFrom('drop', 'double', 'kept', 'dropped'), (sides, at, how) => {
        const merge = input(sides);
        const result = mergeContents(merge);
        if (result.status !== 'clean' || result.receipt.entries.length === 0) return;
        const entries = [...result.receipt.entries];
        const place = at % entries.length;
        const entry = entries[place];
        if (entry === undefined || (how === 'kept' && entry.action === 'kept')) return;
        if (how === 'drop') entries.splice(place, 1);
        else if (how === 'double') entries.splice(place, 0, entry);
        else entries[place] = { ...entry, action: how };
        const receipt = { ...result.receipt, entries };
        expect(checkReceipt(merge, { ...result, receipt }).ok).toBe(false);
      }),
      options,
    );
  });

  it('[MT6] a diff applied to its first text gives the second, and its hunks are apart', () => {
    fc.assert(
      fc.property(text, text, (from, to) => {
        const a = splitLines(bytes(from));
        const b = splitLines(bytes(to));
        const parts: Uint8Array[] = [];
        let at = 0;
        for (const { aStart, aEnd, bStart, bEnd } of diffLines(a, b, endless)) {
          expect(aStart > at || at === 0).toBe(true);
          parts.push(bytesOfLines(a, at, aStart), bytesOfLines(b, bStart, bEnd));
          at = aEnd;
        }
        parts.push(bytesOfLines(a, at, a.count));
        expect(Buffer.concat(parts).toString()).toBe(to);
      }),
      options,
    );
  });

  it('[MT19] edits with an untouched line between them merge cleanly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 40 }), fc.nat(), fc.nat(), fc.boolean(), (count, p, q, removes) => {
        const base = Array.from({ length: count }, (_, i) => `line ${i}`);
        const first = p % (count - 2);
        const second = first + 2 + (q % (count - first - 2));
        const change = (at: number, tag: string): string =>
          `${base.flatMap((each, i) => (i === at ? (removes ? [] : [`${tag} ${each}`]) : [each])).join('\n')}\n`;
        const sides = { base: `${base.join('\n')}\n`, current: change(first, 'c'), proposed: change(second, 'p') };
        const expected = base.flatMap((each, i) => {
          if (i !== first && i !== second) return [each];
          return removes ? [] : [`${i === first ? 'c' : 'p'} ${each}`];
        });
        expect(contentOf(mergeContents(sides))).toBe(expected.map((each) => `${each}\n`).join(''));
      }),
      options,
    );
  });

  it('[MT13] settling conflicts in any order gives the same text', () => {
    const use = fc.constantFrom('base', 'current', 'proposed', 'both');
    fc.assert(
      fc.property(triple, fc.array(use, { minLength: 12, maxLength: 12 }), (sides, uses) => {
        const result = mergeContents(sides);
        if (result.status !== 'conflict') return;
        const settle = (order: readonly number[]): MergeResult => {
          let settled: MergeResult = result;
          for (const i of order) {
            const conflict = result.conflicts[i];
            if (conflict !== undefined)
              settled = resolveConflict(settled, conflict.id, { use: uses[i % 12] ?? 'base' });
          }
          return settled;
        };
        const order = result.conflicts.map((_, i) => i);
        const settled = settle(order);
        expect(settled.status).toBe('clean');
        expect(contentOf(settle([...order].reverse()))).toBe(contentOf(settled));
        expect(checkReceipt(result.input, settled, { decided: true }).problems).toEqual([]);
      }),
      options,
    );
  });
});
