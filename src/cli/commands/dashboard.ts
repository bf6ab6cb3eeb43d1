// `dashboard`: a fresh link to the dashboard of a server that runs. The link logs in once, so that no key is pasted into a
// browser or stands in its history.
import { EntenteError } from '../../core/errors.ts';
import { serverKey } from '../place/server-key.ts';
import { socketOf } from '../place/socket.ts';
import type { Context } from '../shell/context.ts';
import { serverAddress } from '../shell/server-address.ts';
import type { Register } from './register.ts';

/** The server that the store is behind, or the one of this machine that stands before the store of the folder. */
async function serverOf(context: Context): Promise<{ readonly url: string; readonly home: string | undefined }> {
  const { store, home } = await context.location();
  if (store.kind !== 'server') return { url: serverAddress(context), home };
  if (socketOf(store.url) === undefined) return { url: store.url, home };
  throw new EntenteError('misuse', 'A browser does not reach a server by its socket.', {
    next: 'entente serve   (on a port of this machine)',
  });
}

async function dashboard(context: Context): Promise<undefined> {
  const { console, io } = context;
  const { url, home } = await serverOf(context);
  const key = await serverKey(io.env, io.cwd, url, home);
  const { createClient } = await import('../../client/client.ts');
  const { path, expiresAt } = await createClient({ url, key }).loginCode();
  const link = `${url}${path}`;
  if (console.json) await console.object({ url: link, expiresAt });
  else await console.line(link);
  console.talk('Open it in a browser: it logs in once, within 5 minutes.');
  return undefined;
}

export const registerDashboard: Register = (program, run) => {
  program
    .command('dashboard')
    .description('a link to the dashboard of a server that runs: it logs in once')
    .option('--port <n>', 'the port of the server on this machine (default: 4711)')
    .action(run(dashboard));
};
