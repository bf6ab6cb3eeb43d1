// `merge-driver`: what git calls for the files of `merge=entente`. The merge, or the text with markers, goes into CURRENT;
// git takes it from there. Needs no store. 0: clean, 1: conflict, 129 and above: an error.
import { readFile, realpath } from 'node:fs/promises';
import { EntenteError } from '../../core/errors.ts';
import { plural } from '../../core/phrases.ts';
import { prepareGrammar } from '../../merge/code/grammars.ts';
import { type ConflictStyle, engineNames } from '../../merge/index.ts';
import { askGit } from '../place/git.ts';
import { putWorkFile } from '../place/working.ts';
import type { Context } from '../shell/context.ts';
import { withGitExits } from '../shell/git-exit.ts';
import { cleanName, shellWord } from '../shell/text.ts';
import { type Marked, type MarkedLabels, mergeMarked } from '../show/marked.ts';
import type { Register } from './register.ts';

export const STYLES: readonly ConflictStyle[] = ['merge', 'diff3', 'zdiff3'];
const MARKER_SIZE = 7;
const MOST_MARKERS = 1000;

/** `--engine`, if it is one; `misuse` otherwise. */
export function engineOf(context: Context): string | undefined {
  const name = context.text('engine');
  if (name === undefined || name === 'auto' || engineNames.includes(name)) return name;
  throw new EntenteError('misuse', `There is no merge engine ${JSON.stringify(name)}.`, {
    next: `Use one of ${['auto', ...engineNames].join(', ')}.`,
  });
}

/** `--style`, else git's own `merge.conflictStyle`, else the style from which the merge can be made again. */
export async function styleOf(context: Context): Promise<ConflictStyle> {
  const given = context.text('style');
  if (given !== undefined) {
    const style = STYLES.find((name) => name === given);
    if (style !== undefined) return style;
    throw new EntenteError('misuse', `--style is one of ${STYLES.join(', ')}, not ${JSON.stringify(given)}.`);
  }
  const answer = await askGit(context.io, 'config', '--get', 'merge.conflictStyle');
  const configured = answer.status === 'ok' ? answer.text : undefined;
  return STYLES.find((name) => name === configured) ?? 'zdiff3';
}

/** An older git leaves the placeholders of labels as they are. */
function labelsOf(context: Context): MarkedLabels {
  const label = (name: keyof MarkedLabels): string => {
    const given = context.text(`${name}Label`);
    return given === undefined || /^%[SXY]$/.test(given) ? name : cleanName(given);
  };
  return { base: label('base'), current: label('current'), proposed: label('proposed') };
}

async function merge(context: Context): Promise<number> {
  const { console, args } = context;
  const size = context.count('markerSize', MARKER_SIZE, 1, MOST_MARKERS);
  const labels = labelsOf(context);
  const engine = engineOf(context);
  const style = await styleOf(context);
  const files = await Promise.all(args.slice(0, 3).map((name) => realpath(context.path(name))));
  const [base, current, proposed] = await Promise.all(files.map((name) => readFile(name)));
  const file = files[1] ?? '';
  const path = args[3] ?? '';
  if (base === undefined || current === undefined || proposed === undefined || path === '') {
    throw new EntenteError('misuse', 'merge-driver takes BASE CURRENT PROPOSED PATH.', {
      next: 'git config merge.entente.driver "entente merge-driver %O %A %B %P"',
    });
  }
  await prepareGrammar(path);
  const merged = mergeMarked({
    // git writes an empty file where the two sides have no base.
    base: base.length === 0 ? null : base,
    current,
    proposed,
    path,
    style,
    labels,
    size,
    ...(engine === undefined ? {} : { engine }),
  });
  if (merged.status !== 'unmarked') await putWorkFile(file, merged.content);
  const conflicts = merged.status === 'conflict' ? merged.conflicts : merged.status === 'unmarked' ? 1 : 0;
  tell(context, path, merged, conflicts);
  if (console.json) {
    const { status } = merged;
    const answer = { status: status === 'clean' ? 'clean' : 'conflict', engine: merged.engine, conflicts, path };
    // git waits for the exit code, not for this line: a reader that is gone does not make a conflict clean.
    await console.object({ ...answer, file }).catch(() => {});
  }
  return conflicts > 0 ? 1 : 0;
}

function tell({ console }: Context, path: string, merged: Marked, conflicts: number): void {
  const name = cleanName(path);
  if (merged.status === 'clean') {
    for (const note of merged.notes) console.talk(`entente: ${name}: ${cleanName(note)}`);
    return;
  }
  for (const reason of merged.reasons) console.talk(`entente: ${name}: ${cleanName(reason)}`);
  if (merged.status === 'conflict') console.talk(`entente: ${plural(conflicts, 'conflict')} in ${name}`);
  else console.talk(`entente: current is kept. The other side: git checkout --theirs -- ${shellWord(path)}`);
}

export const registerMergeDriver: Register = (program, run) => {
  program
    .command('merge-driver')
    .description('a merge driver for git (entente init --git sets it up): the result goes into CURRENT')
    .argument('<base>', '%O')
    .argument('<current>', '%A')
    .argument('<proposed>', '%B')
    .argument('<path>', '%P: chooses the engine')
    .option('--marker-size <n>', '%L: the least length of the conflict markers')
    .option('--base-label <text>', '%S')
    .option('--current-label <text>', '%X')
    .option('--proposed-label <text>', '%Y')
    .option('--style <name>', 'merge, diff3 or zdiff3 (default: merge.conflictStyle of git, else zdiff3)')
    .option('--engine <name>', 'instead of the one that the path chooses')
    .action(run(withGitExits('merge-driver', merge, () => true)));
};
