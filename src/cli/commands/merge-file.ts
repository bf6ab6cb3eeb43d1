// `merge-file`: a three-way merge of plain files with the arguments and exit codes of `git merge-file`, so that it can
// stand in its place. Needs no store. 0: clean, 1: conflict (a class, never a count), 129 and above: an error.
import { readFile, realpath } from 'node:fs/promises';
import { EntenteError } from '../../core/errors.ts';
import { plural } from '../../core/phrases.ts';
import { isBinary } from '../../merge/binary.ts';
import { type ConflictStyle, renderConflicts } from '../../merge/index.ts';
import { mergeProved, UNPROVED } from '../../merge/prove.ts';
import type { MergeOptions, MergeResult } from '../../merge/types.ts';
import { putWorkFile } from '../place/working.ts';
import type { Context } from '../shell/context.ts';
import { withGitExits } from '../shell/git-exit.ts';
import { cleanName } from '../shell/text.ts';
import { contentJson } from '../show/json.ts';
import { resizeMarkers } from '../show/marker-size.ts';
import { collect, type Register } from './register.ts';

/** The files cannot be merged, however the command is spelt. */
class MergeFault extends EntenteError {}

function optionsOf(context: Context): MergeOptions {
  const chosen = ['ours', 'theirs', 'union'].filter((name) => context.flag(name));
  if (chosen.length > 1)
    throw new EntenteError('misuse', `--${chosen.join(' and --')} exclude each other.`, { next: 'Give one of them.' });
  if (context.flag('ours')) return { engine: 'text', favor: 'current' };
  if (context.flag('theirs')) return { engine: 'text', favor: 'proposed' };
  return context.flag('union') ? { engine: 'text', union: true } : { engine: 'text' };
}

function styleOf(context: Context): ConflictStyle {
  if (context.flag('zdiff3')) return 'zdiff3';
  return context.flag('diff3') ? 'diff3' : 'merge';
}

function render(context: Context, result: MergeResult, names: readonly string[]): Uint8Array {
  if (result.status === 'clean') return result.content ?? new Uint8Array();
  const [current = '', base = '', proposed = ''] = names.map((name, index) => context.list('label')[index] ?? name);
  const labels = { current, base, proposed };
  const size = context.count('markerSize', 0, 0, 1000);
  const rendered = renderConflicts(result, styleOf(context), labels);
  return size === 0 ? rendered : resizeMarkers(rendered, labels, size);
}

/** A merge that does not prove itself is a fault of ours, and no conflict: there is nothing in it to be decided. */
export function refuseUnproved(result: MergeResult): void {
  if (result.status !== 'conflict') return;
  const fault = result.notes.find(({ code }) => code === UNPROVED);
  if (fault === undefined) return;
  throw new Error(`${fault.message}. Nothing was written. That is a fault of entente: please report the three files.`);
}

async function merge(context: Context): Promise<number> {
  const { console } = context;
  const names = context.args;
  if (context.list('label').length > 3) {
    throw new EntenteError('misuse', 'At most three labels (-L).', { next: 'entente merge-file --help' });
  }
  // As git does: what parses or not is nobody's business here.
  const options: MergeOptions = { ...optionsOf(context), syntax: 'ignore' };
  const paths = await Promise.all(names.map((name) => realpath(context.path(name))));
  const [current, base, proposed] = await Promise.all(paths.map((file) => readFile(file)));
  if (current === undefined || base === undefined || proposed === undefined) {
    throw new EntenteError('misuse', 'merge-file takes three files.', {
      next: 'entente merge-file CURRENT BASE OTHER',
    });
  }
  const result = mergeProved({ base, current, proposed, path: names[0] ?? '', options });
  refuseUnproved(result);
  if (result.status === 'error') throw new MergeFault('misuse', result.message);
  if (result.status === 'conflict' && result.conflicts.some(({ kind }) => kind === 'binary')) {
    const binary = names.filter((_, index) => isBinary([current, base, proposed][index] ?? null));
    throw new MergeFault('misuse', `Cannot merge binary files: ${binary.map(cleanName).join(', ')}.`, {
      next: 'Choose one of the files.',
    });
  }
  const merged = render(context, result, names);
  const conflicts = result.status === 'conflict' ? result.conflicts.length : 0;
  const stdout = context.flag('stdout');
  if (!stdout) await putWorkFile(paths[0] ?? '', merged);
  if (console.json)
    await console.object({ status: result.status, conflicts, ...(stdout ? contentJson(merged) : { file: paths[0] }) });
  else if (stdout) await console.data(merged);
  if (conflicts > 0) console.talk(`${plural(conflicts, 'conflict')} in ${cleanName(names[0] ?? '')}`);
  return conflicts > 0 ? 1 : 0;
}

export const registerMergeFile: Register = (program, run) => {
  program
    .command('merge-file')
    .description('merge files as git merge-file does: the changes from BASE to OTHER go into CURRENT')
    .argument('<current>')
    .argument('<base>')
    .argument('<other>')
    .option('-p, --stdout', 'send the result to stdout instead of into CURRENT')
    .option('--diff3', 'show the base in conflicts')
    .option('--zdiff3', 'show the base; common first and last lines leave the conflict')
    .option('--ours', 'decide conflicts for CURRENT')
    .option('--theirs', 'decide conflicts for OTHER')
    .option('--union', 'take both sides of conflicts')
    .option('-L, --label <name>', 'labels for CURRENT, BASE and OTHER, in this order', collect)
    .option('--marker-size <n>', 'length of the conflict markers')
    .action(run(withGitExits('merge-file', merge, (error) => !(error instanceof MergeFault))));
};
