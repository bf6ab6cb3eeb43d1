// The files of a guarded folder. git lists them where it can, which costs one process whatever their number; elsewhere
// the folder is walked. Links are never followed, and what is left alone is not looked into.
import { spawn } from 'node:child_process';
import { lstat, readdir } from 'node:fs/promises';
import * as path from 'node:path';
import { isMade, isReserved } from './reserved.ts';

export interface Seen {
  readonly id: string;
  /** Size, times and inode: equal ones mean that nobody wrote since. */
  readonly stamp: string;
  readonly size: number;
}

export async function* scan(root: string): AsyncGenerator<Seen> {
  const listed = await gitFiles(root);
  for await (const id of listed ?? walk(root, '')) {
    if (isReserved(id)) continue;
    const seen = await stampOf(root, id);
    if (seen !== undefined) yield seen;
  }
}

/** Tracked files and new ones that are not ignored; undefined where git cannot tell. */
function gitFiles(root: string): Promise<readonly string[] | undefined> {
  return new Promise((resolve) => {
    const words = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
    const child = spawn('git', words, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    child.on('error', () => resolve(undefined));
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', (code) => {
      const ids = Buffer.concat(chunks).toString('utf8').split('\0');
      // A name that ends in a slash is a repository of its own: it has a guard of its own, or none.
      resolve(code === 0 ? ids.filter((id) => id !== '' && !id.endsWith('/')) : undefined);
    });
  });
}

async function* walk(root: string, inside: string): AsyncGenerator<string> {
  const entries = await readdir(path.join(root, inside), { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EACCES') return [];
      throw error;
    },
  );
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const id = inside === '' ? entry.name : `${inside}/${entry.name}`;
    if (isReserved(id) || isMade(id)) continue;
    if (entry.isFile()) yield id;
    else if (entry.isDirectory() && !(await isRepository(path.join(root, id)))) yield* walk(root, id);
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
