// 2,000 random merges against the real `git merge-file`, in three styles. Skipped where git is absent, with the reason
// printed, unless CI is set: there its absence is a failure.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mergeContents, renderConflicts } from '../../src/merge/index.ts';
import { randomMerges, type Triple } from '../support/merges.ts';

const COUNT = 2_000;
const SEED = 20_240_607;
const styles = ['merge', 'diff3', 'zdiff3'] as const;
const labels = { base: 'base', current: 'current', proposed: 'proposed' };

// zdiff3 came with git 2.35.
const version = /(\d+)\.(\d+)/.exec(spawnSync('git', ['--version']).stdout?.toString() ?? '');
const hasGit = version !== null && Number(version[1]) * 1000 + Number(version[2]) >= 2035;
const mustRun = hasGit || (process.env['CI'] ?? '') !== '';
if (!mustRun) process.stderr.write('skipped: no git of 2.35 or newer to compare the text merges with\n');

interface Answer {
  readonly text: string;
  readonly isClean: boolean;
}

/** What git says to all of them in one style: one shell that loops over files. */
function askGit(dir: string, merges: readonly Triple[], style: string): readonly Answer[] {
  const option = style === 'merge' ? '' : `--${style}`;
  const names = '-L current -L base -L proposed';
  const script = `i=0; while [ $i -lt ${merges.length} ]; do git merge-file -q -p ${option} ${names} $i.c $i.b $i.p > $i.out; echo $?; i=$((i+1)); done`;
  const env = { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', HOME: dir };
  const exits = spawnSync('sh', ['-c', script], { cwd: dir, env }).stdout.toString().trim().split('\n');
  return merges.map((_, i) => ({ text: readFileSync(join(dir, `${i}.out`), 'latin1'), isClean: exits[i] === '0' }));
}

function merged(triple: Triple, style: (typeof styles)[number]): Answer {
  const result = mergeContents(triple);
  return {
    text: Buffer.from(renderConflicts(result, style, labels)).toString('latin1'),
    isClean: result.status === 'clean',
  };
}

describe.skipIf(!mustRun)(`${COUNT} merges against git, seed ${SEED}`, () => {
  it('[MT7] agrees on bytes and class where the alignment is unique, and nearly always elsewhere', () => {
    const merges = randomMerges(COUNT, SEED);
    const dir = mkdtempSync(join(tmpdir(), 'entente-git-'));
    const wrong: string[] = [];
    let ambiguous = 0;
    let different = 0;
    let mergedWhereGitConflicts = 0;
    try {
      merges.forEach(({ base, current, proposed }, i) => {
        writeFileSync(join(dir, `${i}.b`), base);
        writeFileSync(join(dir, `${i}.c`), current);
        writeFileSync(join(dir, `${i}.p`), proposed);
      });
      for (const style of styles) {
        const answers = askGit(dir, merges, style);
        merges.forEach((merge, i) => {
          const theirs = answers[i];
          const ours = merged(merge, style);
          if (merge.kind.isAmbiguous) ambiguous += 1;
          if (theirs?.text === ours.text && theirs.isClean === ours.isClean) return;
          if (!merge.kind.isAmbiguous) wrong.push(`${style} ${merge.kind.name} ${i}`);
          else different += 1;
          if (ours.isClean && theirs?.isClean === false) mergedWhereGitConflicts += 1;
        });
      }
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
    expect(wrong).toEqual([]);
    expect(different / ambiguous).toBeLessThanOrEqual(0.005);
    expect(mergedWhereGitConflicts / ambiguous).toBeLessThanOrEqual(0.001);
  });
});
