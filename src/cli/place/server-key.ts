// The key that the command line shows to a server. It comes from the environment, from a file, or, for a server of this
// machine, from the file that the server made beside its store; never from an argument, which others on the machine see.
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';
import { findHome } from './home.ts';
import { KEY_FILE, readKeyFile } from './key-file.ts';
import { socketOf } from './socket.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

function missing(message: string): EntenteError {
  return new EntenteError('unauthenticated', message, {
    next: 'export ENTENTE_KEY_FILE=PATH   (a key is made where the server runs: entente keys create NAME --grant GRANT)',
  });
}

/** `unauthenticated` where there is none, `forbidden` for a file that others may read. */
export async function serverKey(
  env: { readonly [name: string]: string | undefined },
  cwd: string,
  url: string,
  home: string | undefined,
): Promise<string> {
  const given = env['ENTENTE_KEY'];
  if (given !== undefined && given.trim() !== '') return given.trim();
  const named = env['ENTENTE_KEY_FILE'];
  if (named !== undefined && named !== '') {
    const file = path.resolve(cwd, named);
    const key = await readKeyFile(file);
    if (key !== undefined && key !== '') return key;
    throw missing(`There is no key in ${file}, which ENTENTE_KEY_FILE names.`);
  }
  if (socketOf(url) !== undefined || LOOPBACK.includes(new URL(url).hostname)) {
    const beside = home ?? (await findHome(cwd));
    const key = beside === undefined ? undefined : await readKeyFile(path.join(beside, KEY_FILE));
    if (key !== undefined && key !== '') return key;
  }
  throw missing(`There is no key for the server ${url}.`);
}
