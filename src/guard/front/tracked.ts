// Whether git has a file in its index, read from the index itself: a file that is tracked is never ignored, so that it
// can be guarded without git being asked. Of all others git is asked, which is a process of its own, but no store.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { isMade } from '../disk/reserved.ts';
import { gitNow } from './git-now.ts';

function indexOf(root: string): string {
  const dotGit = path.join(root, '.git');
  const found = fs.statSync(dotGit, { throwIfNoEntry: false });
  if (found?.isFile() !== true) return path.join(dotGit, 'index');
  const given = /^gitdir:\s*(.+)$/m.exec(fs.readFileSync(dotGit, 'utf8'))?.[1] ?? '';
  return path.join(path.resolve(root, given), 'index');
}

/** The length of a name stands in the two bytes before it (0xfff: that or more); the name ends with a NUL. */
function isEntry(index: Buffer, at: number, length: number): boolean {
  if (at < 2 || index[at + length] !== 0) return false;
  return (index.readUInt16BE(at - 2) & 0xfff) === Math.min(length, 0xfff);
}

/** False also where it cannot be told: no repository, or an index whose names are compressed (version 4). */
export function isTracked(root: string, id: string): boolean {
  let index: Buffer;
  try {
    index = fs.readFileSync(indexOf(root));
  } catch {
    return false;
  }
  if (index.length < 12 || index.toString('latin1', 0, 4) !== 'DIRC' || index.readUInt32BE(4) > 3) return false;
  const name = Buffer.from(id);
  for (let at = index.indexOf(name); at >= 0; at = index.indexOf(name, at + 1)) {
    if (isEntry(index, at, name.length)) return true;
  }
  return false;
}

/** Whether a file that is not tracked is left alone; without git, or without a repository, a short list says so. */
export function isIgnored(root: string, id: string): boolean {
  const { status } = gitNow(root, ['check-ignore', '-q', '--', id], { stdio: 'ignore' });
  // 0: it is ignored, 1: it is not; anything else is no answer.
  return status === 0 || (status !== 1 && isMade(id));
}
