// `uninstall`: takes away what `init` wrote into the files of hosts, and nothing else. The home with its store stays.
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';
import { findPlace } from '../../guard/front/place.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import { cleanName, shellWord } from '../shell/text.ts';
import { hostsLine, removeHosts } from './init-hosts.ts';
import type { Register } from './register.ts';

async function uninstall(context: Context): Promise<ExitCode | undefined> {
  const { io, console } = context;
  const place = findPlace(io.cwd);
  if (place === undefined) {
    throw new EntenteError('not-found', `entente is not set up in ${cleanName(io.cwd)}.`, { next: 'entente init' });
  }
  const result = await removeHosts(context, place.home, place.root);
  if (console.json) await console.object(result);
  else await console.done(hostsLine(result) ?? 'Nothing of entente is in the files of hosts here.');
  if (result.status === 'removed') {
    console.talk(
      `The contents are kept in ${cleanName(place.home)}. To remove them too: rm -r ${shellWord(path.resolve(place.home))}`,
    );
  }
  return result.status === 'aborted' ? exitCodes.aborted : undefined;
}

export const registerUninstall: Register = (program, run) => {
  program
    .command('uninstall')
    .description('take away what init wrote into the files of hosts; the store and its contents stay')
    .option('--dry-run', 'show what would be taken away, and do nothing')
    .option('-y, --yes', 'do not ask')
    .action(run(uninstall));
};
