// The files of a guarded folder. git lists them where it can, which costs one process whatever their number; elsewhere
// the folder is walked. Links are never followed, and what is left alone is not looked into.
import { spawn } from 'node:child_process';
import type { BigIntStats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import * as path from 'node:path';
import { isOwnOutput } from './own-output.ts';
import { isMade, isReserved } from './reserved.ts';

export interface Seen {
  readonly id: string;
  /** Size, times and inode: equal ones mean that nobody wrote since. */
  readonly stamp: string;
  readonly size: number;
  /** It changed so lately that the same stamp may come to stand for other bytes: file systems count time in steps. */
  readonly fresh: boolean;
}

/** More than the step of any file system's clock that is in use. */
const FRESH_MS = 50;

/** How git lists them. */
export const LIST: readonly string[] = [
  'ls-files',
  '-z',
  '--cached',
  '--others',
  '--exclude-standard',
  '--deduplicate',
];

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
    const child = spawn('git', LIST, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    child.on('error', () => resolve(undefined));
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', (code) => resolve(code === 0 ? idsOf(Buffer.concat(chunks)) : undefined));
  });
}

/** What git listed. A name that ends in a slash is a repository of its own: it has a guard of its own, or none. */
export function idsOf(listed: Buffer): readonly string[] {
  return listed
    .toString('utf8')
    .split('\0')
    .filter((id) => id !== '' && !id.endsWith('/'));
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
  return seenOf(id, await lstat(path.join(root, id), { bigint: true }).catch(() => undefined));
}

/** Undefined for what is no plain file, or what this process itself writes into. */
export function seenOf(id: string, found: BigIntStats | undefined): Seen | undefined {
  if (found === undefined || !found.isFile() || isOwnOutput(found)) return undefined;
  const { size, mtimeNs, ctimeNs, ctimeMs, ino } = found;
  const stamp = `${size}.${mtimeNs}.${ctimeNs}.${ino}`;
  return { id, stamp, size: Number(size), fresh: Date.now() - Number(ctimeMs) < FRESH_MS };
}
