// `npm start`: set-up, then the server on the embedded store in `.entente`, or on the one that ENTENTE_STORE names.
// `npm run demo` is the same script with the word `demo`. Further arguments go to the command as they are given.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, runAs, setupOrExit } from './setup.mjs';

const [word, ...rest] = process.argv.slice(2);
const home = join(root, '.entente');
const store = process.env.ENTENTE_STORE ?? `sqlite:${join(home, 'entente.db')}`;
const args = word === 'demo' ? ['demo', ...rest] : ['serve', '--store', store, ...process.argv.slice(2)];
const program = [join(root, 'dist', 'cli', 'main.js'), ...args];

/**
 * The server's own lines come first, since they say where it is; then what else there is to try; then its log, which goes to
 * the other stream: both may end up in one file.
 */
async function startServer() {
  const log = process.stderr.isTTY ? 'inherit' : 'pipe';
  const child = spawn(process.execPath, program, { stdio: ['inherit', 'pipe', log] });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  let text = '';
  let held = [];
  const release = () => {
    for (const chunk of held ?? []) process.stderr.write(chunk);
    held = undefined;
  };
  child.stderr?.on('data', (chunk) => {
    if (held === undefined) process.stderr.write(chunk);
    else held.push(chunk);
  });
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    process.stdout.write(chunk);
    if (text === undefined) return;
    text += chunk;
    // The last of the ways to connect.
    if (!/^ {2}.*\bstatus\n/m.test(text)) return;
    process.stdout.write('demo:\n  npm run demo\n', release);
    text = undefined;
  });
  process.exitCode = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve(status ?? (signal === 'SIGINT' ? 130 : 143)));
  });
  release();
}

await setupOrExit();
if (word !== 'demo' && process.env.ENTENTE_STORE === undefined) mkdirSync(home, { recursive: true, mode: 0o700 });
if (word === 'demo' || args.includes('--json')) await runAs(process.execPath, program);
else await startServer();
