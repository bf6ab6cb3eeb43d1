// Random merges against the real `git merge-file`, in three styles: 2,000 every day; with ENTENTE_LONG=1 three times
// 5,000, long texts too, and the table of docs/merge/text.md printed. Skipped where git is absent, with the reason
// printed, unless CI is set: there its absence is a failure.
import { describe, expect, it } from 'vitest';
import { mergeContents, renderConflicts } from '../../src/merge/index.ts';
import { gitVersion, hasGit } from '../support/git.ts';
import { isLong, LAW_TIMEOUT } from '../support/law-runs.ts';
import { labels, type MergeFileAnswer, withMergeFile } from '../support/merge-file.ts';
import {
  longProfiles,
  type Profile,
  profiles,
  type RandomMerge,
  randomMerges,
  type Triple,
} from '../support/merges.ts';

const seeds = isLong ? [20_240_607, 20_240_608, 20_240_609] : [20_240_607];
const COUNT = isLong ? 5_000 : 2_000;
const styles = ['merge', 'diff3', 'zdiff3'] as const;
type Style = (typeof styles)[number];

// zdiff3 came with git 2.35.
const mustRun =
  hasGit('the comparison of text merges with git') && ((process.env['CI'] ?? '') !== '' || gitVersion() >= 2035);

function merged(triple: Triple, style: Style): MergeFileAnswer {
  const result = mergeContents(triple);
  return {
    text: Buffer.from(renderConflicts(result, style, labels)).toString('latin1'),
    isClean: result.status === 'clean',
  };
}

interface Tally {
  compared: number;
  different: number;
  /** Clean here and a conflict for git. */
  bold: number;
  /** The first ten, to be looked at. */
  readonly examples: string[];
}

/** Compares in every style, and tells how each profile did. */
function compare(merges: readonly RandomMerge[], seed: number): ReadonlyMap<Profile, Tally> {
  const tallies = new Map<Profile, Tally>();
  withMergeFile(merges, (ask) => {
    for (const style of styles) {
      const answers = ask(...(style === 'merge' ? [] : [`--${style}`]));
      merges.forEach((merge, i) => {
        const tally = tallies.get(merge.profile) ?? { compared: 0, different: 0, bold: 0, examples: [] };
        tallies.set(merge.profile, tally);
        tally.compared += 1;
        const [ours, theirs] = [merged(merge, style), answers[i]];
        if (theirs?.text === ours.text && theirs.isClean === ours.isClean) return;
        tally.different += 1;
        if (ours.isClean && theirs?.isClean === false) tally.bold += 1;
        if (tally.examples.length < 10) tally.examples.push(`${merge.profile.name} ${style}, seed ${seed}, merge ${i}`);
      });
    }
  });
  for (const [{ name }, { compared, different, bold, examples }] of isLong ? tallies : []) {
    process.stdout.write(`seed ${seed} | ${name} | ${compared} | ${different} | ${bold} | ${examples.join('; ')}\n`);
  }
  return tallies;
}

function sum(tallies: ReadonlyMap<Profile, Tally>, part: (tally: Tally) => number): number {
  return [...tallies].reduce((total, [{ isAmbiguous }, tally]) => total + (isAmbiguous ? part(tally) : 0), 0);
}

describe.skipIf(!mustRun).each(seeds)(`${COUNT} merges against git, seed %i`, { timeout: LAW_TIMEOUT }, (seed) => {
  it('[MT7] agrees on bytes and class where the alignment is unique, and nearly always elsewhere', () => {
    const tallies = compare(randomMerges(COUNT, seed), seed);
    expect(tallies.size).toBe(profiles.length);
    for (const [{ isAmbiguous }, { examples }] of tallies) if (!isAmbiguous) expect(examples).toEqual([]);
    const compared = sum(tallies, (tally) => tally.compared);
    expect(sum(tallies, (tally) => tally.different) / compared).toBeLessThanOrEqual(0.005);
    expect(sum(tallies, (tally) => tally.bold) / compared).toBeLessThanOrEqual(0.001);
  });

  it('[MT7] merges no long text where git conflicts, and seldom has other bytes', () => {
    const tallies = compare(randomMerges(isLong ? 1_000 : 20, seed, longProfiles), seed);
    expect(sum(tallies, (tally) => tally.bold)).toBe(0);
    const compared = sum(tallies, (tally) => tally.compared);
    expect(sum(tallies, (tally) => tally.different) / compared).toBeLessThanOrEqual(0.05);
  });
});
