// `guard [DIR]`: the process that keeps a folder. Hooks reach it over a Unix socket in the home, for all worktrees; with
// `--watch` it also takes what nobody announced as it happens, and puts on disk what others commit.
import { plural } from '../../core/phrases.ts';
import type { Arrived, Captured } from '../../guard/types.ts';
import { createGuards } from '../place/guard.ts';
import { clashOf, keepFolder, placeOrFault } from '../place/keep.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import { untilAborted } from '../shell/io.ts';
import { cleanName } from '../shell/text.ts';
import type { Register } from './register.ts';

function tell({ console }: Context, captured: readonly Captured[]): void {
  for (const one of captured) {
    const clash = clashOf(one);
    if (console.json) void console.object({ status: clash === undefined ? 'captured' : 'held', ...one });
    else if (clash !== undefined) console.alert(`warning: ${clash}`);
    else {
      const what = one.deleted ? 'deleted' : `v${one.version}`;
      void console.done(`${cleanName(one.path)} ${what} by ${cleanName(one.agent)}`);
    }
  }
}

function tellArrived({ console }: Context, arrived: Arrived): void {
  const { path, agent, version, deleted } = arrived;
  if (console.json) void console.object({ status: 'arrived', ...arrived });
  else
    void console.done(`${cleanName(path)} v${version} by ${cleanName(agent)} ${deleted ? 'deleted' : 'written'} here`);
}

async function guardFolder(context: Context): Promise<ExitCode> {
  const { console, io, signal, args } = context;
  const place = placeOrFault(args[0] === undefined ? io.cwd : context.path(args[0]));
  const { home, root } = place;
  const watch = context.flag('watch');
  const warn = (message: string): void => console.alert(`warning: ${message}`);
  const guards = await createGuards(home, warn);
  try {
    const kept = await keepFolder({
      ...{ place, guards, watch },
      onCaptured: (captured) => tell(context, captured),
      onArrived: (arrived) => tellArrived(context, arrived),
      onWarning: warn,
      onFault: (error) => warn((error as Error).message),
    });
    const { socket, found, names } = kept;
    for (const name of names) warn(name);
    if (console.json) await console.object({ status: 'listening', socket, root, watch, captured: found });
    else {
      await console.line(`entente guards ${root}${watch ? ' and watches it' : ''}`);
      await console.line(`socket: ${socket}`);
      if (found > 0) await console.done(`${plural(found, 'file')} taken as found`);
    }
    await untilAborted(signal);
    await kept.close();
  } finally {
    await guards.close();
  }
  return exitCodes.ok;
}

export const registerGuard: Register = (program, run) => {
  program
    .command('guard')
    .description('guard a folder: agents and people write files with their own tools, and nothing is lost')
    .argument('[dir]', 'the folder, or one below it (default: this one)')
    .option('--watch', 'take changes that nobody announced as they happen, and put on disk what others commit')
    .action(run(guardFolder));
};
