// Settling conflicts of the JSON engine one at a time: what is written, what is refused, and the laws on random documents.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edit, printModel, randomDraw, randomModel, styleFor } from '../../test/support/random-json.ts';
import { checkReceipt } from './check-receipt.ts';
import { equalValues } from './json/equal.ts';
import { isParseFailure, parseJson } from './json/parse.ts';
import * as T from './json/tape.ts';
import { mergeContents } from './merge.ts';
import { resolveConflict } from './resolve-region.ts';
import type { CleanMerge, ConflictedMerge, MergeOptions, MergeResult, MergeSide, RegionDecision } from './types.ts';

const text = (content: MergeSide | undefined): string => Buffer.from(content ?? []).toString();

function merge(
  base: string | null,
  current: string | null,
  proposed: string | null,
  options: MergeOptions = {},
): ConflictedMerge {
  const result = mergeContents({ base, current, proposed, options: { engine: 'json', ...options } });
  if (result.status !== 'conflict') throw new Error(JSON.stringify(result));
  return result;
}

function idAt(result: MergeResult, pointer: string): string {
  const found =
    result.status === 'conflict'
      ? result.conflicts.find(({ at }) => 'pointer' in at && at.pointer === pointer)
      : undefined;
  if (found === undefined) throw new Error(`no conflict at ${pointer}`);
  return found.id;
}

function cleanOf(input: ConflictedMerge['input'], result: MergeResult, decided = true): CleanMerge {
  if (result.status !== 'clean') throw new Error(`not clean: ${JSON.stringify(result)}`);
  const check = checkReceipt(input, result, { decided });
  if (!check.ok) {
    const sides = [input.base, input.current, input.proposed, result.content].map(text).join('\n');
    throw new Error(`${check.problems.join('\n')}\n${sides}\n${JSON.stringify(result.receipt.entries)}`);
  }
  return result;
}

function settleAll(conflicted: ConflictedMerge, decide: (index: number) => RegionDecision, order = 1): MergeResult {
  let result: MergeResult = conflicted;
  const ids = conflicted.conflicts.map(({ id }) => id);
  const turn = order > 0 ? ids : ids.toReversed();
  for (const id of turn) {
    if (result.status === 'conflict' && result.conflicts.some((each) => each.id === id))
      result = resolveConflict(result, id, decide(ids.indexOf(id)));
  }
  return result;
}

function settled(
  sides: readonly [string | null, string | null, string | null],
  decision: RegionDecision,
  options?: MergeOptions,
): string | null {
  const conflicted = merge(...sides, options);
  const { content } = cleanOf(
    conflicted.input,
    settleAll(conflicted, () => decision),
  );
  return content === null ? null : text(content);
}

const uses = ['base', 'current', 'proposed'] as const;
const byUse = (
  sides: readonly [string | null, string | null, string | null],
  options?: MergeOptions,
): (string | null)[] => uses.map((use) => settled(sides, { use }, options));

describe('settling a conflict of a JSON document', () => {
  it('[MJ26] decides one conflict at a time, and leaves the bytes of other places alone', () => {
    const base = '{ "a": 1.0,  "b": [1,2],\n "c": "x" }\n';
    const first = merge(
      base,
      base.replace('1.0', '2e0').replace('"x"', '"y"'),
      base.replace('1.0', '3.00').replace('"x"', '"z"').replace('1,2', '1,2,3'),
    );
    expect(first.conflicts.length).toBe(2);
    const second = resolveConflict(first, idAt(first, '/a'), { use: 'proposed' });
    expect(second).toMatchObject({ status: 'conflict', stats: { conflicts: 1 } });
    expect(second.status === 'conflict' && text(second.partial)).toBe('{ "a": 3.00,  "b": [1,2,3],\n "c": "y" }\n');
    const third = resolveConflict(second, idAt(second, '/c'), { content: ' ["ß", 1e400 ]\n' });
    expect(text(cleanOf(first.input, third).content)).toBe('{ "a": 3.00,  "b": [1,2,3],\n "c": ["ß", 1e400 ] }\n');
    expect(() => resolveConflict(second, idAt(first, '/a'), { use: 'base' })).toThrow(/No open conflict/);
  });

  it('[MJ26] a side that is absent is a deletion, in objects, arrays and at the root', () => {
    expect(byUse(['{"a":1,"b":2}', '{"a":9,"b":2}', '{"b":2}'])).toEqual(['{"a":1,"b":2}', '{"a":9,"b":2}', '{"b":2}']);
    expect(byUse(['{"b":2,"a":1}', '{"b":2}', '{"b":2,"a":9}'])).toEqual(['{"b":2,"a":1}', '{"b":2}', '{"b":2,"a":9}']);
    expect(byUse(['{"b":2}', '{"b":2,"a":1}', '{"b":2,"a":9}'])).toEqual(['{"b":2}', '{"b":2,"a":1}', '{"b":2,"a":9}']);
    expect(byUse(['[1,2,3]', '[1,3]', '[1,9,3]'])).toEqual(['[1,2,3]', '[1,3]', '[1,9,3]']);
    expect(byUse(['[1,2,3]', '[1,9,3]', '[1,3]'])).toEqual(['[1,2,3]', '[1,9,3]', '[1,3]']);
    const keyed = (...ids: string[]): string => `[${ids.map((id) => `{"id":${id}}`).join()}]`;
    expect(byUse([keyed('1', '2,"x":1', '3'), keyed('1', '3'), keyed('0', '1', '2,"x":2', '3')])).toEqual([
      keyed('0', '1', '2,"x":1', '3'),
      keyed('0', '1', '3'),
      keyed('0', '1', '2,"x":2', '3'),
    ]);
    expect(byUse([keyed('1'), keyed('1', '2,"x":1', '5'), keyed('1', '2,"x":2', '4')])).toEqual([
      keyed('1', '5', '4'),
      keyed('1', '2,"x":1', '5', '4'),
      keyed('1', '2,"x":2', '5', '4'),
    ]);
    expect(byUse([null, '1', '[]'])).toEqual([null, '1', '[]']);
    expect(byUse(['{"a":1}', null, '{"a":2}'])).toEqual(['{"a":1}', null, '{"a":2}']);
  });

  it('[MJ26] the order of a keyed array is a side’s, or the base’s', () => {
    const keyed = (...ids: number[]): string => JSON.stringify(ids.map((id) => ({ id })));
    expect(byUse([keyed(1, 2, 3), keyed(2, 1, 3, 4), keyed(1, 3, 2)])).toEqual([
      keyed(1, 2, 3, 4),
      keyed(2, 1, 3, 4),
      keyed(1, 3, 4, 2),
    ]);
  });

  it('[MJ27] a clash of an array is decided where its changes meet; the others stay merged', () => {
    const sides = ['[1,2,3,4,5]', '[0,1,2,7,3,4,5]', '[1,2,8,9,3,4,6]'] as const;
    expect(byUse(sides)).toEqual(['[0,1,2,3,4,6]', '[0,1,2,7,3,4,6]', '[0,1,2,8,9,3,4,6]']);
    expect(settled(sides, { use: 'both' })).toBe('[0,1,2,7,8,9,3,4,6]');
    expect(settled(sides, { content: '[5]' })).toBe('[5]');
    const torn = ['[1,2,3,4,5]', '[1,5]', '[1,2,9,3,4,5]'] as const;
    expect(byUse(torn)).toEqual(['[1,2,3,4,5]', '[1,5]', '[1,2,9,3,4,5]']);
    expect(() => settled(torn, { use: 'both' })).toThrow(/both/);
    const run = ['["b","c","d"]', '["b","x","x","d","e"]', '["b","y","d"]'] as const;
    expect(byUse(run)).toEqual(['["b","c","d","e"]', '["b","x","x","d","e"]', '["b","y","d","e"]']);
    expect(settled(run, { content: '"z"' })).toBe('["b","z","d","e"]');
  });

  it('[MJ27] a value for an array closes the conflicts inside it', () => {
    const base = JSON.stringify([{ id: 1, n: 1 }, { id: 2 }, { id: 3 }]);
    const first = merge(
      base,
      JSON.stringify([{ id: 2 }, { id: 1, n: 2 }, { id: 3 }]),
      JSON.stringify([{ id: 1, n: 3 }, { id: 3 }, { id: 2 }]),
    );
    expect(first.conflicts.length).toBe(2);
    const last = resolveConflict(first, idAt(first, ''), { content: '[ ]' });
    expect(text(cleanOf(first.input, last).content)).toBe('[ ]');
    const inner = resolveConflict(first, idAt(first, '/0/n'), { use: 'proposed' });
    const outer = resolveConflict(inner, idAt(inner, ''), { use: 'proposed' });
    expect(text(cleanOf(first.input, outer).content)).toBe('[{"id":1,"n":3},{"id":3},{"id":2}]');
  });

  it('[MJ28] whole documents: budgets, absent sides and vetoes are decided on their bytes', () => {
    const budget = { budget: { bytes: 1 } };
    expect(byUse(['{"a":1}', '{"a":2} ', ' {"a":3}'], budget)).toEqual(['{"a":1}', '{"a":2} ', ' {"a":3}']);
    expect(settled(['1', '22', '3'], { content: '[4]' }, budget)).toBe('[4]');
    expect(() => settled(['1', '22', '3'], { use: 'both' }, budget)).toThrow(/one after the other/);
    expect(() => settled(['1', '22', '3'], { content: '{' }, budget)).toThrow(/no JSON/);
    const input = merge('{"a":1,"b":1}', '{"a":2,"b":1}', '{"a":3,"b":2}').input;
    const veto: ConflictedMerge = {
      status: 'conflict',
      conflicts: [{ id: 'validate', kind: 'content', at: { pointer: '' }, reason: 'validate: no' }],
      partial: input.current,
      stats: { engine: 'json', clean: 1, conflicts: 1 },
      notes: [],
      input,
    };
    expect(text(cleanOf(input, resolveConflict(veto, 'validate', { use: 'proposed' })).content)).toBe('{"a":3,"b":2}');
  });

  it('[MJ29] what does not fit is refused as misuse, with what to do', () => {
    const open = merge('{"a":1}', '{"a":2}', '{"a":3}');
    const id = idAt(open, '/a');
    const bad: unknown[] = [
      { use: 'both' },
      { content: '{"a":' },
      { content: '1 2' },
      { use: 'mine' },
      {},
      null,
      'current',
      { content: 5 },
    ];
    for (const decision of bad) {
      expect(() => resolveConflict(open, id, decision as RegionDecision)).toThrow(
        expect.objectContaining({ code: 'misuse', details: expect.objectContaining({ next: expect.any(String) }) }),
      );
    }
  });

  it('[MJ29] comments are decided for a side', () => {
    const base = '{\n  "a": 1, // one\n  "b": 2\n}\n';
    const sides = [base, base.replace('one', 'two'), base.replace('one', 'three').replace('2', '3')] as const;
    const jsonc: MergeOptions = { format: 'jsonc' };
    expect(settled(sides, { use: 'current' }, jsonc)).toBe(base.replace('one', 'two').replace('2', '3'));
    expect(settled(sides, { use: 'proposed' }, jsonc)).toBe(sides[2]);
    expect(() => settled(sides, { content: '1' }, jsonc)).toThrow(/comment/);
  });

  it('[MJ30] `favor` decides each clash for one side; whole documents stay open', () => {
    const sides = {
      base: '{"a":1,"b":[1],"c":0}',
      current: '{"a":2,"b":[1,2],"c":0}',
      proposed: '{"a":3,"b":[1,3],"c":1}',
    };
    const favored = (favor: 'current' | 'proposed'): string => {
      const options = { engine: 'json', favor };
      const result = mergeContents({ ...sides, options });
      const { input } = merge(sides.base, sides.current, sides.proposed, { favor: 'current', budget: { bytes: 0 } });
      return text(cleanOf({ ...input, options }, result, false).content);
    };
    expect(favored('current')).toBe('{"a":2,"b":[1,2],"c":1}');
    expect(favored('proposed')).toBe('{"a":3,"b":[1,3],"c":1}');
    expect(merge('{"a":1}', null, '{"a":2}', { favor: 'proposed' }).conflicts[0]?.kind).toBe('modified-deleted');
  });

  it('[MJ30] a loss that no option or decision allows does not pass the checker', () => {
    const open = merge('{"a":1}', '{"a":2}', '{"a":3}');
    const done = resolveConflict(open, idAt(open, '/a'), { use: 'current' });
    expect(checkReceipt(open.input, done).ok).toBe(false);
    expect(checkReceipt(open.input, done, { decided: true }).ok).toBe(true);
    expect(checkReceipt({ ...open.input, options: { favor: 'proposed' } }, done).ok).toBe(false);
    const other = { ...cleanOf(open.input, done), content: new TextEncoder().encode('{"a":3}') };
    expect(checkReceipt(open.input, other, { decided: true }).ok).toBe(false);
  });
});

interface Sample {
  readonly conflicted: ConflictedMerge;
  readonly draw: (below: number) => number;
}

function sample(seed: number): Sample | undefined {
  const draw = randomDraw(seed);
  const base = randomModel(draw, 4);
  const style = styleFor(draw);
  const print = (model: typeof base): string => printModel(model, style);
  const [current, proposed] = [edit(draw, base, 1 + draw(5)), edit(draw, base, 1 + draw(5))];
  const input = { base: print(base), current: print(current), proposed: print(proposed) };
  const arrays = { '/**': (['ordered', 'atomic', 'append', { key: 'k' }] as const)[draw(8)] };
  const options: MergeOptions = {
    engine: 'json',
    ...(arrays['/**'] === undefined ? {} : { arrays: arrays as NonNullable<MergeOptions['arrays']> }),
  };
  const result = mergeContents({ ...input, options });
  return result.status === 'conflict' ? { conflicted: result, draw } : undefined;
}

function isSame(a: MergeSide, b: MergeSide): boolean {
  if (a === null || b === null) return a === b;
  const [x, y] = [parseJson(a), parseJson(b)];
  return !isParseFailure(x) && !isParseFailure(y) && equalValues(x, T.ROOT, y, T.ROOT);
}

function show({ input, partial }: ConflictedMerge, ...others: MergeSide[]): string {
  return [input.base, input.current, input.proposed, partial, ...others].map(text).join('\n---\n');
}

describe('laws of settling', () => {
  const RUNS = { numRuns: 3000, seed: 20_240_502 };
  const seeds: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0x7fffffff });

  it('[MJ31] all for one side is what `favor` gives; all for current is the partial document', () => {
    let count = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const { conflicted } = sample(seed) ?? {};
        if (conflicted === undefined) return;
        count++;
        const { input } = conflicted;
        for (const use of ['current', 'proposed'] as const) {
          const { content } = cleanOf(
            input,
            settleAll(conflicted, () => ({ use })),
          );
          const options = { ...input.options, favor: use };
          const favored = cleanOf({ ...input, options }, mergeContents({ ...input, options }), false);
          const isFine =
            text(content) === text(favored.content) &&
            (use === 'proposed' || text(content) === text(conflicted.partial));
          if (!isFine) throw new Error(show(conflicted, content, favored.content));
        }
      }),
      RUNS,
    );
    expect(count).toBeGreaterThan(300);
  });

  it('[MJ31] the order of settling does not matter, and what is settled is proven', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { conflicted, draw } = sample(seed) ?? {};
        if (conflicted === undefined || draw === undefined) return;
        const decisions = conflicted.conflicts.map(({ kind }): RegionDecision => {
          const turn = draw(kind === 'order' || kind === 'both-added' ? 3 : 4);
          return turn === 3 ? { content: `{"k":${draw(9)},"decided":[true]}` } : { use: uses[turn] ?? 'base' };
        });
        const decide = (index: number): RegionDecision => decisions[index] ?? { use: 'current' };
        const one = cleanOf(conflicted.input, settleAll(conflicted, decide));
        const other = cleanOf(conflicted.input, settleAll(conflicted, decide, -1));
        if (text(one.content) !== text(other.content) || (one.content !== null && !isSame(one.content, other.content)))
          throw new Error(show(conflicted, one.content, other.content));
      }),
      RUNS,
    );
  });

  it('[MJ31] each settled conflict is one fewer, and no other one changes', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { conflicted, draw } = sample(seed) ?? {};
        if (conflicted === undefined || draw === undefined || conflicted.conflicts.length < 2) return;
        const { id } = conflicted.conflicts[draw(conflicted.conflicts.length)] ?? conflicted.conflicts[0] ?? { id: '' };
        const next = resolveConflict(conflicted, id, { use: draw(2) === 0 ? 'base' : 'proposed' });
        if (next.status !== 'conflict') throw new Error(show(conflicted));
        const left = conflicted.conflicts.filter((each) => each.id !== id);
        expect(next.conflicts).toEqual(left);
      }),
      RUNS,
    );
  });
});
