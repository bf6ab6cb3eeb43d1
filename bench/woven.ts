// What `commutative: true` puts together, and whether anything of it is wrong:
//   npx tsx bench/woven.ts                 our cases, 15,000 random merges of lines in three languages, 12,000 random modules
//   npx tsx bench/woven.ts MERGES.ndjson   instead of our random lines, merges of a file: { base, ours, theirs } a line
// Not a part of `npm run bench`: it counts, and measures no time.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { prepareGrammar } from '../src/merge/code/grammars.ts';
import { checkReceipt, type MergeContents, mergeContents } from '../src/merge/index.ts';
import { codeCases } from '../test/support/code-cases.ts';
import { randomMerges } from '../test/support/merges.ts';
import { expectedNumbers, modulesInput, numbersIn, randomModules } from '../test/support/random-modules.ts';

const SEED = 1;
const LINES = 15_000;
const MODULES = 12_000;

/** Conflicts by lines, those of them that are put together, and what of these is wrong. */
class Tally {
  conflicts = 0;
  woven = 0;
  readonly wrong: string[] = [];

  /** `isRight` is asked about what was put together; the text may not be the only thing that counts. */
  add(contents: MergeContents, isRight: (text: string) => boolean): void {
    if (mergeContents({ ...contents, options: { ...contents.options, syntax: 'ignore' } }).status !== 'conflict')
      return;
    this.conflicts += 1;
    const input = { ...contents, options: { ...contents.options, commutative: true } };
    const result = mergeContents(input);
    if (result.status !== 'clean' || result.content === null) return;
    this.woven += 1;
    const text = Buffer.from(result.content).toString();
    if (!checkReceipt(input, result).ok || !isRight(text)) this.wrong.push(text);
  }

  tell(what: string): void {
    console.log(
      `${what}: ${this.conflicts} conflicts by lines, ${this.woven} put together, ${this.wrong.length} wrong`,
    );
    for (const text of this.wrong.slice(0, 3)) console.log(text);
  }
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** Lines are right where each that a side has, and neither took out, is there, and none that no side has. */
function holdsLines(sides: { base: string; current: string; proposed: string }, text: string): boolean {
  const [base, current, proposed, merged] = [sides.base, sides.current, sides.proposed, text].map(
    (each) => new Set(linesOf(each)),
  ) as [Set<string>, Set<string>, Set<string>, Set<string>];
  const due = [...current, ...proposed].filter((line) => !base.has(line) || (current.has(line) && proposed.has(line)));
  return due.every((line) => merged.has(line)) && [...merged].every((line) => current.has(line) || proposed.has(line));
}

function cases(): void {
  const tally = new Tally();
  const all = codeCases();
  for (const { base, current, proposed, merged, path, outcome } of all) {
    tally.add({ base, current, proposed, path }, (text) => outcome === 'woven' && text === merged);
  }
  const due = all.filter(({ outcome }) => outcome === 'woven').length;
  tally.tell(`${all.length} cases of test/fixtures/code (${due} to be put together)`);
}

interface Lines {
  readonly base: string;
  readonly current: string;
  readonly proposed: string;
}

async function* linesFrom(file: string | undefined): AsyncGenerator<Lines> {
  if (file === undefined) {
    yield* randomMerges(LINES, SEED);
    return;
  }
  for await (const line of createInterface(createReadStream(file))) {
    if (line.trim() === '') continue;
    const { base, ours, theirs } = JSON.parse(line) as { base: string; ours: string; theirs: string };
    yield { base, current: ours, proposed: theirs };
  }
}

async function lines(file: string | undefined): Promise<void> {
  const tallies = new Map(['a.ts', 'a.py', 'a.go'].map((path) => [path, new Tally()]));
  let count = 0;
  for await (const { base, current, proposed } of linesFrom(file)) {
    count += 1;
    for (const [path, tally] of tallies) {
      tally.add({ base, current, proposed, path }, (text) => holdsLines({ base, current, proposed }, text));
    }
  }
  for (const [path, tally] of tallies) tally.tell(`${count} merges of lines as ${path}`);
}

function modules(): void {
  const tally = new Tally();
  for (const drawn of fc.sample(randomModules, { numRuns: MODULES, seed: SEED })) {
    const [base, mine, theirs] = drawn.shapes;
    tally.add(modulesInput(drawn, false), (text) =>
      (['imports', 'members', 'functions'] as const).every((list) => {
        const [due, found] = [expectedNumbers(base[list], mine[list], theirs[list]), numbersIn(text, list)];
        return due.size === found.size && [...due].every((each) => found.has(each));
      }),
    );
  }
  tally.tell(`${MODULES} random modules`);
}

for (const path of ['a.ts', 'a.tsx', 'a.js', 'a.py', 'a.go']) await prepareGrammar(path);
cases();
modules();
await lines(process.argv[2]);
