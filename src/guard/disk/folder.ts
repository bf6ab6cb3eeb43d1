// The guarded folder on disk: reads and writes files below a root and nowhere else. Each folder on the way is opened from
// the one above it, without following links; where the machine has `/proc/self/fd`, a file is reached through the folder
// that was opened, so that a folder which is swapped for a link in between changes nothing.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, type FileHandle, lstat, mkdir, open, realpath, rename, rm, unlink } from 'node:fs/promises';
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';

const { O_CREAT, O_DIRECTORY = 0, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY, O_WRONLY } = constants;

/** What became of a write. `late`: bytes that came into the replaced file after it was compared; they are nowhere else. */
export interface Put {
  readonly done: boolean;
  readonly late?: Uint8Array;
}

export interface Folder {
  readonly root: string;
  /** The bytes of a file; undefined where nothing is. A link, on the way or at the end, is `bad-id`. */
  read(id: string): Promise<Uint8Array | undefined>;
  /** Whether its owner may run it; false where nothing is. */
  isExecutable(id: string): Promise<boolean>;
  /**
   * Puts a whole file in its place, its mode kept; a new one may be run where `executable` says so. If the file has
   * other bytes than `expected` by now, it stays.
   */
  put(id: string, bytes: Uint8Array, expected: Uint8Array | undefined, executable?: boolean): Promise<Put>;
  /** Takes a file away, under the same condition. */
  remove(id: string, expected: Uint8Array): Promise<Put>;
}

function refused(id: string, why: string): EntenteError {
  return new EntenteError('bad-id', `${JSON.stringify(id)} is not touched: ${why}.`, {
    next: 'The guard follows no links: put a plain file in its place, or leave it unguarded.',
  });
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/** A name that nobody can plant beforehand. It ends in what `isOwnName` knows, so that no scan takes it for a file. */
function temporaryName(name: string): string {
  return `.${Buffer.from(name).subarray(0, 20).toString('hex')}.${randomBytes(8).toString('hex')}.entente-tmp`;
}

/** True for the temporary files of this module. */
export function isOwnName(name: string): boolean {
  return name.endsWith('.entente-tmp');
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

interface Place {
  readonly root: string;
  readonly proc: boolean;
}

/** Runs `use` in the folder of `id`; undefined where that folder is not there and must not be made. */
async function inFolder<T>(
  { root, proc }: Place,
  id: string,
  create: boolean,
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

interface Opened {
  readonly handle: FileHandle;
  readonly bytes: Uint8Array;
  readonly mode: number;
}

/** A regular file, opened and read; undefined where nothing is. */
async function openPlain(folder: string, name: string, id: string): Promise<Opened | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path.join(folder, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') throw refused(id, 'a link is in its place');
    throw error;
  }
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw refused(id, 'something that is no file is in its place');
    return { handle, bytes: await handle.readFile(), mode: found.mode & 0o7777 };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : Buffer.compare(a, b) === 0;
}

async function writeNew(file: string, bytes: Uint8Array, mode: number): Promise<void> {
  const handle = await open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What an opened file that was replaced holds now, where that is not what was expected of it. */
async function lateBytes({ handle }: Opened, expected: Uint8Array): Promise<Put> {
  const { size } = await handle.stat();
  const bytes = new Uint8Array(size);
  await handle.read(bytes, 0, size, 0);
  return same(bytes, expected) ? { done: true } : { done: true, late: bytes };
}

async function putIn(
  folder: string,
  name: string,
  id: string,
  bytes: Uint8Array,
  { expected, executable }: { readonly expected: Uint8Array | undefined; readonly executable: boolean },
): Promise<Put> {
  const temporary = path.join(folder, temporaryName(name));
  const before = await openPlain(folder, name, id);
  try {
    if (!same(before?.bytes, expected)) return { done: false };
    await writeNew(temporary, bytes, before?.mode ?? (executable ? 0o777 : 0o666) & ~process.umask());
    const again = await openPlain(folder, name, id);
    try {
      if (!same(again?.bytes, expected)) return { done: false };
      await rename(temporary, path.join(folder, name));
      return again === undefined || expected === undefined ? { done: true } : await lateBytes(again, expected);
    } finally {
      await again?.handle.close();
    }
  } finally {
    await before?.handle.close();
    await rm(temporary, { force: true });
  }
}

async function removeIn(folder: string, name: string, id: string, expected: Uint8Array): Promise<Put> {
  const found = await openPlain(folder, name, id);
  if (found === undefined) return { done: false };
  try {
    if (!same(found.bytes, expected)) return { done: false };
    await unlink(path.join(folder, name));
    return await lateBytes(found, expected);
  } finally {
    await found.handle.close();
  }
}

async function hasProc(): Promise<boolean> {
  return access('/proc/self/fd').then(
    () => true,
    () => false,
  );
}

/** The folder must be there, and it may itself be reached by a link. */
export async function openFolder(given: string): Promise<Folder> {
  const root = await realpath(given);
  const place: Place = { root, proc: await hasProc() };
  return {
    root,
    read: (id) =>
      inFolder(place, id, false, async (folder, name) => {
        const found = await openPlain(folder, name, id);
        await found?.handle.close();
        return found?.bytes;
      }),
    isExecutable: async (id) =>
      (await inFolder(place, id, false, async (folder, name) => {
        const found = await openPlain(folder, name, id);
        await found?.handle.close();
        return found !== undefined && (found.mode & 0o100) !== 0;
      })) ?? false,
    put: async (id, bytes, expected, executable = false) =>
      (await inFolder(place, id, true, (folder, name) => putIn(folder, name, id, bytes, { expected, executable }))) ?? {
        done: false,
      },
    remove: async (id, expected) =>
      (await inFolder(place, id, false, (folder, name) => removeIn(folder, name, id, expected))) ?? { done: false },
  };
}

/** A path as a host names it, relative to the folder; undefined for what does not lie in it. */
export async function idIn(root: string, given: string): Promise<string | undefined> {
  const full = path.resolve(root, given);
  const name = path.basename(full);
  const parent = await realExisting(path.dirname(full));
  const inside = path.relative(root, path.join(parent, name));
  if (inside === '' || inside === '..' || inside.startsWith(`..${path.sep}`) || path.isAbsolute(inside))
    return undefined;
  return inside.split(path.sep).join('/');
}

/** The real path of the nearest folder that is there, with the rest of the way. */
async function realExisting(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    if (!isMissing(error) || path.dirname(folder) === folder) return folder;
    // A link that leads nowhere is no folder on the way: it is met, and refused, when the file is opened.
    const dangling = await lstat(folder).then(
      () => true,
      () => false,
    );
    return dangling ? folder : path.join(await realExisting(path.dirname(folder)), path.basename(folder));
  }
}
