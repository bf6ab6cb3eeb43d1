// Laws of kept decisions: what is found in decided bytes gives just these bytes again, and what is applied without
// anybody looking leaves out nothing but what a decision leaves out.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lawRuns, lawSeed } from '../../test/support/law-runs.ts';
import { edit, type Model, printModel, randomDraw, randomModel, styleFor } from '../../test/support/random-json.ts';
import { recordedProblems } from './check-recorded.ts';
import { findDecisions } from './find-decisions.ts';
import { mergeContents } from './merge.ts';
import { applyRecorded, type Evidence, isKeepable, settleAll, stemOf } from './recorded.ts';
import type { ConflictedMerge, RegionDecision, SettledConflict } from './types.ts';

const SEED = lawSeed(4711);
const runs = { seed: SEED, numRuns: lawRuns(1500) };

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const show = (content: Uint8Array | null | undefined): string | undefined =>
  content === null || content === undefined ? undefined : Buffer.from(content).toString();

const line = fc.constantFrom('a', 'b', 'c', '', '}', 'é', 'x\r', '\uFEFFq');
const text = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
  .map(([lines, ended]) => lines.join('\n') + (ended && lines.length > 0 ? '\n' : ''));
const triple = fc.record({ base: text, current: text, proposed: text });
const choice = fc.oneof(
  fc.constantFrom<RegionDecision[]>({ use: 'current' }, { use: 'proposed' }, { use: 'base' }),
  text.map((content): RegionDecision => ({ content: bytes(content) })),
);
const choices = fc.array(choice, { minLength: 6, maxLength: 6 });

function conflictOf(sides: { base: string | null; current: string; proposed: string; path?: string }): ConflictedMerge {
  const result = mergeContents(sides);
  if (result.status !== 'conflict') throw new Error(`a conflict is expected, it is ${result.status}`);
  return result;
}

function evidenceOf(result: ConflictedMerge, decisions: readonly SettledConflict[]): readonly Evidence[] {
  return decisions.flatMap(({ id, decision }) => {
    const place = result.conflicts.find((each) => each.id === id);
    if (place === undefined || ('use' in decision && decision.use === 'both')) return [];
    const use = {
      id: `${result.stats.engine}-${stemOf(id)}`,
      region: id,
      at: place.at,
      agent: 'ann',
      conflictId: 'c-1',
      revision: 1,
    };
    return [{ use, choice: decision as Evidence['choice'] }];
  });
}

function decide(result: ConflictedMerge, picked: readonly RegionDecision[]): SettledConflict[] {
  return result.conflicts.map(({ id }, i) => ({ id, decision: picked[i % picked.length] ?? { use: 'base' } }));
}

/** A conflict all of whose places may have kept decisions; undefined for any other merge. */
function keepable(sides: Parameters<typeof mergeContents>[0]): ConflictedMerge | undefined {
  const result = mergeContents(sides);
  return result.status === 'conflict' && result.conflicts.every(isKeepable) ? result : undefined;
}

const asMap = (decisions: readonly SettledConflict[]): Map<string, RegionDecision> =>
  new Map(decisions.map(({ id, decision }) => [id, decision]));

describe(`kept decisions, seed ${SEED}`, () => {
  it('[RD2] what is found in a decided text gives just these bytes again, proved or not at all', () => {
    const seen = { found: 0, all: 0 };
    fc.assert(
      fc.property(triple, choices, (sides, picked) => {
        const result = keepable(sides);
        if (result === undefined) return;
        const settled = settleAll(result, asMap(decide(result, picked)));
        if (settled.status !== 'clean' || settled.content === null) throw new Error('all places are decided');
        seen.all += 1;
        const found = findDecisions(result, settled.content, undefined);
        if (found === undefined) return;
        seen.found += 1;
        const texts = [true, false].map((strict) => {
          const applied = applyRecorded(result, evidenceOf(result, found), strict);
          return applied.status === 'clean' ? show(applied.content) : applied.status;
        });
        expect(texts).toEqual([show(settled.content), show(settled.content)]);
      }),
      runs,
    );
    expect(seen.found).toBeGreaterThan(seen.all / 2);
  });

  it('[RD2] where a decided text can be read in two ways, or has other changes, nothing is found', () => {
    const base = '1\nsame\n2\nend\n';
    const result = conflictOf({ base, current: 'A\nsame\nB\nend\n', proposed: 'C\nsame\nD\nend\n' });
    expect(result.conflicts).toHaveLength(2);
    const find = (decided: string): unknown =>
      findDecisions(result, bytes(decided), undefined)?.map(({ decision }) =>
        'use' in decision ? decision.use : show(decision.content as Uint8Array),
      );
    expect(find('X\nsame\nD\nend\n')).toEqual(['X\n', 'proposed']);
    expect(find('X\nsame\nY\nsame\nD\nend\n')).toBeUndefined();
    expect(find('X\nsame\nD\nend\nmore\n')).toBeUndefined();
    expect(find('X\nD\nend\n')).toBeUndefined();
    expect(find('<<<<<<< a\nsame\nD\nend\n')).toBeUndefined();
  });

  it('[RD6] a text is applied in another document just where the same three texts meet', () => {
    fc.assert(
      fc.property(triple, choices, text, text, (sides, picked, before, after) => {
        const result = keepable(sides);
        if (result === undefined) return;
        const decisions = decide(result, picked);
        const byStem = new Map(decisions.map(({ id, decision }) => [stemOf(id), decision]));
        // Two places with the same texts that were decided differently: there is no one decision.
        if (byStem.size < decisions.length) return;
        const around = (side: string): string => `${before}\n-- fence --\n${side}\n-- fence --\n${after}`;
        const other = mergeContents({
          base: around(sides.base),
          current: around(sides.current),
          proposed: around(sides.proposed),
        });
        if (other.status !== 'conflict') return;
        const known = other.conflicts.flatMap(({ id }) => {
          const decision = byStem.get(stemOf(id));
          return decision === undefined ? [] : [{ id, decision }];
        });
        const applied = applyRecorded(other, evidenceOf(other, known), true);
        // Never a part of it: a place that nobody decided leaves all of them open.
        if (known.length < other.conflicts.length) expect(applied.status).toBe('conflict');
        else expect(applied.status).toBe('clean');
      }),
      runs,
    );
  });

  it('[RD7] the checker takes no decision on other texts, none with another text, and no loss beside them', () => {
    fc.assert(
      fc.property(triple, fc.nat(), (sides, pick) => {
        const result = keepable(sides);
        if (result === undefined) return;
        const decisions = decide(result, [{ use: 'proposed' }]);
        const evidence = evidenceOf(result, decisions);
        expect(applyRecorded(result, evidence, true).status).toBe('clean');
        const at = pick % evidence.length;
        const forged = evidence.map((each, i) =>
          i === at ? { ...each, use: { ...each.use, id: `${result.stats.engine}-${'0'.repeat(16)}` } } : each,
        );
        expect(applyRecorded(result, forged, true).status).toBe('conflict');
        const other = evidence.map((each, i) =>
          i === at ? { ...each, use: { ...each.use, id: each.use.id.replace(/^\w+/, 'json') } } : each,
        );
        expect(applyRecorded(result, other, true).status).toBe('conflict');
        expect(applyRecorded(result, evidence.slice(1), true).status).toBe('conflict');
      }),
      runs,
    );
  });

  it('[RD7] the checker takes no result that has something else at a place than was decided there', () => {
    const sides = [
      { base: 'a\n.\nb\n', current: 'A\n.\nb\n', proposed: 'C\n.\nb\n', path: 'a.txt' },
      { base: '{"a": 1}\n', current: '{"a": 2}\n', proposed: '{"a": 3}\n', path: 'a.json' },
      { base: '{"a": [1]}\n', current: '{"a": [2]}\n', proposed: '{"a": [3]}\n', path: 'a.json' },
    ];
    for (const side of sides) {
      const result = conflictOf(side);
      const evidence = evidenceOf(result, decide(result, [{ use: 'proposed' }]));
      const settled = settleAll(result, asMap(decide(result, [{ use: 'proposed' }])));
      if (settled.status !== 'clean') throw new Error('all places are decided');
      const recorded = evidence.map(({ use }) => use);
      const merged = { ...settled, receipt: { ...settled.receipt, recorded } };
      const problems = (given: readonly Evidence[], of = merged): number =>
        recordedProblems(result.input, of, given, true).length;
      expect(problems(evidence)).toBe(0);
      expect(problems(evidence, settled as typeof merged)).toBeGreaterThan(0);
      expect(problems([])).toBeGreaterThan(0);
      expect(problems(evidence.map((each) => ({ ...each, choice: { use: 'current' } as const })))).toBeGreaterThan(0);
      expect(problems(evidence.map((each) => ({ ...each, choice: { content: bytes('7\n') } })))).toBeGreaterThan(0);
    }
  });

  it('[RD2] what is found in a decided JSON document gives just these bytes again', () => {
    const seen = { found: 0, applied: 0, all: 0 };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7fffffff }), choices, (seed, picked) => {
        const draw = randomDraw(seed);
        const model = randomModel(draw, 4);
        const style = styleFor(draw);
        const print = (each: Model): Uint8Array => bytes(printModel(each, style));
        const sides = [model, edit(draw, model, 1 + draw(4)), edit(draw, model, 1 + draw(4))].map(print);
        const [base, current, proposed] = sides as [Uint8Array, Uint8Array, Uint8Array];
        const result = keepable({ base, current, proposed, path: 'a.json' });
        if (result === undefined) return;
        const json = picked.map((each) => ('content' in each ? { content: bytes('{"decided": [1]}') } : each));
        let settled: ReturnType<typeof settleAll>;
        try {
          settled = settleAll(result, asMap(decide(result, json)));
        } catch {
          return;
        }
        if (settled.status !== 'clean' || settled.content === null) return;
        seen.all += 1;
        const found = findDecisions(result, settled.content, undefined);
        if (found === undefined) return;
        seen.found += 1;
        const applied = applyRecorded(result, evidenceOf(result, found), true);
        if (applied.status !== 'clean') return;
        seen.applied += 1;
        expect(show(applied.content)).toBe(show(settled.content));
      }),
      runs,
    );
    expect(seen.found).toBeGreaterThan(seen.all / 3);
    expect(seen.applied).toBeGreaterThan(seen.found / 2);
  });
});
