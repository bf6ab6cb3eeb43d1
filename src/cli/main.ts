#!/usr/bin/env node
// The executable: hands the process to `runCli` and its answer back. Ctrl-C asks the command to stop; a second one, or
// a command that does not stop, ends the process at once: the store is safe at every moment.
import { createWriteStream, fstatSync } from 'node:fs';
import type { Output } from './shell/io.ts';

/** A server first answers what is under way: that may take as long as it gives its requests when it closes. */
const GRACE_MS = process.argv[2] === 'serve' ? 10_000 : 3000;
const INTERRUPTED = 130;

// git takes an exit code of 1 for a conflict: a program that breaks, or cannot even be loaded, must not end with it.
const BROKEN = process.argv.some((word) => word === 'merge-driver' || word === 'merge-file') ? 255 : 1;
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack ?? error.message}\n`);
  process.exit(BROKEN);
});

const stop = new AbortController();
const onSignal = (): void => {
  if (stop.signal.aborted) process.exit(INTERRUPTED);
  stop.abort();
  setTimeout(() => process.exit(INTERRUPTED), GRACE_MS).unref();
};
process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);

// Loaded after the handlers stand: a Ctrl-C while the program loads ends it as any other does.
const { runCli } = await import('./run.ts');

/** Node's own stream writes to a file once and takes a part for the whole when the disk is full; this one does not. */
function openOutput(): Output {
  try {
    return fstatSync(1).isFile() ? createWriteStream('', { fd: 1, autoClose: false }) : process.stdout;
  } catch {
    return process.stdout;
  }
}

const { stderr, stdin, env } = process;
process.exitCode = await runCli(process.argv.slice(2), {
  stdout: openOutput(),
  stderr,
  stdin,
  env,
  cwd: process.cwd(),
  signal: stop.signal,
});
process.off('SIGINT', onSignal);
process.off('SIGTERM', onSignal);
// An open stdin would keep the process waiting for words that nobody reads.
stdin.unref?.();
