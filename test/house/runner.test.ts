// What `npm test` and the gate promise of themselves, tried in a small project of its own that borrows the installed packages.
import { execFile } from 'node:child_process';
import { chmodSync, cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createProject, environment } from './project.ts';
import { root } from './tree.ts';

const { path: project, put, remove } = createProject();
afterAll(remove);

interface Ended {
  readonly code: number;
  readonly lines: readonly string[];
}

function runTests(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/test.mjs', ...args], { cwd: project, env: environment() }, (error, stdout) => {
      const lines = stdout.split('\n');
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, lines });
    });
  });
}

const summary = ({ lines }: Ended): { passed: number; failed: number } => {
  expect(lines.at(-1), 'the output ends with a line end').toBe('');
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/.exec(lines.at(-2) ?? '') ?? [];
  return { passed: Number(passed), failed: Number(failed) };
};
/** Without the static checks, which judge this small project as they please. */
const checksFailed = ({ lines }: Ended): number =>
  lines.filter((line) => /^FAILED (typecheck|typecheck of the dashboard|biome|knip|publint)$/.test(line)).length;

describe('npm test', () => {
  it('[HS9] counts failed tests, suites that cannot be collected, and skipped tests with their reasons', async () => {
    put('src/core/one.ts', 'export const one: number = 1;\n');
    put('test/good.test.ts', "import { it } from 'vitest';\nit('a', () => {});\nit('b', (c) => c.skip('no disk'));\n");
    put('test/bad.test.ts', "import { it } from 'vitest';\nit('c', () => { throw new Error('c'); });\n");
    put('test/worse.test.ts', "import './absent.ts';\n");
    const ended = await runTests();
    const { passed, failed } = summary(ended);
    expect(failed - checksFailed(ended)).toBe(2);
    expect(passed).toBe(1 + 5 - checksFailed(ended));
    expect(ended.code).toBe(1);
    expect(ended.lines).toContain('skipped: test/good.test.ts > b (no disk)');
    expect(ended.lines).toContain('1 skipped');
  });

  it('[HS9] hands its arguments to vitest, and takes a run of no tests for a failure', async () => {
    const some = await runTests('test/good.test.ts');
    expect(summary(some).failed).toBe(checksFailed(some));
    const none = await runTests('test/nowhere.test.ts');
    expect(summary(none).failed).toBe(checksFailed(none) + 1);
    expect(none.code).toBe(1);
  });
});

describe('.ci/run', () => {
  const bin = join(project, 'bin');
  const program = (name: string, script: string): void => {
    put(join('bin', name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  };

  function runGate(npm: string): Promise<Ended> {
    for (const name of ['git', 'strace', 'chromium', 'etcd', 'ip', 'openssl']) program(name, 'exit 0');
    program(
      'npm',
      `what="$ENTENTE_TEST_STORES \${3} \${4} \${5}"\necho "$what" >> "${join(project, 'asked')}"\n${npm}`,
    );
    cpSync(join(root, '.ci'), join(project, '.ci'), { recursive: true });
    rmSync(join(project, 'asked'), { force: true });
    const env = { ...environment(), ENTENTE_TEST_STORES: '', PATH: `${bin}:${process.env['PATH'] ?? ''}` };
    return new Promise((resolve) => {
      execFile('bash', ['.ci/run'], { cwd: project, env }, (error, stdout) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, lines: stdout.split('\n') }),
      );
    });
  }

  it('[HS11] runs all tests, the suites on PostgreSQL and etcd, and the short proof, and ends with the sum', async () => {
    const ended = await runGate('[ "$3" = run ] && echo operations || echo "5 passed, 0 failed"');
    expect(readFileSync(join(project, 'asked'), 'utf8').split('\n')).toEqual([
      ...[' test  ', 'postgres,etcd test  ', ' run prove --', ''],
    ]);
    expect([summary(ended), ended.code]).toEqual([{ passed: 11, failed: 0 }, 0]);
  });

  it.each([
    ['a failed test', '[ "$3" = run ] || { echo "5 passed, 2 failed"; exit 1; }', { passed: 11, failed: 4 }],
    [
      'a run that ends with an error alone',
      '[ "$3" = run ] || { echo "5 passed, 0 failed"; exit 1; }',
      { passed: 11, failed: 2 },
    ],
    ['a run without its last line', '[ "$3" = run ] || echo "5 passed"', { passed: 1, failed: 2 }],
    ['a proof that does not hold', '[ "$3" = run ] && exit 1; echo "5 passed, 0 failed"', { passed: 10, failed: 1 }],
  ])('[HS11] fails by %s', async (_, npm, sum) => {
    const ended = await runGate(npm);
    expect([summary(ended), ended.code]).toEqual([sum, 1]);
  });
});
