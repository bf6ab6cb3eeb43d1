// Writes files below a root and nowhere else, for `export`: no link on the way or at the end of it is followed.
import { readFile, rename, rm } from 'node:fs/promises';
import * as path from 'node:path';
import { type Opened, openWay, same } from '../../guard/disk/way.ts';
import { temporaryName, writeNew } from './files.ts';

export interface SafeFolder {
  /** The bytes of a file; undefined where nothing is. A link, on the way or at the end, is `bad-id`. */
  read(id: string): Promise<Uint8Array | undefined>;
  /**
   * Puts a whole file in its place. `expected` is what was read before: if the file has other bytes by now, it stays and
   * the answer is false.
   */
  put(id: string, bytes: Uint8Array, expected: Uint8Array | undefined): Promise<boolean>;
}

/** A root to write below; it must be there, and it may itself be reached by a link. */
export async function openSafeFolder(given: string): Promise<SafeFolder> {
  const way = await openWay(given, { what: 'is not written', next: 'Remove the link, or export to another folder.' });
  const look = async (folder: string, name: string, id: string): Promise<Omit<Opened, 'handle'> | undefined> => {
    const found = await way.open(folder, name, id);
    await found?.handle.close();
    return found;
  };
  return {
    read: async (id) => (await way.in(id, false, (folder, name) => look(folder, name, id)))?.bytes,
    put: async (id, bytes, expected) => {
      const done = await way.in(id, true, async (folder, name) => {
        const temporary = path.join(folder, temporaryName(name));
        try {
          const mode = (await look(folder, name, id))?.mode ?? 0o666 & ~process.umask();
          await writeNew(temporary, bytes, mode & 0o777);
          if (!same((await look(folder, name, id))?.bytes, expected)) return false;
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
