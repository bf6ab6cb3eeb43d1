// `entente wrap`: stands between a client and a server of the Model Context Protocol on stdio. All goes through as it is; calls
// take turns, and the files that the server keeps its state in are versions in the store.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';
import { hashOf } from '../../core/hash.ts';
import { openFolder } from '../disk/folder.ts';
import { createLock } from '../spool/lock.ts';
import { type Calls, createCalls } from './calls.ts';
import { eachLine, errorLine, messageOf } from './json-lines.ts';
import { createSharedFile, type SharedFile } from './shared-file.ts';
import { withAll } from './turns.ts';
import type { WrapOptions, WrappedFile } from './types.ts';

const CANCEL_GRACE_MS = 2000;
const END_GRACE_MS = 3000;
const DEFAULT_AGENT = 'wrapped';

interface Opened {
  readonly files: readonly SharedFile[];
  readonly env: { readonly [name: string]: string };
  readonly marks: readonly string[];
}

async function openFiles(options: WrapOptions, state: string, copies: string): Promise<Opened> {
  const files: SharedFile[] = [];
  const env: { [name: string]: string } = {};
  const marks: string[] = [];
  for (const [i, file] of options.files.entries()) {
    const folder = await openFolder(file.folder);
    const mark = hashOf(path.join(folder.root, file.name)).slice(0, 32);
    const account = path.join(state, `${mark}.json`);
    const copy = file.variable === undefined ? {} : { copy: await copyFor(file, copies, i) };
    const shared = createSharedFile(options, file, folder, { account, ...copy });
    if (file.variable !== undefined) env[file.variable] = shared.path;
    files.push(shared);
    marks.push(mark);
  }
  return { files, env, marks: [...new Set(marks)].sort() };
}

/** A folder for each copy: servers put files of their own beside theirs. */
async function copyFor({ name }: WrappedFile, copies: string, index: number): Promise<string> {
  const folder = path.join(copies, String(index));
  await mkdir(folder, { mode: 0o700 });
  return path.join(folder, name);
}

function start(options: WrapOptions, env: Opened['env']): ChildProcess {
  return spawn(options.command, [...options.args], {
    cwd: options.cwd,
    env: { ...options.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Resolves with the exit code; rejects where the command cannot be started. */
function endOf(child: ChildProcess, command: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      const next = 'entente wrap --env MEMORY_FILE_PATH=memory.jsonl -- npx -y @modelcontextprotocol/server-memory';
      reject(new EntenteError('misuse', `The server ${command} cannot be started: ${error.message}.`, { next }));
    });
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** Names in versions are of those who may be told apart; what a client calls itself is better than nothing. */
function clientName(params: { readonly [name: string]: unknown } | undefined): string | undefined {
  const info = params?.['clientInfo'] as { readonly name?: unknown } | undefined;
  if (typeof info?.name !== 'string') return undefined;
  return info.name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, 64) || undefined;
}

interface Wires {
  readonly child: ChildProcess;
  readonly calls: Calls;
  readonly toClient: (line: string) => void;
  readonly toServer: (line: string) => void;
  readonly named: (agent: string) => void;
}

async function fromClient(options: WrapOptions, { child, calls, toClient, toServer, named }: Wires): Promise<void> {
  await eachLine(options.input, (line) => {
    const message = messageOf(line);
    // A batch would hide calls from their turns; the protocol has none since 2025-06-18.
    if (message === 'many')
      return toClient(errorLine(null, -32600, 'entente wrap takes one message a line, no batches.'));
    if (message?.method === 'initialize') named(clientName(message.params) ?? DEFAULT_AGENT);
    if (message?.method === 'notifications/cancelled') calls.cancelled(message.params?.['requestId']);
    if (message === undefined || !calls.take(message, line)) toServer(line);
  });
  // Calls that were sent before the client closed are done and stored; then the server sees the end.
  await calls.idle();
  child.stdin?.end();
}

async function fromServer(options: WrapOptions, { child, calls, toClient }: Wires): Promise<void> {
  if (child.stdout === null) return;
  await eachLine(child.stdout, (line) => {
    const message = messageOf(line);
    if (message === 'many') toClient(line);
    else if (message === undefined) options.errors.write(`${line}\n`);
    else if (!calls.answered(message, line)) toClient(line);
  });
}

/** Runs the server to its end; answers its exit code. Throws `misuse` where it cannot be started. */
export async function wrap(options: WrapOptions): Promise<number> {
  const state = path.join(options.state, 'wrap');
  await mkdir(state, { recursive: true, mode: 0o700 });
  const copies = await mkdtemp(path.join(state, 'copy-'));
  try {
    return await run(options, state, await openFiles(options, state, copies));
  } finally {
    await rm(copies, { recursive: true, force: true });
  }
}

async function run(options: WrapOptions, state: string, { files, env, marks }: Opened): Promise<number> {
  const { sleep, timers, output, errors } = options;
  const locks = marks.map((mark) => createLock(path.join(state, `${mark}.lock`), { sleep }));
  let agent = options.agent ?? DEFAULT_AGENT;
  // Servers that read once do so when they start.
  await withAll(locks, async () => {
    for (const file of files) await file.before(agent);
  });
  const child = start(options, env);
  const toClient = (line: string): void => void output.write(`${line}\n`);
  const toServer = (line: string): void => void child.stdin?.write(`${line}\n`);
  const complain = (text: string): void => void errors.write(`entente wrap: ${text}\n`);
  const calls = createCalls({
    ...{ files, locks, timers, toServer, toClient, complain },
    ...{ reads: options.reads, callMs: options.callMs, graceMs: CANCEL_GRACE_MS, agent: () => agent },
  });
  const named = (name: string): void => {
    if (options.agent === undefined) agent = name;
  };
  const wires: Wires = { child, calls, toClient, toServer, named };
  // A server that reads no more, or ends while something is on its way to it: its end says so.
  child.stdin?.on('error', () => {});
  child.stderr?.pipe(errors, { end: false });
  const end = endOf(child, options.command);
  const stop = (): void => {
    child.kill();
    timers.after(END_GRACE_MS, () => child.kill('SIGKILL'));
  };
  if (options.signal.aborted) stop();
  options.signal.addEventListener('abort', stop, { once: true });
  try {
    const reading = fromClient(options, wires);
    reading.catch(stop);
    await Promise.all([end, fromServer(options, wires).catch(stop)]);
    calls.gone();
    await calls.idle();
    return await end;
  } finally {
    options.signal.removeEventListener('abort', stop);
    options.input.destroy();
  }
}
