// git, asked at once by a process that waits for nothing else. The module for processes is loaded when git is asked, which
// a hook rarely does: loading it costs as much as the rest of a hook.
import type { SpawnSyncOptions, SpawnSyncReturns } from 'node:child_process';

/** What git wrote, and its exit code: null where it did not run. */
export function gitNow(
  root: string,
  words: readonly string[],
  options: SpawnSyncOptions = {},
): SpawnSyncReturns<Buffer> {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  return spawnSync('git', words, { ...options, cwd: root, encoding: 'buffer' });
}
