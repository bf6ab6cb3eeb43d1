// `apply WORKTREE`: brings the work of another worktree into this folder, three-way from what it began with. What lies
// here and no version holds is taken first; where both sides changed the same place, the file here stays as it is.
import { EntenteError } from '../../core/errors.ts';
import { openFolder } from '../../guard/disk/folder.ts';
import type { Applied } from '../../guard/types.ts';
import { openGuard } from '../place/guard.ts';
import { placeOrFault } from '../place/keep.ts';
import { otherSide } from '../place/worktrees.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import { fieldOption } from '../shell/fields.ts';
import { cleanName, shellWord } from '../shell/text.ts';
import type { Register } from './register.ts';

const WORDS: { readonly [result in Applied['result']]: string } = {
  added: 'added',
  changed: 'changed',
  merged: 'merged',
  deleted: 'deleted',
  same: 'same',
  left: 'LEFT',
  skipped: 'skipped',
};

async function show(context: Context, applied: readonly Applied[], dryRun: boolean): Promise<ExitCode> {
  const { console } = context;
  const left = applied.filter(({ result }) => result === 'left');
  if (console.json) await console.object({ status: left.length === 0 ? 'applied' : 'left', dryRun, files: applied });
  else {
    for (const { path, result, reason, conflictId } of applied) {
      if (result === 'same') continue;
      const why = reason === undefined ? '' : `  ${cleanName(reason)}`;
      const conflict = conflictId === undefined ? '' : `  entente conflicts show ${conflictId}`;
      await console.line(`${WORDS[result].padEnd(8)} ${cleanName(path)}${why}${conflict}`);
    }
    if (applied.every(({ result }) => result === 'same')) await console.line('Nothing to apply.');
  }
  if (left.length === 0) return exitCodes.ok;
  return dryRun ? exitCodes.conflict : exitCodes.escalated;
}

async function apply(context: Context): Promise<ExitCode> {
  const { console, io, args } = context;
  const target = placeOrFault(io.cwd);
  const source = placeOrFault(context.path(args[0] ?? ''));
  if (source.root === target.root) {
    throw new EntenteError('misuse', 'That is the folder which is applied to.', {
      next: `cd to the other one: entente apply ${shellWord(target.root)}`,
    });
  }
  const other = await otherSide({
    ...{ home: source.home, root: target.root, worktree: source.root, space: source.space },
    given: context.text('base'),
  });
  const folder = await openFolder(source.root);
  const dryRun = context.flag('dryRun');
  const note = context.text('note');
  const guard = await openGuard(target, { warn: (message) => console.alert(`warning: ${message}`) });
  try {
    const applied = await guard.apply({
      agent: context.text('agent') ?? (io.env['ENTENTE_AGENT'] || source.space),
      base: other.base,
      theirs: (id) => folder.read(id),
      executable: (id) => folder.isExecutable(id),
      paths: other.paths,
      dryRun,
      ...(note === undefined ? {} : { note }),
    });
    return await show(context, applied, dryRun);
  } finally {
    await guard.close();
  }
}

export const registerApply: Register = (program, run) => {
  program
    .command('apply')
    .description('bring the work of another worktree into this folder; what lies here is never overwritten')
    .argument('<worktree>', 'the other worktree')
    .option('--base <commit>', 'what its work began with (default: the newest commit that both have)')
    .addOption(fieldOption('--note <text>', 'why', 'note'))
    .option('-n, --dry-run', 'say what would come of it, and write nothing')
    .action(run(apply));
};
