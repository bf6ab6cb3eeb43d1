// L10: laws that every merge holds, on random texts and objects, and the same merges by git.
import { checkReceipt, mergeContents, renderConflicts } from '../../../src/merge/index.ts';
import { gitVersion, hasGit } from '../../support/git.ts';
import { labels, withMergeFile } from '../../support/merge-file.ts';
import { type RandomMerge, randomMerges, type Triple } from '../../support/merges.ts';
import { createRandom, type Random } from '../../support/random.ts';
import { demand, type Layer, type Tally } from '../frame.ts';

/** A merge as its laws see it: the merged text, or undefined for a conflict. */
export type MergeUnderTest = (sides: Triple, path: string) => string | undefined;

/** The engine's own, each with its receipt checked. */
export const ownMerge: MergeUnderTest = (sides, path) => {
  const input = { ...sides, path };
  const result = mergeContents(input);
  if (result.status !== 'clean' || result.content === null) return undefined;
  const { ok, problems } = checkReceipt(input, result);
  demand(ok, `a receipt does not prove its merge: ${problems[0]}`);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(result.content);
};

const linesOf = (text: string): string[] => text.split('\n');

/** What holds for any three texts. Throws with the law that does not. */
function checkLaws(merge: MergeUnderTest, { base, current, proposed, profile }: RandomMerge, tally: Tally): void {
  const path = 'law.txt';
  const ask = (sides: Triple): string | undefined => {
    tally.operations += 1;
    return merge(sides, path);
  };
  const law = (holds: boolean, name: string): void => demand(holds, `${name} (${profile.name})`);
  law(ask({ base, current, proposed: base }) === current, 'm(b, x, b) = x');
  law(ask({ base, current: base, proposed }) === proposed, 'm(b, b, y) = y');
  law(ask({ base, current, proposed: current }) === current, 'm(b, x, x) = x');
  const merged = ask({ base, current, proposed });
  law(ask({ base, current: proposed, proposed: current }) === merged, 'sides swapped, same result');
  if (merged === undefined) return;
  const given = new Set([base, current, proposed].flatMap(linesOf));
  law(
    linesOf(merged).every((line) => given.has(line)),
    'nothing is invented',
  );
  if (profile.isAmbiguous) return;
  const [mine, theirs, out] = [current, proposed, merged].map((text) => new Set(linesOf(text)));
  const back = linesOf(base).find((line) => line !== '' && !(mine?.has(line) && theirs?.has(line)) && out?.has(line));
  law(back === undefined, `what one side removed stays removed: ${back}`);
}

/** Edits that are apart are merged, whatever they are. */
function checkApart(merge: MergeUnderTest, random: Random, tally: Tally): void {
  const size = 12 + random.below(30);
  const lines = Array.from({ length: size }, (_, index) => `line ${index}`);
  const first = random.below(size - 4);
  const second = first + 3 + random.below(size - first - 3);
  const edited = (at: number, name: string): string => {
    const copy: string[] = [...lines];
    copy.splice(
      at,
      1,
      ...(random.chance(0.3) ? [] : [`${name} ${at}`]),
      ...(random.chance(0.3) ? [`more ${name}`] : []),
    );
    return `${copy.join('\n')}\n`;
  };
  const sides = { base: `${lines.join('\n')}\n`, current: edited(first, 'mine'), proposed: edited(second, 'theirs') };
  const merged = merge(sides, 'apart.txt');
  demand(merged !== undefined, `edits of lines ${first} and ${second} are a conflict`);
  const wanted = new Set([...linesOf(sides.current), ...linesOf(sides.proposed)]);
  for (const line of wanted) {
    const kept =
      !line.startsWith('line') || [sides.current, sides.proposed].every((one) => linesOf(one).includes(line));
    demand(linesOf(merged).includes(line) === kept, `${line} is ${kept ? 'missing' : 'back'}`);
  }
  const names = Array.from({ length: 8 }, (_, index) => `k${index}`);
  const [one, other] = random.shuffle(names);
  const object = Object.fromEntries(names.map((name) => [name, random.below(100)]));
  const changed = (name: string | undefined, value: unknown): string =>
    JSON.stringify({ ...object, [name ?? '']: value });
  const both = merge(
    { base: JSON.stringify(object), current: changed(one, 'mine'), proposed: changed(other, { theirs: true }) },
    'apart.json',
  );
  demand(both !== undefined, `members ${one} and ${other} are a conflict`);
  const result = JSON.parse(both) as { [name: string]: unknown };
  demand(result[one ?? ''] === 'mine' && JSON.stringify(result[other ?? '']) === '{"theirs":true}', 'a member is lost');
  tally.operations += 2;
}

export function checkMerges(merge: MergeUnderTest, seed: number, count: number, tally: Tally): void {
  for (const triple of randomMerges(count, seed)) checkLaws(merge, triple, tally);
  const random = createRandom(seed);
  for (let index = 0; index < count; index += 1) checkApart(merge, random.fork(), tally);
}

/** Where the alignment is unique, git must have the same bytes and the same verdict. */
function compareWithGit(seed: number, count: number, tally: Tally): string {
  if (!hasGit('the comparison of merges with git') || gitVersion() < 2035) return 'git not compared: not installed';
  const merges = randomMerges(count, seed).filter(({ profile }) => !profile.isAmbiguous);
  withMergeFile(merges, (ask) => {
    const answers = ask();
    for (const [index, triple] of merges.entries()) {
      const result = mergeContents(triple);
      const own = Buffer.from(renderConflicts(result, 'merge', labels)).toString('latin1');
      const answer = answers[index];
      const same = answer?.text === own && answer.isClean === (result.status === 'clean');
      demand(same, `git merges otherwise: ${triple.profile.name}, merge ${index}`);
      tally.operations += 1;
    }
  });
  return `${merges.length} also by git, byte for byte`;
}

export const mergeLaws: Layer = {
  id: 'L10',
  title: 'laws of merges, their receipts, and git on the same texts',
  async run({ size, seed, tally, note }) {
    const count = size(150, 5000, 200_000);
    checkMerges(ownMerge, seed, count, tally);
    note(`${count} triples and ${count} edits apart; ${compareWithGit(seed, size(60, 2000, 5000), tally)}`);
  },
};
