// The options of the text engine that git has too, against git: `--ours`, `--theirs` and `--union` of `git merge-file`,
// and the whitespace options of `git merge`. Skipped as the other comparison is: where git is absent and CI is not set.
import { describe, expect, it } from 'vitest';
import { type MergeOptions, type MergeResult, mergeContents, renderConflicts } from '../../src/merge/index.ts';
import { gitVersion, hasGit, openRepository } from '../support/git.ts';
import { isLong, LAW_TIMEOUT } from '../support/law-runs.ts';
import { labels, type MergeFileAnswer, withMergeFile } from '../support/merge-file.ts';
import { profiles, type RandomMerge, randomMerges, type Triple } from '../support/merges.ts';
import { createRandom, type Random } from '../support/random.ts';

const SEED = 20_240_610;
const COUNT = isLong ? 5_000 : 300;
const mustRun =
  hasGit('the comparison of merge options with git') && ((process.env['CI'] ?? '') !== '' || gitVersion() >= 2035);
const settings = { timeout: LAW_TIMEOUT };

const latin1 = (content: Uint8Array | null): string => Buffer.from(content ?? []).toString('latin1');

/** A clean result's bytes, or the conflicts as git renders them. */
function rendered(triple: Triple, options: MergeOptions): MergeFileAnswer {
  const result = mergeContents({ ...triple, options });
  return { text: latin1(renderConflicts(result, 'merge', labels)), isClean: result.status === 'clean' };
}

/** The conflicts of a text with git's markers, in the style `merge`: current's lines and proposed's. */
function conflictsOf(text: string): readonly (readonly [readonly string[], readonly string[]])[] {
  const found: [string[], string[]][] = [];
  let side = -1;
  for (const line of text.split('\n').map((each) => each.replace(/\r$/, ''))) {
    if (line.startsWith('<<<<<<< ')) {
      found.push([[], []]);
      side = 0;
    } else if (line === '=======') side = 1;
    else if (line.startsWith('>>>>>>> ')) side = -1;
    else if (side >= 0) found.at(-1)?.[side]?.push(line);
  }
  return found;
}

/** git joins conflicts that are near each other, and with them what stands between: its union has that twice. */
function isJoined(withMarkers: string): boolean {
  return conflictsOf(withMarkers).some(([current, proposed]) => current.some((line) => proposed.includes(line)));
}

describe.skipIf(!mustRun)(`${COUNT} merges with options against git merge-file, seed ${SEED}`, settings, () => {
  it('[MT25] favor is --ours and --theirs, byte for byte', () => {
    const merges = randomMerges(COUNT, SEED);
    withMergeFile(merges, (ask) => {
      for (const [option, favor] of [
        ['--ours', 'current'],
        ['--theirs', 'proposed'],
      ] as const) {
        const answers = ask(option);
        expect(merges.map((merge) => rendered(merge, { favor }))).toEqual(answers);
      }
    });
  });

  // git ends current's last line with a newline even where proposed has nothing to put after it.
  it('[MT25] union is --union, but for a last newline, wherever git joins no two conflicts', () => {
    const open = ({ text, isClean }: MergeFileAnswer): MergeFileAnswer => ({ text: text.replace(/\n$/, ''), isClean });
    const merges = randomMerges(COUNT, SEED + 1);
    let compared = 0;
    withMergeFile(merges, (ask) => {
      const marked = ask();
      const answers = ask('--union');
      merges.forEach((merge, i) => {
        const theirs = answers[i];
        if (theirs === undefined || isJoined(marked[i]?.text ?? '')) return;
        compared += 1;
        expect(open(rendered(merge, { union: true })), `${merge.profile.name} ${i}`).toEqual(open(theirs));
      });
    });
    expect(compared).toBeGreaterThan(COUNT / 2);
  });

  it('[MT25] bom: bytes is what git does with a byte order mark', () => {
    const random = createRandom(SEED + 2);
    const marks = (text: string): string => (random.chance(0.5) ? `\ufeff${text}` : text);
    const merges = randomMerges(COUNT / 3, SEED + 2).map(({ base, current, proposed }) => ({
      base: marks(base),
      current: marks(current),
      proposed: marks(proposed),
    }));
    withMergeFile(merges, (ask) => {
      const answers = ask();
      expect(merges.map((merge) => rendered(merge, { bom: 'bytes' }))).toEqual(answers);
    });
  });
});

/** Some lines with blanks or another ending that say nothing. */
function respaced(random: Random, text: string, blank: (random: Random, line: string) => string): string {
  return text
    .split('\n')
    .map((line) => (line !== '' && random.chance(0.2) ? blank(random, line) : line))
    .join('\n');
}

const kinds: readonly {
  readonly strategy: string;
  readonly options: MergeOptions;
  readonly blank: (random: Random, line: string) => string;
  /** What is left of a text when what the option passes over is gone. */
  readonly bare: (text: string) => string;
}[] = [
  {
    strategy: 'ignore-all-space',
    options: { ignoreWhitespace: 'all' },
    blank: (random, line) => random.pick([`  ${line}`, `${line} `, line.replace(' ', '\t'), line.replaceAll(' ', '')]),
    bare: (text) => text.replace(/[ \t\r]/g, ''),
  },
  {
    strategy: 'ignore-space-at-eol',
    options: { ignoreWhitespace: 'trailing' },
    blank: (random, line) => random.pick([`${line} `, `${line}\t`, `${line}  `]),
    bare: (text) => text.replace(/[ \t\r]+$/gm, ''),
  },
  {
    strategy: 'ignore-cr-at-eol',
    options: { eol: 'auto' },
    blank: (_random, line) => `${line}\r`,
    bare: (text) => text.replace(/\r$/gm, ''),
  },
];

const unique = profiles.filter(({ isAmbiguous, name }) => !isAmbiguous && name !== 'endings' && name !== 'open ends');

/** One `git merge` of many files: those that conflict, and the text of each. */
function mergeWithGit(merges: readonly Triple[], strategy: string): readonly MergeFileAnswer[] {
  const repository = openRepository();
  try {
    const side = (part: keyof Triple): Record<string, string> =>
      Object.fromEntries(merges.map((merge, i) => [`f${i}`, merge[part]]));
    const { git } = repository;
    git('config', 'core.autocrlf', 'false');
    git('config', 'merge.renames', 'false');
    repository.commit('base', side('base'));
    git('checkout', '-q', '-b', 'other');
    repository.commit('proposed', side('proposed'));
    git('checkout', '-q', 'main');
    repository.commit('current', side('current'));
    repository.tryGit('merge', '-q', '-s', 'ort', '-X', 'diff-algorithm=myers', '-X', strategy, 'other');
    const open = new Set(git('diff', '--name-only', '--diff-filter=U').split('\n'));
    return merges.map((_, i) => ({ text: repository.read(`f${i}`), isClean: !open.has(`f${i}`) }));
  } finally {
    repository.close();
  }
}

describe.skipIf(!mustRun).each(kinds)(
  `merges with -X $strategy against git, seed ${SEED}`,
  settings,
  ({ strategy, options, blank, bare }) => {
    it('[MT25] has the class that git has, and the same text beside what is passed over', () => {
      const random = createRandom(SEED + 3);
      const merges = randomMerges(COUNT, SEED + 3, unique).map((merge: RandomMerge) => ({
        base: respaced(random, merge.base, blank),
        current: respaced(random, merge.current, blank),
        proposed: respaced(random, merge.proposed, blank),
      }));
      const answers = mergeWithGit(merges, strategy);
      const show = (result: MergeResult): string =>
        result.status === 'clean' ? bare(Buffer.from(result.content ?? []).toString()) : result.status;
      merges.forEach((merge, i) => {
        const { text = '', isClean = false } = answers[i] ?? {};
        expect(show(mergeContents({ ...merge, options })), `${i}`).toBe(isClean ? bare(text) : 'conflict');
      });
    });
  },
);
