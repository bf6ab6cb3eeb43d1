// The key of whoever runs a server: made at its first start, in a file that only its owner may read.
import { stat } from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { EntenteError, isEntenteError } from '../../core/errors.ts';
import { parseAgentId } from '../../core/resource.ts';
import { KEY_TEXT, type Keys } from '../../service/keys.ts';
import { ALL_GRANTS } from '../../service/principal.ts';
import { shellWord } from '../shell/text.ts';
import { ownFolder, readOwn, replaceFile } from './files.ts';

export const KEY_FILE = 'server.key';

/** The key in a file; `forbidden` where others may read the file too. Undefined where there is none. */
export async function readKeyFile(file: string): Promise<string | undefined> {
  const bytes = await readOwn(file);
  if (bytes === undefined) return undefined;
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0 && process.platform !== 'win32') {
    throw new EntenteError('forbidden', `The key file ${file} may be read by others.`, {
      next: `chmod 600 ${shellWord(file)}`,
    });
  }
  return Buffer.from(bytes).toString('utf8').trim();
}

/** The id of a key that is good. */
async function idOf(keys: Keys, text: string): Promise<string | undefined> {
  try {
    return (await keys.authenticate(text)).id;
  } catch (error) {
    if (isEntenteError(error) && error.code === 'unauthenticated') return undefined;
    throw error;
  }
}

function ownerName(): string {
  try {
    return parseAgentId(os.userInfo().username);
  } catch {
    return 'owner';
  }
}

/** What somebody else may need is never written over. */
function assertOurs(file: string, known: string, isOwn: boolean): void {
  const isKey = KEY_TEXT.test(known);
  if (known === '' || (isKey && isOwn)) return;
  throw new EntenteError(
    'misuse',
    isKey
      ? `The key in ${file} is none of this store: it may be another server's.`
      : `The file ${file} holds no key, and is left as it is.`,
    { next: `entente serve --key-file OTHER   (or, if nobody needs it: rm ${shellWord(file)})` },
  );
}

/**
 * The owner's key, made where there is none. `isOwn`: the file is this server's alone, so that a key that the store does
 * not know any more is replaced.
 */
export async function ensureKeyFile(
  keys: Keys,
  file: string,
  isOwn: boolean,
): Promise<{ readonly made: boolean; readonly id: string }> {
  const known = await readKeyFile(file);
  const id = known === undefined ? undefined : await idOf(keys, known);
  if (id !== undefined) return { made: false, id };
  if (known !== undefined) assertOurs(file, known, isOwn);
  const { text, info } = await keys.create({ name: ownerName(), label: 'owner of the server', grants: ALL_GRANTS });
  const folder = await ownFolder(path.dirname(file));
  await replaceFile(folder, path.basename(file), `${text}\n`);
  return { made: true, id: info.id };
}
