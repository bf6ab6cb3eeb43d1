// `recover PATH`: what is kept of a guarded file, and any of it again, also what never was a version.
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';
import type { Recoverable, RecoverWhich } from '../../guard/types.ts';
import { openGuard } from '../place/guard.ts';
import { placeOrFault } from '../place/keep.ts';
import { parseVersion } from '../place/target.ts';
import { putWorkFile } from '../place/working.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import { cleanName, shellWord } from '../shell/text.ts';
import type { Register } from './register.ts';

function parseTime(text: string): number {
  const at = Date.parse(text);
  if (Number.isFinite(at)) return at;
  throw new EntenteError('misuse', `${JSON.stringify(text.slice(0, 40))} is no time.`, {
    next: 'entente recover PATH --at 2026-01-31T12:00:00Z',
  });
}

function whichOf(context: Context): RecoverWhich | undefined {
  const [version, hash, at] = ['take', 'hash', 'at'].map((name) => context.text(name));
  if ([version, hash, at].filter((one) => one !== undefined).length > 1) {
    throw new EntenteError('misuse', '--take, --hash and --at each name a content: give one of them.');
  }
  if (version !== undefined) return { version: parseVersion(version) };
  if (hash !== undefined) return { hash };
  return at === undefined ? undefined : { at: parseTime(at) };
}

async function list(context: Context, id: string, kept: readonly Recoverable[]): Promise<void> {
  const { console } = context;
  if (console.json) {
    await console.object({ path: id, kept });
    return;
  }
  for (const { hash, size, agent, at, version, note } of kept) {
    const name = version === undefined ? '-' : `v${version}`;
    const why = note === undefined ? '' : `  ${cleanName(note)}`;
    await console.line(
      `${name.padEnd(6)} ${hash.slice(0, 12)} ${String(size).padStart(9)} ${new Date(at).toISOString()} ${cleanName(agent)}${why}`,
    );
  }
  if (kept.length === 0) await console.line(`Nothing is kept of ${cleanName(id)}.`);
}

async function recover(context: Context): Promise<ExitCode> {
  const { console, args } = context;
  const file = context.path(args[0] ?? '');
  const place = placeOrFault(path.dirname(file));
  const id = path.relative(place.root, file).split(path.sep).join('/');
  const which = whichOf(context);
  const guard = await openGuard(place, { warn: (message) => console.alert(`warning: ${message}`) });
  try {
    await guard.drain();
    if (which === undefined || context.flag('list')) {
      await list(context, id, await guard.recoverable(id));
      return exitCodes.ok;
    }
    const bytes = await guard.recover(id, which);
    if (bytes === undefined) {
      throw new EntenteError('not-found', `No such content of ${cleanName(id)} is kept.`, {
        next: `entente recover ${shellWord(args[0] ?? '')} --list`,
      });
    }
    const out = context.text('output');
    if (out === undefined) await console.data(bytes);
    else {
      await putWorkFile(context.path(out), bytes);
      await console.done(`${bytes.length} bytes in ${cleanName(out)}`);
    }
    return exitCodes.ok;
  } finally {
    await guard.close();
  }
}

export const registerRecover: Register = (program, run) => {
  program
    .command('recover')
    .description('what is kept of a guarded file: every version, and what was announced, merged or refused')
    .argument('<path>', 'the file, there or not')
    .option('--list', 'what is kept, the newest first (the default)')
    .option('--take <version>', 'this version')
    .option('--hash <hash>', 'the content with this hash, or the beginning of one')
    .option('--at <time>', 'the version of that time')
    .option('-o, --output <file>', 'into a file; otherwise to stdout')
    .action(run(recover));
};
