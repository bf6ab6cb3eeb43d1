// Where a hook stands: the guarded folder, the home of its set-up and what the guard keeps of it there. Looked up with
// few calls and without git, at each call of a hook; `cli/place/home.ts` finds the same home.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { worktreeSpace } from '../spool/places.ts';

export interface Place {
  /** The `.entente` folder: in a git repository one for all worktrees. */
  readonly home: string;
  /** The guarded folder, by its real path: a worktree, or the folder that has the home. */
  readonly root: string;
  /** The space of its files: `default`, or one of its own for a linked worktree. */
  readonly space: string;
}

export const SOCKET = 'guard.sock';

function kindOf(file: string): 'file' | 'folder' | undefined {
  const found = fs.statSync(file, { throwIfNoEntry: false });
  return found === undefined ? undefined : found.isDirectory() ? 'folder' : 'file';
}

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** A linked worktree's private folder in the shared `.git`, and the folder that has that `.git`. */
function linked(folder: string): { readonly main: string; readonly name: string } | undefined {
  const given = /^gitdir:\s*(.+)$/m.exec(read(path.join(folder, '.git')) ?? '')?.[1];
  if (given === undefined) return undefined;
  const gitDir = path.resolve(folder, given);
  const common = read(path.join(gitDir, 'commondir'));
  if (common === undefined) return undefined;
  const shared = path.resolve(gitDir, common);
  const main = path.basename(shared) === '.git' ? path.dirname(shared) : shared;
  return { main, name: path.basename(gitDir) };
}

function placeAt(folder: string): Place | undefined {
  const own = path.join(folder, '.entente');
  if (kindOf(own) === 'folder') return { home: own, root: folder, space: 'default' };
  if (kindOf(path.join(folder, '.git')) !== 'file') return undefined;
  const worktree = linked(folder);
  if (worktree === undefined) return undefined;
  const home = path.join(worktree.main, '.entente');
  return kindOf(home) === 'folder' ? { home, root: folder, space: worktreeSpace(worktree.name) } : undefined;
}

/** The place of a folder; undefined where entente is not set up, in it or above it. */
export function findPlace(cwd: string): Place | undefined {
  let folder: string;
  try {
    folder = fs.realpathSync.native(cwd);
  } catch {
    return undefined;
  }
  for (;;) {
    const found = placeAt(folder);
    if (found !== undefined) return found;
    const parent = path.dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

/** What `.entente/config.json` says of hooks; what is not usable there says nothing. */
export interface HookConfig {
  readonly onFailure: 'open' | 'block';
  readonly tools: unknown;
  /** Whether reads are announced to others. */
  readonly announce: boolean;
}

export function readHookConfig(home: string): HookConfig {
  const text = read(path.join(home, 'config.json'));
  try {
    const value =
      text === undefined ? {} : (JSON.parse(text) as { readonly hooks?: { [name: string]: unknown } | null });
    const { onFailure, tools, announce } = value.hooks ?? {};
    return { onFailure: onFailure === 'block' ? 'block' : 'open', tools, announce: announce === true };
  } catch {
    return { onFailure: 'open', tools: undefined, announce: false };
  }
}
