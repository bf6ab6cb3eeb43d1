// What `git merge-file` says to many merges: one shell that loops over files, since a process a merge is the cost.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Triple } from './merges.ts';

/** The labels that git is given. */
export const labels = { base: 'base', current: 'current', proposed: 'proposed' } as const;

export interface MergeFileAnswer {
  /** In Latin-1, so that each byte is one character. */
  readonly text: string;
  readonly isClean: boolean;
}

/** Asks git about all of them with the same options; free of the machine's own settings. */
export type AskMergeFile = (...options: readonly string[]) => readonly MergeFileAnswer[];

/** Writes the merges into a folder of its own, which is gone after `use`. */
export function withMergeFile<T>(merges: readonly Triple[], use: (ask: AskMergeFile) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'entente-git-'));
  try {
    merges.forEach(({ base, current, proposed }, i) => {
      writeFileSync(join(dir, `${i}.b`), base);
      writeFileSync(join(dir, `${i}.c`), current);
      writeFileSync(join(dir, `${i}.p`), proposed);
    });
    return use((...options) => ask(dir, merges.length, options));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function ask(dir: string, count: number, options: readonly string[]): readonly MergeFileAnswer[] {
  const names = `-L ${labels.current} -L ${labels.base} -L ${labels.proposed}`;
  const one = `git merge-file -q -p ${options.join(' ')} ${names} $i.c $i.b $i.p > $i.out`;
  const script = `i=0; while [ $i -lt ${count} ]; do ${one}; echo $?; i=$((i+1)); done`;
  const env = { PATH: process.env['PATH'] ?? '', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', HOME: dir };
  const { stdout } = spawnSync('sh', ['-c', script], { cwd: dir, env, maxBuffer: 1 << 26 });
  const exits = stdout.toString().trim().split('\n');
  if (exits.length !== count && count > 0) throw new Error(`git answered ${exits.length} of ${count} merges`);
  return exits.map((exit, i) => ({ text: readFileSync(join(dir, `${i}.out`), 'latin1'), isClean: exit === '0' }));
}
