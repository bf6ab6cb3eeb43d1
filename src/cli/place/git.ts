// Questions to git. It is asked through its own program, and a machine without it is an answer too.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Io } from '../shell/io.ts';

const run = promisify(execFile);

export type GitAnswer =
  | { readonly status: 'ok'; readonly text: string }
  /** It ran and said no: no such value, no repository. */
  | { readonly status: 'no'; readonly exit: number; readonly message: string }
  | { readonly status: 'missing' };

export async function askGit({ cwd, env }: Pick<Io, 'cwd' | 'env'>, ...args: readonly string[]): Promise<GitAnswer> {
  try {
    const { stdout } = await run('git', [...args], { cwd, env: { ...env } });
    return { status: 'ok', text: stdout.replace(/\n$/, '') };
  } catch (error) {
    const { code, stderr } = error as { readonly code?: number | string; readonly stderr?: string };
    if (typeof code === 'number') return { status: 'no', exit: code, message: (stderr ?? '').trim() };
    if (code === 'ENOENT') return { status: 'missing' };
    throw error;
  }
}
