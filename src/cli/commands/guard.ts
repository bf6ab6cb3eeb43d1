// `guard [DIR]`: the process that keeps a folder. Hooks reach it over a Unix socket in the home, for all worktrees; with
// `--watch` it also takes what nobody announced as it happens.
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';
import { findPlace, SOCKET } from '../../guard/front/place.ts';
import { serveHook } from '../../guard/front/run.ts';
import { listenOn } from '../../guard/server.ts';
import type { Captured, Guard } from '../../guard/types.ts';
import { watchFolder } from '../../guard/watch.ts';
import { createGuards, type GuardPlace } from '../place/guard.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import { cleanName, plural } from '../shell/text.ts';
import type { Register } from './register.ts';

export function placeOrFault(folder: string): GuardPlace {
  const place = findPlace(folder);
  if (place !== undefined) return place;
  throw new EntenteError('not-found', `There is no .entente folder in ${cleanName(folder)} or above it.`, {
    next: 'entente init',
  });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function later(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}

async function watching(context: Context, root: string, guard: Guard): Promise<void> {
  const { console, signal } = context;
  const tell = (captured: readonly Captured[]): void => {
    for (const one of captured) {
      if (console.json) void console.object({ status: 'captured', ...one });
      else {
        const what = one.deleted ? 'deleted' : `v${one.version}`;
        void console.done(`${cleanName(one.path)} ${what} by ${cleanName(one.agent)}`);
      }
    }
  };
  const onFault = (error: unknown): void => console.alert(`warning: ${(error as Error).message}`);
  await watchFolder({ root, guard, signal, later, onCaptured: tell, onFault });
}

async function guardFolder(context: Context): Promise<ExitCode> {
  const { console, io, signal, args } = context;
  const place = placeOrFault(args[0] === undefined ? io.cwd : context.path(args[0]));
  const { home, root } = place;
  const guards = await createGuards(home, (message) => console.alert(`warning: ${message}`));
  try {
    const guard = await guards.of(place);
    // What lies there now is a version before anybody writes over it.
    await guard.drain();
    const found = await guard.capture();
    const socket = path.join(home, SOCKET);
    const server = await listenOn({
      socket,
      answer: (host, text) => serveHook({ host, text, cwd: root, home, guardOf: guards.of }),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    });
    const watch = context.flag('watch');
    if (console.json) await console.object({ status: 'listening', socket, root, watch, captured: found.length });
    else {
      await console.line(`entente guards ${root}${watch ? ' and watches it' : ''}`);
      await console.line(`socket: ${socket}`);
      if (found.length > 0) await console.done(`${plural(found.length, 'file')} taken as found`);
    }
    await (watch ? watching(context, root, guard) : untilAborted(signal));
    await server.close();
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
    .option('--watch', 'take changes that nobody announced as they happen')
    .action(run(guardFolder));
};
