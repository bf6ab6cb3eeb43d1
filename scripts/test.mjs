// `npm test`: set-up, the static checks (each counts as one test), then vitest with the arguments as they are given.
// With ENTENTE_TEST_STORES=postgres,etcd (or memory, sqlite): only the suites of stores, on each of these.
// The last line of stdout is always `N passed, N failed`; nothing is printed after it. With ENTENTE_TEST_SUM that line is
// added to a file too.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run, SetupError, setup } from './setup.mjs';

const tool = (...names) => join(root, 'node_modules', ...names);
const checks = [
  ['typecheck', tool('typescript', 'bin', 'tsc'), ['--noEmit', '--pretty', 'false']],
  ['typecheck of the dashboard', tool('typescript', 'bin', 'tsc'), ['-p', 'dashboard', '--pretty', 'false']],
  ['biome', tool('@biomejs', 'biome', 'bin', 'biome'), ['check', '--colors=off', '.']],
  ['knip', tool('knip', 'bin', 'knip.js'), ['--no-progress']],
  ['publint', tool('publint', 'src', 'cli.js'), ['run', '--strict']],
];

// Not for the tests: some of them run tests themselves.
const sumFile = process.env.ENTENTE_TEST_SUM;
delete process.env.ENTENTE_TEST_SUM;

/** Whether there is a build of these sources: tests that start the program start that, and not the sources. */
let built = false;
const total = { passed: 0, failed: 0, skipped: [] };

function tell(ok, name, output = '') {
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${name}\n`);
  if (!ok) process.stdout.write(output.endsWith('\n') ? output : `${output}\n`);
  total[ok ? 'passed' : 'failed'] += 1;
}

/** Answers false when nothing can be tested. A failed build is one failure, and the tests still run on the sources. */
async function prepare() {
  try {
    await setup();
    built = true;
    return true;
  } catch (error) {
    const known = error instanceof SetupError;
    tell(false, known ? error.step : 'set-up', known ? `${error.output}${error.message}` : String(error.stack));
    return known && error.step === 'build';
  }
}

/** Two at a time, told in their order: each is one thread, and most machines have more. */
async function runChecks() {
  const running = [];
  for (const [index, [, file, args]] of checks.entries()) {
    await running[index - 2];
    running.push(run(process.execPath, [file, ...args]));
  }
  for (const [index, [name]] of checks.entries()) {
    const { code, output } = await running[index];
    tell(code === 0, name, output);
  }
}

async function runVitest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'entente-test-'));
  const file = join(folder, 'count.json');
  const reporters = ['--reporter=default', `--reporter=${join(root, 'scripts', 'vitest-count.mjs')}`];
  const child = spawn(process.execPath, [tool('vitest', 'vitest.mjs'), 'run', ...reporters, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ENTENTE_TEST_COUNT: file, ENTENTE_TEST_BUILT: built ? '1' : '' },
  });
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', (status) => resolve(status ?? 1));
  });
  const count = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { passed: 0, failed: 0, skipped: [] };
  rmSync(folder, { recursive: true, force: true });
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped.push(...count.skipped);
  if (count.passed + count.failed === 0) tell(false, 'vitest', `No test ran (exit code ${code}).`);
  else if (code !== 0 && count.failed === 0) tell(false, 'vitest', `Every test passed, yet vitest ended with ${code}.`);
}

function tellSkipped() {
  if (total.skipped.length === 0) return;
  for (const { name, reason } of total.skipped) {
    process.stdout.write(`skipped: ${name}${reason === '' ? '' : ` (${reason})`}\n`);
  }
  process.stdout.write(`${total.skipped.length} skipped\n`);
}

if (await prepare()) {
  // With ENTENTE_TEST_STORES some suites run on other stores: what is checked of the files is the same on each.
  if ((process.env.ENTENTE_TEST_STORES ?? '') === '') await runChecks();
  await runVitest(process.argv.slice(2));
}
tellSkipped();
process.exitCode = total.failed === 0 ? 0 : 1;
const sum = `${total.passed} passed, ${total.failed} failed\n`;
if (sumFile) appendFileSync(sumFile, sum);
process.stdout.write(sum);
