// `init --git`: tells git to merge the formats that entente knows with entente, and takes that away again. What is to be
// written is planned in git-plan.ts; here it is shown, asked for and told.
import { patternsIn } from '../place/attributes.ts';
import { askYes, mayAsk } from '../shell/ask.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import { carryOut, describe, isDone, planOf } from './git-plan.ts';

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
