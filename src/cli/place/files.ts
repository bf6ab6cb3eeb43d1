// Small files of the command line's own (tokens, drafts, manifests): never half written, never through a planted link.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import * as path from 'node:path';

const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_RDONLY, O_WRONLY } = constants;

/** A name that nobody can plant beforehand. */
export function temporaryName(name: string): string {
  return `.${name.slice(0, 100)}.${randomBytes(8).toString('hex')}.tmp`;
}

/** Writes a new file that must not be there yet, on disk before it answers. */
export async function writeNew(file: string, bytes: Uint8Array | string, mode: number): Promise<void> {
  const handle = await open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Puts a whole file in the place of what is there: old or new, never a mix. `folder` may be an opened one. */
export async function replaceFile(
  folder: string,
  name: string,
  bytes: Uint8Array | string,
  mode: number = 0o600,
): Promise<void> {
  const temporary = path.join(folder, temporaryName(name));
  try {
    await writeNew(temporary, bytes, mode);
    await rename(temporary, path.join(folder, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * A folder with the folders above it. Step by step, because `mkdir` with `recursive` never ends below a folder that
 * takes no new ones and says `ENOENT` (`/proc` does).
 */
export async function makeFolder(folder: string, mode: number = 0o777): Promise<void> {
  const { code } = await tryMake(folder, mode);
  if (code === '') return;
  if (code === 'ENOENT' && path.dirname(folder) !== folder && !(await isFolder(path.dirname(folder)))) {
    await makeFolder(path.dirname(folder), mode);
  }
  const again = await tryMake(folder, mode);
  if (again.code !== '' && !(await isFolder(folder))) throw again.error;
}

async function tryMake(folder: string, mode: number): Promise<{ readonly code: string; readonly error?: unknown }> {
  return mkdir(folder, { mode }).then(
    () => ({ code: '' }),
    (error: NodeJS.ErrnoException) => ({ code: error.code ?? 'unknown', error }),
  );
}

async function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** A folder that only its owner may look into. */
export async function ownFolder(folder: string): Promise<string> {
  await makeFolder(folder, 0o700);
  return folder;
}

/** The bytes of a regular file that is no link; undefined where nothing is. */
export async function readOwn(file: string): Promise<Uint8Array | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(file, O_RDONLY | O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
