// Commands that `run` and `edit` start. Ctrl-C reaches them as SIGTERM, and the run ends when they have ended.
import { spawn } from 'node:child_process';
import { CommandFailed } from './exit.ts';
import type { Io } from './io.ts';
import { Interrupted } from './io.ts';

export interface ChildResult {
  readonly status: number;
  readonly output: Uint8Array;
}

export interface ChildOptions {
  /** Given to stdin; without it the child has ours (an editor). */
  readonly input?: Uint8Array;
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** Runs a command to its end. Throws `CommandFailed` where it cannot be started or is killed. */
export function runChild(
  io: Io,
  command: string,
  args: readonly string[],
  options: ChildOptions,
): Promise<ChildResult> {
  const { input, limit, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new Interrupted());
      return;
    }
    const piped = input !== undefined;
    const child = spawn(command, [...args], {
      cwd: io.cwd,
      env: { ...io.env },
      stdio: piped ? ['pipe', 'pipe', 'pipe'] : 'inherit',
    });
    const chunks: Buffer[] = [];
    let size = 0;
    let tooLarge = false;
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else if (!tooLarge) {
        tooLarge = true;
        child.kill();
      }
    });
    child.stderr?.on('data', (chunk: Buffer) => io.stderr.write(chunk));
    // A command that does not read its input to the end is no fault.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
    const stop = (): void => {
      child.kill();
    };
    signal.addEventListener('abort', stop, { once: true });
    child.on('error', (error) => {
      signal.removeEventListener('abort', stop);
      reject(new CommandFailed(`The command ${command} could not be started: ${error.message}`, undefined));
    });
    child.on('close', (status, killed) => {
      signal.removeEventListener('abort', stop);
      if (signal.aborted) reject(new Interrupted());
      else if (tooLarge) reject(new CommandFailed(`The command ${command} wrote more than ${limit} bytes.`, undefined));
      else if (status === null) reject(new CommandFailed(`The command ${command} was killed by ${killed}.`, undefined));
      else resolve({ status, output: Buffer.concat(chunks) });
    });
  });
}
