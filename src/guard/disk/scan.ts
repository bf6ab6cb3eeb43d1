// The files of a guarded folder. Links are never followed; what is left alone is not looked into.
import { lstat, readdir } from 'node:fs/promises';
import * as path from 'node:path';
import { type Ignored, isReserved } from './reserved.ts';

export interface Seen {
  readonly id: string;
  /** Size, times and inode: equal ones mean that nobody wrote since. */
  readonly stamp: string;
  readonly size: number;
}

/** Entries of one folder that are asked about together. */
export async function* scan(root: string, ignored: Ignored, inside: string = ''): AsyncGenerator<Seen> {
  const entries = await readdir(path.join(root, inside), { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EACCES') return [];
      throw error;
    },
  );
  const named = entries
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map((entry) => ({ entry, id: inside === '' ? entry.name : `${inside}/${entry.name}` }))
    .filter(({ id }) => !isReserved(id))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const left = await ignored.among(named.map(({ entry, id }) => (entry.isDirectory() ? `${id}/` : id)));
  for (const { entry, id } of named) {
    if (left.has(entry.isDirectory() ? `${id}/` : id)) continue;
    if (entry.isDirectory()) {
      // A repository of its own inside this one has a guard of its own, or none.
      if (!(await isRepository(path.join(root, id)))) yield* scan(root, ignored, id);
      continue;
    }
    const seen = await stampOf(root, id);
    if (seen !== undefined) yield seen;
  }
}

async function isRepository(folder: string): Promise<boolean> {
  return lstat(path.join(folder, '.git')).then(
    () => true,
    () => false,
  );
}

export async function stampOf(root: string, id: string): Promise<Seen | undefined> {
  const found = await lstat(path.join(root, id), { bigint: true }).catch(() => undefined);
  if (found === undefined || !found.isFile()) return undefined;
  const { size, mtimeNs, ctimeNs, ino } = found;
  return { id, stamp: `${size}.${mtimeNs}.${ctimeNs}.${ino}`, size: Number(size) };
}
