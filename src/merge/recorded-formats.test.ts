// The law of kept decisions on every format: what is found in decided bytes gives just these bytes again, applied
// without anybody looking or not at all.
import { describe, expect, it } from 'vitest';
import { isLong } from '../../test/support/law-runs.ts';
import { createRandom } from '../../test/support/random.ts';
import { edit, randomDraw, randomModel } from '../../test/support/random-json.ts';
import { markdownTriple } from '../../test/support/random-markdown.ts';
import { manifestTriple, notebookTriple } from '../../test/support/random-profiles.ts';
import { printTomlModel, randomTomlStyle } from '../../test/support/random-toml.ts';
import { printYamlModel, randomYamlStyle } from '../../test/support/random-yaml.ts';
import { recordedProblems } from './check-recorded.ts';
import { findDecisions } from './find-decisions.ts';
import { mergeContents } from './merge.ts';
import { applyRecorded, type Evidence, hasKeepablePlaces, settleAll, stemOf } from './recorded.ts';
import type { ConflictedMerge, MergeResult, RegionDecision, SettledConflict } from './types.ts';

type Sides = Parameters<typeof mergeContents>[0];

function yamlTriple(seed: number): Sides {
  const draw = randomDraw(seed);
  const style = randomYamlStyle(draw);
  const base = randomModel(draw, 2);
  const print = (change: number, mark: string): string =>
    printYamlModel(change === 0 ? base : edit(draw, base, change), style, mark);
  return { base: print(0, ''), current: print(1 + draw(3), ''), proposed: print(1 + draw(3), ''), path: 'a.yaml' };
}

function tomlTriple(seed: number): Sides | undefined {
  const draw = randomDraw(seed);
  const style = randomTomlStyle(draw);
  const base = randomModel(draw, 2);
  const print = (change: number): string | undefined =>
    printTomlModel(change === 0 ? base : edit(draw, base, change), style);
  const [b, c, p] = [print(0), print(1 + draw(3)), print(1 + draw(3))];
  return b === undefined || c === undefined || p === undefined
    ? undefined
    : { base: b, current: c, proposed: p, path: 'a.toml' };
}

const formats: { readonly [name: string]: (seed: number) => Sides | undefined } = {
  yaml: yamlTriple,
  toml: tomlTriple,
  markdown: (seed) => ({ ...markdownTriple(createRandom(seed)), path: 'a.md' }),
  notebook: (seed) => ({ ...notebookTriple(createRandom(seed)), path: 'a.ipynb' }),
  manifest: (seed) => ({ ...manifestTriple(createRandom(seed)), path: 'package.json' }),
};

const USES: readonly RegionDecision[] = [{ use: 'current' }, { use: 'proposed' }, { use: 'base' }];

function settle(result: ConflictedMerge, seed: number): MergeResult | undefined {
  const pick = createRandom(seed);
  const decisions = new Map(result.conflicts.map(({ id }) => [id, pick.pick(USES) as RegionDecision]));
  try {
    return settleAll(result, decisions);
  } catch {
    // A side that has no place there.
    return undefined;
  }
}

/** Decisions on one random conflict, found and applied; undefined where there is none, or none that fits. */
function tried(name: string, seed: number): { readonly isFound: boolean; readonly isApplied: boolean } | undefined {
  const sides = formats[name]?.(seed);
  const result = sides === undefined ? undefined : mergeContents(sides);
  if (result?.status !== 'conflict' || !hasKeepablePlaces(result)) return undefined;
  const settled = settle(result, seed);
  if (settled?.status !== 'clean' || settled.content === null) return undefined;
  const found = findDecisions(result, settled.content, undefined);
  if (found === undefined) return { isFound: false, isApplied: false };
  const evidence = evidenceOf(result, found);
  const applied = [true, false].map((strict) => applyRecorded(result, evidence, strict));
  for (const each of applied) {
    if (each.status === 'clean') expect(show(each.content), `seed ${seed}`).toBe(show(settled.content));
  }
  return { isFound: true, isApplied: applied[0]?.status === 'clean' };
}

const show = (content: Uint8Array | null): string => Buffer.from(content ?? []).toString();

function evidenceOf({ conflicts, stats }: ConflictedMerge, found: readonly SettledConflict[]): readonly Evidence[] {
  return found.map(({ id, decision }) => {
    const at = conflicts.find((each) => each.id === id)?.at ?? { pointer: '' };
    const use = { id: `${stats.engine}-${stemOf(id)}`, region: id, at, agent: 'a', conflictId: 'c', revision: 1 };
    return { use, choice: decision as Evidence['choice'] };
  });
}

describe.each(Object.keys(formats))('kept decisions of %s', (name) => {
  it('[RD2] what is found gives just these bytes again', () => {
    const seeds = Array.from({ length: isLong ? 20_000 : 400 }, (_, i) => i + 1);
    const trials = seeds.flatMap((seed) => tried(name, seed) ?? []);
    expect(trials.filter(({ isFound }) => isFound).length).toBeGreaterThan(trials.length / 2);
    expect(trials.filter(({ isApplied }) => isApplied).length).toBeGreaterThan(trials.length / 4);
  });
});

describe('the checker', () => {
  it.each([
    ['a.yaml', (value: number) => `a: ${value} # c\nb: 2\n`],
    ['a.toml', (value: number) => `a = ${value} # c\nb = 2\n`],
  ])('[RD7] %s: takes no result with another value in a decided place', (path, document) => {
    const result = mergeContents({ base: document(1), current: document(2), proposed: document(3), path });
    if (result.status !== 'conflict') throw new Error('no conflict');
    const id = result.conflicts[0]?.id ?? '';
    const settled = settleAll(result, new Map([[id, { use: 'proposed' }]]));
    if (settled.status !== 'clean') throw new Error('not settled');
    const problems = (content: string): readonly string[] => {
      const evidence = evidenceOf(result, [{ id, decision: { content: Buffer.from(content) } }]);
      const receipt = { ...settled.receipt, recorded: evidence.map(({ use }) => use) };
      return recordedProblems(result.input, { ...settled, receipt }, evidence, true);
    };
    expect(problems('3')).toEqual([]);
    expect(problems('4')).toEqual(['/a: what stands there is not what was decided']);
  });

  it('[RD7] a decision on a member is none on the whole document, whatever input the result carries', () => {
    const document = (value: number): string => `{// c\n"a":${value}}\n`;
    const result = mergeContents({ base: document(1), current: document(2), proposed: document(3), path: 'a.jsonc' });
    if (result.status !== 'conflict') throw new Error('no conflict');
    const decisions = new Map([[result.conflicts[0]?.id ?? '', { content: '4' }]]);
    const { options: _, ...input } = result.input;
    const settled = settleAll({ ...result, input }, decisions);
    expect(settled.status === 'clean' && show(settled.content)).toBe(document(4));
    const foreign = { ...result, input: { ...input, path: 'a.json' } };
    expect(() => settleAll(foreign, decisions)).toThrow(/has no conflict/);
  });
});
