// Commands that stand in git's place end as git's do: 0 clean, 1 conflict (a class, never a count), 129 and above an
// error, so that git never takes a fault for a conflict.
import type { Handler } from '../commands/register.ts';
import type { Context } from './context.ts';
import { faultOf } from './exit.ts';

export const GIT_USAGE = 129;
export const GIT_FAULT = 255;
const INTERRUPTED = 130;

/** The commands that these codes are for. */
export const GIT_COMMANDS: readonly string[] = ['merge-file', 'merge-driver'];

/** Raised with the exit code that git expects. */
export class GitExit extends Error {
  readonly exit: number;

  constructor(exit: number) {
    super(`ends with ${exit}`);
    this.name = 'GitExit';
    this.exit = exit;
  }
}

/** Runs `merge`, which answers 0 or 1. What it throws is 129 where `isUsage` says so, else 255. */
export function withGitExits(
  name: string,
  merge: (context: Context) => Promise<number>,
  isUsage: (error: unknown) => boolean,
): Handler {
  return async (context) => {
    let exit: number;
    try {
      exit = await merge(context);
    } catch (error) {
      const fault = faultOf(error);
      if (fault.exit === 0) return undefined;
      const usage = fault.code === 'misuse' && isUsage(error);
      exit = fault.code === 'interrupted' ? INTERRUPTED : usage ? GIT_USAGE : GIT_FAULT;
      const help = `entente ${name} --help`;
      // No store is in use here, so none is to be looked at.
      const next = fault.code === 'unexpected' ? help : (fault.next ?? help);
      await context.console.fail({ ...fault, next, exit });
    }
    if (exit !== 0) throw new GitExit(exit);
    return undefined;
  };
}
