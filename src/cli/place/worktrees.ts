// Another worktree as the other side of `apply`: what its work began with, what it has now, and which files differ.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { EntenteError } from '../../core/errors.ts';
import { placesIn } from '../../guard/spool/places.ts';

const run = promisify(execFile);
const MOST_OUTPUT = 256 * 1024 * 1024;

async function git(cwd: string, ...args: readonly string[]): Promise<Buffer | undefined> {
  try {
    const { stdout } = await run('git', [...args], { cwd, encoding: 'buffer', maxBuffer: MOST_OUTPUT });
    return stdout;
  } catch {
    return undefined;
  }
}

async function line(cwd: string, ...args: readonly string[]): Promise<string | undefined> {
  const text = (await git(cwd, ...args))?.toString('utf8').trim();
  return text === undefined || text === '' ? undefined : text;
}

function baseFile(home: string, space: string): string {
  return path.join(path.dirname(placesIn(path.join(home, 'guard'), space).desk), 'base');
}

/** Writes down what a worktree began with, when it is seen first. */
export async function recordBase(home: string, root: string, space: string): Promise<void> {
  const file = baseFile(home, space);
  if (existsSync(file)) return;
  const commit = await line(root, 'rev-parse', '--verify', '-q', 'HEAD');
  if (commit === undefined) return;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `${commit}\n`, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

export interface OtherSide {
  readonly commit: string;
  /** Files that differ from the base: committed there or not, new ones too. */
  readonly paths: readonly string[];
  base(id: string): Promise<Uint8Array | undefined>;
}

export interface OtherOptions {
  readonly home: string;
  /** The folder that is applied to, and the worktree with its space. */
  readonly root: string;
  readonly worktree: string;
  readonly space: string;
  /** A commit that is given by hand. */
  readonly given?: string | undefined;
}

/** The newest commit that both sides have, or else what the worktree began with; `misuse` where neither is known. */
async function baseCommit({ home, root, worktree, space, given }: OtherOptions): Promise<string> {
  if (given !== undefined) {
    const commit = await line(worktree, 'rev-parse', '--verify', '-q', '--end-of-options', `${given}^{commit}`);
    if (commit !== undefined) return commit;
    throw new EntenteError('not-found', `There is no commit ${JSON.stringify(given.slice(0, 80))}.`);
  }
  const [mine, theirs] = [await line(root, 'rev-parse', '-q', 'HEAD'), await line(worktree, 'rev-parse', '-q', 'HEAD')];
  if (mine !== undefined && theirs !== undefined) {
    const shared = await line(worktree, 'merge-base', mine, theirs);
    if (shared !== undefined) return shared;
  }
  const recorded = await readFile(baseFile(home, space), 'utf8').catch(() => '');
  const commit = recorded === '' ? undefined : await line(worktree, 'rev-parse', '-q', `${recorded.trim()}^{commit}`);
  if (commit !== undefined) return commit;
  throw new EntenteError('misuse', 'What the work in that worktree began with is not known.', {
    next: 'entente apply WORKTREE --base COMMIT',
  });
}

export async function otherSide(options: OtherOptions): Promise<OtherSide> {
  const { worktree } = options;
  const commit = await baseCommit(options);
  const names = async (...args: readonly string[]): Promise<readonly string[]> =>
    ((await git(worktree, ...args))?.toString('utf8') ?? '').split('\0').filter((name) => name !== '');
  const changed = await names('diff', '--name-only', '--no-renames', '--relative', '-z', commit);
  const added = await names('ls-files', '-z', '--others', '--exclude-standard');
  return {
    commit,
    paths: [...new Set([...changed, ...added])].filter((name) => !name.endsWith('/')).sort(),
    // With the filters of the worktree: line ends as they are checked out.
    base: async (id) => git(worktree, 'cat-file', '--filters', `${commit}:./${id}`),
  };
}
