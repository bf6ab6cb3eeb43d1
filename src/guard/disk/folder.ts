// The guarded folder on disk: reads and writes files below a root and nowhere else, and replaces only what it was told of.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, realpath, rename, rm, unlink } from 'node:fs/promises';
import * as path from 'node:path';
import { type Opened, openWay, same, type Way } from './way.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_WRONLY } = constants;

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
  way: Way,
  folder: string,
  name: string,
  id: string,
  bytes: Uint8Array,
  { expected, executable }: { readonly expected: Uint8Array | undefined; readonly executable: boolean },
): Promise<Put> {
  const temporary = path.join(folder, temporaryName(name));
  const before = await way.open(folder, name, id);
  try {
    if (!same(before?.bytes, expected)) return { done: false };
    await writeNew(temporary, bytes, before?.mode ?? (executable ? 0o777 : 0o666) & ~process.umask());
    const again = await way.open(folder, name, id);
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

async function removeIn(
  way: Way,
  folder: string,
  name: string,
  { id, expected }: { readonly id: string; readonly expected: Uint8Array },
): Promise<Put> {
  const found = await way.open(folder, name, id);
  if (found === undefined) return { done: false };
  try {
    if (!same(found.bytes, expected)) return { done: false };
    await unlink(path.join(folder, name));
    return await lateBytes(found, expected);
  } finally {
    await found.handle.close();
  }
}

/** The folder must be there, and it may itself be reached by a link. */
export async function openFolder(given: string): Promise<Folder> {
  const way = await openWay(given, {
    what: 'is not touched',
    next: 'The guard follows no links: put a plain file in its place, or leave it unguarded.',
  });
  const look = <T>(id: string, of: (found: Opened) => T): Promise<T | undefined> =>
    way.in(id, false, async (folder, name) => {
      const found = await way.open(folder, name, id);
      await found?.handle.close();
      return found === undefined ? undefined : of(found);
    });
  const undone: Put = { done: false };
  return {
    root: way.root,
    read: (id) => look(id, ({ bytes }) => bytes),
    isExecutable: async (id) => (await look(id, ({ mode }) => (mode & 0o100) !== 0)) ?? false,
    put: async (id, bytes, expected, executable = false) =>
      (await way.in(id, true, (folder, name) => putIn(way, folder, name, id, bytes, { expected, executable }))) ??
      undone,
    remove: async (id, expected) =>
      (await way.in(id, false, (folder, name) => removeIn(way, folder, name, { id, expected }))) ?? undone,
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
