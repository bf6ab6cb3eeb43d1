// What `npm test` and the gate promise of themselves, tried in a small project of its own that borrows the installed packages.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
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

  /** With another npm: what it does for tests, and for the proof. */
  function runGate(tests: string, proof = 'echo operations'): { readonly ended: Promise<Ended>; stop(): void } {
    for (const name of ['git', 'strace', 'chromium', 'etcd', 'ip', 'openssl']) program(name, 'exit 0');
    const asked = `echo "$ENTENTE_TEST_STORES|$*" >> "${join(project, 'asked')}"`;
    program('npm', `${asked}\ncase "$*" in *prove*) ${proof} ;; *) ${tests} ;; esac`);
    cpSync(join(root, '.ci'), join(project, '.ci'), { recursive: true });
    rmSync(join(project, 'asked'), { force: true });
    // What somebody has set outside changes nothing.
    const env = { ...environment(), ENTENTE_TEST_STORES: 'memory', PATH: `${bin}:${process.env['PATH'] ?? ''}` };
    const child = spawn('bash', ['.ci/run'], { cwd: project, env, stdio: ['ignore', 'pipe', 'ignore'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    const ended = once(child, 'close').then(([code]) => ({ code: code as number, lines: stdout.split('\n') }));
    return { ended, stop: () => child.kill('SIGTERM') };
  }
  const counted = (sum: string): string => `echo "${sum}"; echo "${sum}" >> "$ENTENTE_TEST_SUM"`;

  it('[HS11] runs all tests, the suites on PostgreSQL and etcd, and the short proof, and ends with the sum', async () => {
    const ended = await runGate(counted('5 passed, 0 failed')).ended;
    const flags = '--silent --no-update-notifier';
    expect(readFileSync(join(project, 'asked'), 'utf8').split('\n')).toEqual([
      ...[`|${flags} test`, `postgres,etcd|${flags} test`, `|${flags} run prove -- --short --no-write`, ''],
    ]);
    expect([summary(ended), ended.code]).toEqual([{ passed: 11, failed: 0 }, 0]);
  });

  it.each([
    ['failed tests', `${counted('5 passed, 2 failed')}; exit 1`, 'true', { passed: 11, failed: 4 }],
    ['an error alone', `${counted('5 passed, 0 failed')}; exit 1`, 'true', { passed: 11, failed: 2 }],
    ['a run that counts nothing', 'echo "5 passed, 0 failed"', 'true', { passed: 1, failed: 2 }],
    ['a proof that does not hold', counted('5 passed, 0 failed'), 'exit 1', { passed: 10, failed: 1 }],
  ])('[HS11] fails by %s', async (_, tests, proof, sum) => {
    const ended = await runGate(tests, proof).ended;
    expect([summary(ended), ended.code]).toEqual([sum, 1]);
  });

  it('[HS11] ends with what it runs when it is told to end', async () => {
    const file = join(project, 'npm.pid');
    const { ended, stop } = runGate(`echo $$ > "${file}"; exec sleep 60`);
    await vi.waitFor(() => expect(existsSync(file) && readFileSync(file, 'utf8')).toMatch(/\d\n/), 10_000);
    stop();
    expect((await ended).code).toBe(143);
    await vi.waitFor(() => expect(() => process.kill(Number(readFileSync(file, 'utf8')), 0)).toThrow('ESRCH'), 10_000);
  });
});
