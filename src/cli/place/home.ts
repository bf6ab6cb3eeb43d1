// The home of a set-up: the nearest `.entente/` folder upwards. In a git repository all worktrees share the one of the
// main worktree; it is found by reading the `.git` files, so that git need not be there.
import { readFile, stat } from 'node:fs/promises';
import * as path from 'node:path';

export const HOME_NAME = '.entente';

async function kindOf(file: string): Promise<'file' | 'folder' | undefined> {
  try {
    const found = await stat(file);
    return found.isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined;
  }
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    return undefined;
  }
}

/**
 * The main worktree of the repository that `folder` is a worktree of; undefined where it is none. A linked worktree has
 * a `.git` file that names its private folder, and that one a `commondir` that leads to the shared `.git`.
 */
async function mainWorktree(folder: string): Promise<string | undefined> {
  const dotGit = path.join(folder, '.git');
  const kind = await kindOf(dotGit);
  if (kind === 'folder') return folder;
  if (kind === undefined) return undefined;
  const target = /^gitdir:\s*(.+)$/m.exec((await readText(dotGit)) ?? '')?.[1];
  if (target === undefined) return undefined;
  const gitDir = path.resolve(folder, target);
  const common = await readText(path.join(gitDir, 'commondir'));
  // A submodule has a `.git` file too, but no `commondir`: it is a repository of its own.
  if (common === undefined) return folder;
  const shared = path.resolve(gitDir, common);
  return path.basename(shared) === '.git' ? path.dirname(shared) : shared;
}

function* upwards(from: string): Generator<string> {
  let folder = path.resolve(from);
  for (;;) {
    yield folder;
    const parent = path.dirname(folder);
    if (parent === folder) return;
    folder = parent;
  }
}

/** The nearest home from `cwd` upwards, or undefined. */
export async function findHome(cwd: string): Promise<string | undefined> {
  for (const folder of upwards(cwd)) {
    const own = path.join(folder, HOME_NAME);
    if ((await kindOf(own)) === 'folder') return own;
    const main = await mainWorktree(folder);
    if (main === undefined || main === folder) continue;
    const shared = path.join(main, HOME_NAME);
    if ((await kindOf(shared)) === 'folder') return shared;
  }
  return undefined;
}

/** Where `init` makes the home: at the root of the main worktree of a repository, else in `cwd`. */
export async function chooseHome(cwd: string): Promise<string> {
  for (const folder of upwards(cwd)) {
    const main = await mainWorktree(folder);
    if (main !== undefined) return path.join(main, HOME_NAME);
  }
  return path.join(path.resolve(cwd), HOME_NAME);
}
