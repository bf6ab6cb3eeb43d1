// Laws of merges of source code in which functions and classes change: whatever is clean declares what both sides together
// mean, where they mean it. What a text declares is read off its lines, without the parsers of the check.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { LAW_TIMEOUT, lawRuns, lawSeed } from '../../../test/support/law-runs.ts';
import { createRandom } from '../../../test/support/random.ts';
import { classPaths, classTriple, declaredInLines, type Found } from '../../../test/support/random-classes.ts';
import { checkReceipt, type MergeInput, type MergeResult, mergeContents, prepareGrammar } from '../index.ts';

const options = { numRuns: lawRuns(150), seed: lawSeed(61) };
const seeds = fc.integer({ min: 0, max: 0x7fffffff });
const show = (side: Uint8Array | null): string => Buffer.from(side ?? []).toString();

function inputOf(seed: number, path: string, commutative: boolean): MergeInput {
  const { base, current, proposed } = classTriple(createRandom(seed), path);
  const bytes = (text: string): Uint8Array => Buffer.from(text);
  return {
    base: bytes(base),
    current: bytes(current),
    proposed: bytes(proposed),
    path,
    options: { commutative, engine: 'text' },
  };
}

/** The owner of each name, and of each mark the name that has it. */
function placesIn(found: readonly Found[]): ReadonlyMap<string, string> {
  return new Map(
    found.flatMap(({ name, owner, marks }) => [[name, owner], ...marks.map((mark) => [mark, name] as const)]),
  );
}

function saysWhatBothMean(input: MergeInput, result: MergeResult): void {
  if (result.status !== 'clean') return;
  const [base, current, proposed, merged] = [input.base, input.current, input.proposed, result.content].map((side) =>
    declaredInLines(show(side)),
  ) as [readonly Found[], readonly Found[], readonly Found[], readonly Found[]];
  const written = merged.flatMap(({ name, marks }) => [name, ...marks]);
  expect(new Set(written).size, 'something is there twice').toBe(written.length);
  const places = placesIn(merged);
  const [before, ours, theirs] = [base, current, proposed].map(placesIn) as [Places, Places, Places];
  for (const [name, owner] of before) {
    // What a side moved and gave another name is new to the check, with the marks that are in it.
    const isNamedAnew = [ours, theirs].some((side) => side.has(name) && side.get(name) !== owner && !side.has(owner));
    if (isMark(name) && isNamedAnew) continue;
    expect(places.has(name), `${name} of the base`).toBe(ours.has(name) && theirs.has(name));
    const isKept = [ours, theirs].every((side) => side.get(name) === owner);
    if (isKept) expect(places.get(name), `where ${name} is`).toBe(owner);
  }
  for (const [side, other] of [
    [ours, theirs],
    [theirs, ours],
  ] as const) {
    for (const [name, owner] of side) {
      if (before.has(name)) continue;
      expect(places.has(name), `${name} was added`).toBe(true);
      // An owner that the other side renamed has its members under the new name.
      if (owner === '' || other.has(owner) || !before.has(owner))
        expect(places.get(name), `where ${name} is`).toBe(owner);
    }
  }
  for (const name of places.keys()) expect(ours.has(name) || theirs.has(name), `${name} is of nobody`).toBe(true);
}

const isMark = (name: string): boolean => name.startsWith('s');

type Places = ReadonlyMap<string, string>;

beforeAll(async () => {
  for (const path of classPaths) await prepareGrammar(path);
});

describe.each(classPaths)('laws of merges of classes in %s', { timeout: LAW_TIMEOUT }, (path) => {
  it('[SC12] [SC13] what is clean has all that was kept or added, once, where its side has it, and nothing that was deleted', () => {
    const tally = { clean: 0, strays: 0 };
    fc.assert(
      fc.property(seeds, fc.boolean(), (seed, commutative) => {
        const input = inputOf(seed, path, commutative);
        const result = mergeContents(input);
        const other = mergeContents({ ...input, current: input.proposed, proposed: input.current });
        expect(other.status).toBe(result.status);
        for (const one of [result, other]) saysWhatBothMean(input, one);
        if (result.status === 'conflict') {
          if (/^(?:scope|deleted|moved): /.test(result.conflicts[0]?.reason ?? '')) tally.strays += 1;
          expect(show(result.partial).length).toBeGreaterThan(0);
        }
        if (result.status !== 'clean') return;
        tally.clean += 1;
        expect(result.notes.filter(({ code }) => code === 'unchecked')).toEqual([]);
        expect(checkReceipt(input, result).problems).toEqual([]);
      }),
      options,
    );
    expect(tally.clean).toBeGreaterThan(options.numRuns / 4);
    expect(tally.strays).toBeGreaterThan(0);
  });
});
