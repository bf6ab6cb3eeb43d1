// Processes that are killed while they commit to one SQLite file, and what must be in it then. Whoever looks decides what
// a fault is: nothing here knows of a test runner.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundled } from '../support/bundled.ts';

const childScript = (): string => bundled(fileURLToPath(new URL('./child.ts', import.meta.url)));

export interface Acknowledged {
  readonly agent: string;
  readonly commitId: string;
  readonly revision: number;
  readonly hash: string;
  /** When it was sent and when the answer came, in microseconds of the machine's own clock. */
  readonly call: number;
  readonly return: number;
  readonly wrote: readonly { readonly resource: string; readonly version: number; readonly hash: string }[];
}

/** A child that is killed some milliseconds after its first acknowledgement; answers all that it had reported. */
export async function killedChild(path: string, name: string, afterMs: number): Promise<Acknowledged[]> {
  const child: ChildProcess = spawn(process.execPath, [childScript(), 'crash', path, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), afterMs);
    output += chunk;
  });
  const [, signal] = await once(child, 'close');
  if (signal !== 'SIGKILL') throw new Error(`${name} ended by itself`);
  // The last line may be cut: it was being told when the end came.
  const lines = output.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Acknowledged);
}

/**
 * Kills so many children, and goes on until they have told so many acknowledgements; four at a time: as soon as one is gone the
 * next one starts, so that recovery runs while others write.
 */
export async function killMany(
  path: string,
  kills: number,
  random: () => number,
  least: number = 0,
): Promise<Acknowledged[]> {
  const acknowledged: Acknowledged[] = [];
  let started = 0;
  const lane = async (): Promise<void> => {
    while (started < kills || acknowledged.length < least) {
      started += 1;
      acknowledged.push(...(await killedChild(path, `p${started}`, 1 + random() * 200)));
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, kills) }, lane));
  return acknowledged;
}

export const hasStrace = (): boolean => spawnSync('strace', ['-V']).status === 0;

export interface SyncTrace {
  readonly acknowledgements: number;
  /** Acknowledgements that were told before the last write to the log was on disk. */
  readonly unsynced: readonly string[];
}

/** Lines of `strace` of a child that has told so many commits. `mode` is one of the child's own, `flags` are of strace. */
export async function traceOf(
  path: string,
  wanted: number,
  { mode = 'crash', flags }: { readonly mode?: string | undefined; readonly flags: readonly string[] },
): Promise<readonly string[]> {
  const trace = join(dirname(path), 'trace');
  const child = spawn(
    'strace',
    ['-f', '-y', '-o', trace, ...flags, process.execPath, childScript(), mode, path, 'traced'],
    { stdio: ['ignore', 'pipe', 'inherit'], detached: true },
  );
  let told = 0;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    told += chunk.split('\n').length - 1;
    if (told >= wanted && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  });
  await once(child, 'close');
  // The last line may be cut, wherever strace was when its own end came.
  return readFileSync(trace, 'latin1').split('\n').slice(0, -1);
}

/** Watches the system calls of a child until it has told so many commits. */
export async function traceSyncs(path: string, wanted: number, mode: string = 'crash'): Promise<SyncTrace> {
  const flags = ['-e', 'trace=pwrite64,pwritev,fsync,fdatasync,write', '-s', '200'];
  let unwritten = false;
  let acknowledgements = 0;
  const unsynced: string[] = [];
  for (const line of await traceOf(path, wanted, { mode, flags })) {
    if (/ pwrite(64|v)\(\d+<[^>]*-wal>/.test(line)) unwritten = true;
    else if (/ f(data)?sync\(\d+<[^>]*-wal>/.test(line)) unwritten = false;
    else if (/ write\(1<.*commitId/.test(line)) {
      acknowledgements += 1;
      if (unwritten) unsynced.push(line);
    }
  }
  return { acknowledgements, unsynced };
}
