// The way to a file below a root: each folder on it is opened from the one above, without following links. Where the machine
// has `/proc/self/fd`, a file is reached through the folder that was opened, so that a folder which is swapped for a link in
// between changes nothing.
import { constants } from 'node:fs';
import { access, type FileHandle, mkdir, open, realpath } from 'node:fs/promises';
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';

const { O_DIRECTORY = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY } = constants;

/** How a refusal is said, to whoever uses the way. */
export interface Refusal {
  /** Such as "is not touched". */
  readonly what: string;
  readonly next: string;
}

export interface Way {
  /** By its real path. */
  readonly root: string;
  /** Runs `use` in the folder of `id`; undefined where that folder is not there and must not be made. `bad-id` for a link. */
  in<T>(id: string, create: boolean, use: (folder: string, name: string) => Promise<T>): Promise<T | undefined>;
  /** A regular file, opened and read; undefined where nothing is. `bad-id` for what is no file. */
  open(folder: string, name: string, id: string): Promise<Opened | undefined>;
}

export interface Opened {
  readonly handle: FileHandle;
  readonly bytes: Uint8Array;
  readonly mode: number;
}

/** Faults that lie with one file or its folder: no reason to leave any other one. */
const OF_ONE = ['EACCES', 'EPERM', 'EROFS', 'EIO', 'EBUSY', 'ESTALE', 'ETXTBSY', 'EISDIR', 'ENAMETOOLONG'];

/** The machine does not let one file be read or written. It has the code and the real path, as faults of the system do. */
export class FileFault extends Error {
  readonly code: string;
  readonly path: string;

  constructor(file: string, { code = '', message }: NodeJS.ErrnoException) {
    super(`${JSON.stringify(file)} cannot be used: ${message.replace(/, .*$/s, '')}`);
    this.name = 'FileFault';
    this.code = code;
    this.path = file;
  }
}

interface Place {
  readonly root: string;
  readonly proc: boolean;
  readonly refused: (id: string, why: string) => EntenteError;
}

/** Opens one folder below an opened one. */
async function enter(
  { refused }: Place,
  parent: string,
  segment: string,
  given: { readonly id: string; readonly create: boolean },
): Promise<FileHandle | undefined> {
  const folder = path.join(parent, segment);
  for (let made = false; ; made = true) {
    try {
      return await open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ELOOP' || code === 'ENOTDIR') throw refused(given.id, `${segment} is a link or no folder`);
      if (code !== 'ENOENT' || made) throw error;
      if (!given.create) return undefined;
      await mkdir(folder).catch((fault: NodeJS.ErrnoException) => {
        if (fault.code !== 'EEXIST') throw fault;
      });
    }
  }
}

async function inFolder<T>(
  place: Place,
  id: string,
  create: boolean,
  use: (folder: string, name: string) => Promise<T>,
): Promise<T | undefined> {
  const { root, proc, refused } = place;
  const segments = id.split('/');
  const name = segments.pop() ?? '';
  const handles: FileHandle[] = [];
  try {
    const first = await open(root, O_RDONLY | O_DIRECTORY);
    handles.push(first);
    let folder = proc ? `/proc/self/fd/${first.fd}` : root;
    for (const segment of segments) {
      const handle = await enter(place, folder, segment, { id, create });
      if (handle === undefined) return undefined;
      handles.push(handle);
      folder = proc ? `/proc/self/fd/${handle.fd}` : path.join(folder, segment);
    }
    if (!proc && (await realpath(folder)) !== folder) throw refused(id, 'a folder on the way is a link');
    return await use(folder, name);
  } catch (error) {
    // The path in the message is that of an opened folder, which says nothing to anybody.
    const isOfOne = error instanceof Error && OF_ONE.includes(String((error as NodeJS.ErrnoException).code));
    throw isOfOne ? new FileFault(path.join(root, id), error) : error;
  } finally {
    for (const handle of handles) await handle.close();
  }
}

async function openPlain({ refused }: Place, folder: string, name: string, id: string): Promise<Opened | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path.join(folder, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') throw refused(id, 'a link is in its place');
    // A socket cannot even be opened.
    if (code === 'ENXIO') throw refused(id, 'something that is no file is in its place');
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

async function hasProc(): Promise<boolean> {
  return access('/proc/self/fd').then(
    () => true,
    () => false,
  );
}

/** The root must be there, and it may itself be reached by a link. */
export async function openWay(given: string, { what, next }: Refusal): Promise<Way> {
  const root = await realpath(given);
  const refused = (id: string, why: string): EntenteError =>
    new EntenteError('bad-id', `${JSON.stringify(id)} ${what}: ${why}.`, { next });
  const place: Place = { root, proc: await hasProc(), refused };
  return {
    root,
    in: (id, create, use) => inFolder(place, id, create, use),
    open: (folder, name, id) => openPlain(place, folder, name, id),
  };
}

/** Whether two readings of a file, or two absences, are one. */
export function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : Buffer.compare(a, b) === 0;
}
