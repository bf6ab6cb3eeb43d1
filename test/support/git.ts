// Real git in a folder of its own. Where there is none, tests say so and pass over it, unless CI is set: there it fails.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether git is there; a missing one is a printed skip, and a failure under CI. */
export function hasGit(what: string): boolean {
  if (spawnSync('git', ['--version']).status === 0) return true;
  if ((process.env['CI'] ?? '') !== '') throw new Error(`${what} needs git, and CI is set`);
  process.stderr.write(`skipped: ${what} needs git\n`);
  return false;
}

/** 2.39 as 2039. */
export function gitVersion(): number {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(spawnSync('git', ['--version']).stdout.toString()) ?? [];
  return Number(major) * 1000 + Number(minor);
}

export interface GitRan {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Repository {
  readonly folder: string;
  /** Runs git; throws where it fails. */
  git(...argv: readonly string[]): string;
  /** Runs git, whatever comes of it. */
  tryGit(...argv: readonly string[]): GitRan;
  write(name: string, content: string | Uint8Array): void;
  read(name: string): string;
  /** Writes the files and commits them. */
  commit(message: string, files: { readonly [name: string]: string | Uint8Array }): void;
  close(): void;
}

/** A repository with a branch `main` and no commit, apart from the machine's own settings. */
export function openRepository(): Repository {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'entente-git-')));
  const none = join(folder, '.git', 'none');
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, GIT_CONFIG_GLOBAL: none, GIT_CONFIG_NOSYSTEM: '1' };
  const tryGit = (...argv: readonly string[]): GitRan => {
    const { status, stdout, stderr } = spawnSync('git', argv, { cwd: folder, env, encoding: 'utf8' });
    return { code: status ?? -1, out: stdout, err: stderr };
  };
  const git = (...argv: readonly string[]): string => {
    const { code, out, err } = tryGit(...argv);
    if (code !== 0) throw new Error(`git ${argv.join(' ')} ended with ${code}: ${out}${err}`);
    return out;
  };
  const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);
  git('init', '-q', '-b', 'main');
  git('config', 'user.name', 'ann');
  git('config', 'user.email', 'ann@example.org');
  return {
    folder,
    git,
    tryGit,
    write,
    read: (name) => readFileSync(join(folder, name), 'utf8'),
    commit(message, files) {
      for (const [name, content] of Object.entries(files)) write(name, content);
      git('add', '-A');
      git('commit', '-q', '--allow-empty', '-m', message);
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
