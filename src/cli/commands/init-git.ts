// `init --git`: tells git to merge the formats that entente knows with entente, and takes that away again. What is to be
// written is planned in git-plan.ts; here it is shown, asked for and told.
import { diffLines } from '../../merge/diff.ts';
import { bytesOfLines, type Lines, splitLines } from '../../merge/lines.ts';
import { endless } from '../../merge/watch.ts';
import { patternsIn } from '../place/attributes.ts';
import { askYes, mayAsk } from '../shell/ask.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import { cleanName } from '../shell/text.ts';
import { carryOut, isDone, type Plan, planOf } from './git-plan.ts';

const NOTHING = new Uint8Array();

/** The plan in words: each line and value that comes or goes. */
function describe({ file, before, after, config }: Plan): string {
  const values = config.flatMap(({ key, before: was, after: is }) => [
    ...(was === undefined || was === is ? [] : [`  - ${key} = ${was}`]),
    ...(is === undefined || was === is ? [] : [`  + ${key} = ${is}`]),
  ]);
  const lines = changesOf(before ?? NOTHING, after ?? NOTHING);
  const places = [
    { name: `${file}${after === null && before !== null ? ' (goes)' : ''}`, changes: lines },
    { name: 'git config --local', changes: values },
  ];
  return places
    .filter(({ changes }) => changes.length > 0)
    .flatMap(({ name, changes }) => [name, ...changes])
    .map(cleanName)
    .join('\n');
}

/** Read from the bytes, so that nothing is written that is not shown. */
function changesOf(before: Uint8Array, after: Uint8Array): readonly string[] {
  // A byte order mark stays at the top, whatever line comes to stand behind it.
  const linesOf = (bytes: Uint8Array): Lines => splitLines(bytes.subarray(hasMark(bytes) ? 3 : 0));
  const [left, right] = [linesOf(before), linesOf(after)];
  const lineAt = (lines: Lines, at: number): string =>
    Buffer.from(bytesOfLines(lines, at, at + 1))
      .toString('utf8')
      .trimEnd();
  const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, i) => from + i);
  return diffLines(left, right, endless).flatMap(({ aStart, aEnd, bStart, bEnd }) => [
    ...range(aStart, aEnd).map((at) => `  - ${lineAt(left, at)}`),
    ...range(bStart, bEnd).map((at) => `  + ${lineAt(right, at)}`),
  ]);
}

function hasMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

export async function initGit(context: Context): Promise<ExitCode> {
  const { console, flag } = context;
  const remove = flag('remove');
  const plan = await planOf(context, remove);
  const done = isDone(plan);
  const patterns = patternsIn(remove ? plan.before : plan.after);
  const config = Object.fromEntries(
    plan.config.map(({ key, before, after }) => [key, (remove ? before : after) ?? null]),
  );
  const answer = { attributes: plan.file, patterns, config };
  const say = async (status: string, words: string): Promise<void> => {
    if (console.json) await console.object({ status, ...answer });
    else await console.done(words);
  };
  if (done) {
    await say(
      remove ? 'absent' : 'exists',
      remove ? 'Nothing of entente is set up in git here.' : 'Already set up in git.',
    );
    return exitCodes.ok;
  }
  const isDry = flag('dryRun');
  const asks = !isDry && mayAsk(context) && !flag('yes');
  (asks || (isDry && !console.json) ? console.alert : console.talk)(describe(plan));
  if (isDry) {
    await say('planned', `Nothing was ${remove ? 'taken away' : 'written'}: that is what would be.`);
    return exitCodes.ok;
  }
  if (asks && !(await askYes(context, remove ? 'Take this away?' : 'Write this?'))) {
    await say('aborted', 'Nothing was written.');
    return exitCodes.aborted;
  }
  await carryOut(context, plan);
  await say(remove ? 'removed' : 'written', remove ? 'Taken out of git.' : 'git merges these files with entente now.');
  if (!remove) console.talk('next: commit .gitattributes; every other clone runs: entente init --git');
  return exitCodes.ok;
}
