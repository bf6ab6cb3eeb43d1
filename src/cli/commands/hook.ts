// `hook HOST`: the hook that hosts call before and after a tool, as a command. Hosts call the front beside it
// (`entente-hook`), which says the same and starts faster.
import { EntenteError } from '../../core/errors.ts';
import { runHook } from '../../guard/front/run.ts';
import { HOST_NAMES } from '../../guard/hosts/event.ts';
import type { Context } from '../shell/context.ts';
import { readAll } from '../shell/io.ts';
import type { Register } from './register.ts';

/** The largest file that is guarded, in JSON and twice over. */
const LIMIT = 64 * 1024 * 1024;

async function hook({ io, args, console, signal }: Context): Promise<undefined> {
  const [host = ''] = args;
  if (!HOST_NAMES.some((name) => name === host)) {
    throw new EntenteError('misuse', `There is no host ${JSON.stringify(host)}.`, {
      next: `entente hook ${HOST_NAMES.join('   or   entente hook ')}`,
    });
  }
  const text = Buffer.from(await readAll(io.stdin, LIMIT, signal)).toString('utf8');
  const { out, fault } = await runHook({
    ...{ host, text, cwd: io.cwd, clock: Date.now },
    open: async (place) => (await import('../place/guard.ts')).openGuard(place),
  });
  if (fault !== undefined) console.alert(fault);
  if (out !== '') await console.data(out);
}

export const registerHook: Register = (program, run) => {
  program
    .command('hook')
    .description('what a host of agents calls before and after a tool: its JSON on stdin, the answer on stdout')
    .argument('<host>', HOST_NAMES.join(', '))
    .action(run(hook));
};
