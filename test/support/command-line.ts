// The command line in this process: arguments and streams in, what it wrote and its exit code out. Each desk is a folder
// of its own with a store; `shell` runs the real program as a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runCli } from '../../src/cli/run.ts';
import { TEST_ETCD, TEST_POSTGRES } from './stores.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly bytes: Buffer;
  readonly err: string;
  /** The one JSON object of stdout. */
  json(): { [field: string]: unknown };
}

export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  readonly env?: { readonly [name: string]: string };
  readonly cwd?: string;
  /** Both output streams are terminals. */
  readonly terminal?: boolean;
  readonly stdinTerminal?: boolean;
  readonly signal?: AbortSignal;
  /** Ends the reader of stdout after so many bytes. */
  readonly breakAfter?: number;
  /** What the end of stdout says: `EPIPE`, the reader has gone, unless given. */
  readonly breakWith?: string;
}

export interface Desk {
  readonly folder: string;
  /** The URL of the store that `init` made. */
  readonly store: string;
  run(argv: readonly string[], options?: RunOptions): Promise<Ran>;
  /** The same as a process of its own; `node`: further arguments of Node. */
  shell(argv: readonly string[], node?: readonly string[]): ChildProcess;
  write(name: string, content: string | Uint8Array): string;
  read(name: string): string;
  path(name: string): string;
  close(): void;
}

function collector(
  terminal: boolean,
  breakAfter: number = Number.POSITIVE_INFINITY,
  breakWith: string = 'EPIPE',
): Writable & { readonly chunks: Buffer[] } {
  const chunks: Buffer[] = [];
  let size = 0;
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > breakAfter) done(Object.assign(new Error(`write ${breakWith}`), { code: breakWith }));
      else {
        chunks.push(chunk);
        done();
      }
    },
  });
  return Object.assign(stream, { chunks, isTTY: terminal, columns: 100 });
}

function ranOf(code: number, out: Buffer, err: Buffer): Ran {
  const text = out.toString('utf8');
  return {
    code,
    out: text,
    bytes: out,
    err: err.toString('utf8'),
    json: () => JSON.parse(text) as { [field: string]: unknown },
  };
}

export async function runIn(cwd: string, argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { terminal = false, stdin = '', breakAfter, breakWith, signal } = options;
  const stdout = collector(terminal, breakAfter, breakWith);
  const stderr = collector(terminal);
  const input = Readable.from([Buffer.from(stdin)]);
  const code = await runCli(argv, {
    stdout,
    stderr,
    stdin: Object.assign(input, { isTTY: options.stdinTerminal ?? false }),
    env: { PATH: process.env['PATH'] ?? '', ...options.env },
    cwd: options.cwd ?? cwd,
    ...(signal === undefined ? {} : { signal }),
  });
  return ranOf(code, Buffer.concat(stdout.chunks), Buffer.concat(stderr.chunks));
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const fromSources = [
  '--import',
  join(root, 'node_modules', 'tsx', 'dist', 'esm', 'index.mjs'),
  join(root, 'src', 'cli', 'main.ts'),
];

/**
 * `npm test` has built what ships and says so: it starts in a quarter of the time. A single test file goes by the
 * sources, which may be newer than the last build.
 */
const program = process.env['ENTENTE_TEST_BUILT'] === '1' ? [join(root, 'dist', 'cli', 'main.js')] : fromSources;

/** The program as words for a shell. */
export const commandLine: string = [process.execPath, ...program].join(' ');

/** Where the suites of the test file run on PostgreSQL or etcd: a schema or a prefix of its own for each desk. */
function ownDatabase(): string | undefined {
  const [postgres, etcd] = [process.env[TEST_POSTGRES], process.env[TEST_ETCD]];
  desks += 1;
  if (etcd !== undefined) return `${etcd}?prefix=desk-${own}-${desks}`;
  return postgres === undefined ? undefined : `${postgres}?schema=desk_${own}_${desks}`;
}

let desks = 0;
/** What no other test file has on a server that many of them share. */
const own = Math.random().toString(36).slice(2, 10);

/** A folder with a store in it (`init` has run), or bare. */
export async function openDesk(options: { readonly bare?: boolean } = {}): Promise<Desk> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'entente-cli-')));
  const path = (name: string): string => join(folder, name);
  const database = ownDatabase();
  const desk: Desk = {
    folder,
    store: database ?? `sqlite:${path('.entente/entente.db')}`,
    path,
    run: (argv, runOptions) => runIn(folder, argv, runOptions),
    shell: (argv, node = []) =>
      spawn(process.execPath, [...node, ...program, ...argv], { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] }),
    write: (name, content) => {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), content);
      return path(name);
    },
    read: (name) => readFileSync(path(name), 'utf8'),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
  if (options.bare !== true) await desk.run(['init', '-q', ...(database === undefined ? [] : ['--store', database])]);
  return desk;
}

/** Waits for a process: what it wrote, and its exit code. */
export function ended(child: ChildProcess): Promise<Ran> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve(ranOf(code ?? (signal === 'SIGINT' ? -2 : -1), Buffer.concat(out), Buffer.concat(err))),
    );
  });
}
