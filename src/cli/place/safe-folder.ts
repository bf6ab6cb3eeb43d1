// Writes files below a root and nowhere else. Each folder on the way is opened from the one above it, without following
// links; where the machine has `/proc/self/fd`, the file is put into the folder that was opened, so that a folder which
// is swapped for a link in between changes nothing.
import { constants } from 'node:fs';
import { access, type FileHandle, lstat, mkdir, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';
import { temporaryName, writeNew } from './files.ts';

const { O_DIRECTORY = 0, O_NOFOLLOW = 0, O_RDONLY } = constants;

export interface SafeFolder {
  /** The bytes of a file; undefined where nothing is. A link, on the way or at the end, is `bad-id`. */
  read(id: string): Promise<Uint8Array | undefined>;
  /**
   * Puts a whole file in its place. `expected` is what was read before: if the file has other bytes by now, it stays and
   * the answer is false.
   */
  put(id: string, bytes: Uint8Array, expected: Uint8Array | undefined): Promise<boolean>;
}

function refused(id: string, why: string): EntenteError {
  return new EntenteError('bad-id', `${JSON.stringify(id)} is not written: ${why}.`, {
    next: 'Remove the link, or export to another folder.',
  });
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

async function hasProc(): Promise<boolean> {
  return access('/proc/self/fd').then(
    () => true,
    () => false,
  );
}

/** Opens one folder below an opened one. */
async function enter(parent: string, segment: string, id: string, create: boolean): Promise<FileHandle | undefined> {
  const folder = path.join(parent, segment);
  for (let made = false; ; made = true) {
    try {
      return await open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ELOOP' || code === 'ENOTDIR') throw refused(id, `${segment} is a link or no folder`);
      if (code !== 'ENOENT' || made) throw error;
      if (!create) return undefined;
      await mkdir(folder).catch((fault: NodeJS.ErrnoException) => {
        if (fault.code !== 'EEXIST') throw fault;
      });
    }
  }
}

/** Runs `use` in the folder of `id`; undefined where that folder is not there and must not be made. */
async function inFolder<T>(
  root: string,
  id: string,
  create: boolean,
  proc: boolean,
  use: (folder: string, name: string) => Promise<T>,
): Promise<T | undefined> {
  const segments = id.split('/');
  const name = segments.pop() ?? '';
  const handles: FileHandle[] = [];
  try {
    const first = await open(root, O_RDONLY | O_DIRECTORY);
    handles.push(first);
    let folder = proc ? `/proc/self/fd/${first.fd}` : root;
    for (const segment of segments) {
      const handle = await enter(folder, segment, id, create);
      if (handle === undefined) return undefined;
      handles.push(handle);
      folder = proc ? `/proc/self/fd/${handle.fd}` : path.join(folder, segment);
    }
    if (!proc && (await realpath(folder)) !== folder) throw refused(id, 'a folder on the way is a link');
    return await use(folder, name);
  } finally {
    for (const handle of handles) await handle.close();
  }
}

async function readPlain(folder: string, name: string, id: string): Promise<Uint8Array | undefined> {
  const file = path.join(folder, name);
  try {
    const found = await lstat(file);
    if (!found.isFile())
      throw refused(
        id,
        found.isSymbolicLink() ? 'a link is in its place' : 'something that is no file is in its place',
      );
    const handle = await open(file, O_RDONLY | O_NOFOLLOW);
    try {
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function modeOf(file: string): Promise<number> {
  return lstat(file).then(
    (found) => found.mode & 0o777,
    () => 0o666 & ~process.umask(),
  );
}

function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : Buffer.compare(a, b) === 0;
}

/** A root to write below; it must be there, and it may itself be reached by a link. */
export async function openSafeFolder(given: string): Promise<SafeFolder> {
  const root = await realpath(given);
  const proc = await hasProc();
  return {
    read: (id) => inFolder(root, id, false, proc, (folder, name) => readPlain(folder, name, id)),
    put: async (id, bytes, expected) => {
      const done = await inFolder(root, id, true, proc, async (folder, name) => {
        const temporary = path.join(folder, temporaryName(name));
        try {
          await writeNew(temporary, bytes, await modeOf(path.join(folder, name)));
          if (!same(await readPlain(folder, name, id), expected)) return false;
          await rename(temporary, path.join(folder, name));
          return true;
        } finally {
          await rm(temporary, { force: true });
        }
      });
      return done ?? false;
    },
  };
}

/** True where `README` and `readme` are one file. */
export async function foldsCase(root: string): Promise<boolean> {
  const name = temporaryName('Case');
  const file = path.join(root, name);
  await writeNew(file, '', 0o600);
  try {
    return await readFile(path.join(root, name.toUpperCase())).then(
      () => true,
      () => false,
    );
  } finally {
    await rm(file, { force: true });
  }
}
