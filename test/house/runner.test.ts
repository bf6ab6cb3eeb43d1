// What `npm test` promises of itself, tried in a small project of its own that borrows the installed packages.
import { execFile } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { createProject, environment } from './project.ts';

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
