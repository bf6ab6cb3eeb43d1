// Set-up that every other script begins with: packages when the lock file changed, a build when the sources changed,
// nothing when nothing did. Both are decided by content, never by time: a checkout changes times and not contents.
// It uses Node's own modules only, since it runs before anything is installed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...names) => join(root, ...names);
const INSTALL_STAMP = at('node_modules', '.entente-lock');
const BUILD_STAMP = at('dist', '.entente-sources');
const DASHBOARD_STAMP = at('dist', '.entente-dashboard');
const UNREACHABLE = /ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT/;

/** A step of the set-up that could not be done; `output` is what the tool printed. */
export class SetupError extends Error {
  constructor(step, message, output = '') {
    super(message);
    this.step = step;
    this.output = output;
  }
}

const say = (text) => process.stderr.write(`entente: ${text}\n`);
const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** Runs a program and collects what it prints. Never throws: a program that cannot start has code 127. */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 127, output: `${output}${error.message}\n` }));
    child.on('close', (code, signal) => resolve({ code: code ?? 1, output: signal ? `${output}${signal}\n` : output }));
  });
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupError(
    'node',
    `Node ${process.versions.node} is too old: entente needs Node 20.19 or newer. Install it from https://nodejs.org, then run this again.`,
  );
}

/** npm keeps a copy of what it installed: someone who ran `npm install` by hand needs no second one. */
function alreadyInstalled(lockText) {
  const hidden = read(at('node_modules', '.package-lock.json'));
  if (hidden === '') return false;
  const have = JSON.parse(hidden).packages;
  const wanted = Object.entries(JSON.parse(lockText).packages).filter(([name]) => name !== '');
  return wanted.every(([name, { version, integrity, optional }]) => {
    const found = have[name];
    return found === undefined ? optional === true : found.version === version && found.integrity === integrity;
  });
}

async function install() {
  const lockText = readFileSync(at('package-lock.json'), 'utf8');
  const stamp = createHash('sha256').update(`${process.platform} ${process.arch}\n${lockText}`).digest('hex');
  if (read(INSTALL_STAMP) === stamp) return;
  if (!alreadyInstalled(lockText)) {
    say('installing packages (npm ci) …');
    const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
    const flags = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
    // One short and one longer pause: a registry that is away should be told of within half a minute.
    flags.push('--fetch-retry-mintimeout=2000', '--fetch-retry-maxtimeout=20000');
    const { code, output } = await run(npm[0], [...npm.slice(1), ...flags]);
    if (code !== 0) throw new SetupError('install', whyNoPackages(code, output), output);
  }
  writeFileSync(INSTALL_STAMP, stamp);
}

function whyNoPackages(code, output) {
  if (code === 127) return 'npm was not found. It comes with Node: install Node 20.19 or newer, then run this again.';
  if (!UNREACHABLE.test(output)) return 'npm ci failed. Mend what it says above, then run this again.';
  return 'The package registry could not be reached. Check the network and `npm config get registry`, then run this again.';
}

/** All files below a folder, sorted, as paths from it with forward slashes. */
export function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

const isSource = (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('.test-d.ts');

function sourceStamp(sources) {
  const hash = createHash('sha256').update(read(INSTALL_STAMP));
  for (const name of ['tsconfig.json', 'tsconfig.build.json']) hash.update(`${name}\n${read(at(name))}\n`);
  for (const name of sources)
    hash
      .update(`${name}\n`)
      .update(readFileSync(at('src', name)))
      .update('\n');
  return hash.digest('hex');
}

/** Takes out of dist what no source makes any more, so that a removed module cannot be imported by accident. */
function prune(sources) {
  const stems = new Set(sources.map((name) => name.slice(0, -'.ts'.length)));
  for (const name of filesBelow(at('dist'))) {
    if (name.startsWith('dashboard/') || name.startsWith('flat/')) continue;
    const stem = /^(.*?)(?:\.d\.ts|\.js|\.js\.map)$/.exec(name)?.[1];
    if (stem !== undefined && !stems.has(stem)) rmSync(at('dist', name));
  }
}

async function build() {
  const sources = filesBelow(at('src')).filter(isSource);
  const stamp = sourceStamp(sources);
  const main = at('dist', 'cli', 'main.js');
  if (read(BUILD_STAMP) === stamp && (existsSync(main) || !sources.includes('cli/main.ts'))) return;
  say('building (tsc) …');
  rmSync(BUILD_STAMP, { force: true });
  // Its record of earlier builds would hide outputs that were removed by hand.
  if (!existsSync(main)) rmSync(at('dist', '.tsbuildinfo'), { force: true });
  const tsc = at('node_modules', 'typescript', 'bin', 'tsc');
  const { code, output } = await run(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--pretty', 'false']);
  prune(sources);
  if (existsSync(main)) chmodSync(main, 0o755);
  if (code !== 0)
    throw new SetupError('build', 'The build failed: mend the type errors above, then run this again.', output);
  try {
    // Not before the packages are there: it needs one of them.
    await (await import('./flatten.mjs')).flatten();
  } catch (error) {
    throw new SetupError('build', 'The program could not be put into flat files.', `${error.message}\n`);
  }
  mkdirSync(dirname(BUILD_STAMP), { recursive: true });
  writeFileSync(BUILD_STAMP, stamp);
}

/** The pages that `entente serve` shows people, as files in dist/dashboard. A package without their sources has none. */
async function buildDashboard() {
  const folder = at('dashboard');
  const sources = filesBelow(folder).filter((name) => !name.endsWith('.test.ts') && !name.startsWith('node_modules/'));
  if (!sources.includes('index.html')) return;
  const hash = createHash('sha256').update(read(INSTALL_STAMP));
  for (const name of sources)
    hash
      .update(`${name}\n`)
      .update(readFileSync(join(folder, name)))
      .update('\n');
  const stamp = hash.digest('hex');
  if (read(DASHBOARD_STAMP) === stamp && existsSync(at('dist', 'dashboard', 'index.html'))) return;
  say('building the dashboard (vite) …');
  rmSync(DASHBOARD_STAMP, { force: true });
  const vite = at('node_modules', 'vite', 'bin', 'vite.js');
  const { code, output } = await run(process.execPath, [vite, 'build', '--logLevel', 'warn', folder]);
  if (code !== 0) throw new SetupError('build', 'The dashboard could not be built. Mend what it says above.', output);
  writeFileSync(DASHBOARD_STAMP, stamp);
}

/** Installs and builds what is needed. Throws a SetupError that says what to do. */
export async function setup() {
  checkNode();
  await install();
  await build();
  await buildDashboard();
}

/** Set-up for a script that cannot go on without it: says why it failed and ends the process. */
export async function setupOrExit() {
  try {
    await setup();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(error.output);
    say(error.message);
    process.exit(1);
  }
}

/** Runs a program in the foreground and ends as it ended. An interrupt reaches the child by itself: wait for it. */
export async function runAs(command, args) {
  const child = spawn(command, args, { stdio: 'inherit' });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve(status ?? (signal === 'SIGINT' ? 130 : 143)));
  });
  process.exitCode = code;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await setupOrExit();
