// One run of the command line, free of the process: arguments and streams in, an exit code out.
import { CommanderError } from 'commander';
import { createProgram } from './program.ts';
import { type Console, createConsole } from './shell/console.ts';
import { type ExitCode, exitCodes, faultOf } from './shell/exit.ts';
import type { Io } from './shell/io.ts';

const WAIT = '--wait';

/** `--wait` alone stands for `--wait=30s`, so that it never takes the next word for its value. */
function normalise(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return argv.map((word, index) => (word === WAIT && (end < 0 || index < end) ? `${WAIT}=30s` : word));
}

function has(words: readonly string[], ...names: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.some((word, index) => names.includes(word) && (end < 0 || index < end));
}

/** Runs one command. Never throws; what goes wrong is written for people or, with `--json`, as an object. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const words = normalise(argv);
  const console = createConsole(io, {
    json: has(words, '--json'),
    quiet: has(words, '--quiet', '-q'),
    color: !has(words, '--no-color'),
  });
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  // A reader that goes away ends the work early; the error itself comes back from the write that failed.
  const ignore = (): void => stop.abort();
  if (io.signal?.aborted === true) stop.abort();
  io.signal?.addEventListener('abort', interrupt, { once: true });
  io.stdout.on('error', ignore);
  io.stderr.on('error', ignore);
  const state: { exit: number; broken: boolean } = { exit: exitCodes.ok, broken: false };
  io.stdout.once('error', () => {
    state.broken = true;
  });
  try {
    const program = createProgram({
      io,
      console,
      signal: stop.signal,
      finish: (exit) => {
        state.exit = exit;
      },
    });
    await program.parseAsync([...words], { from: 'user' });
    return state.exit;
  } catch (error) {
    if (state.broken) return exitCodes.ok;
    return await report(error, console);
  } finally {
    console.endProgress();
    io.signal?.removeEventListener('abort', interrupt);
    io.stdout.off('error', ignore);
    io.stderr.off('error', ignore);
  }
}

async function report(error: unknown, console: Console): Promise<ExitCode> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.ok;
    if (error.code !== 'commander.help') {
      const message = error.message.replace(/^error: /, '');
      await console
        .fail({ code: 'misuse', message, next: 'entente --help', exit: exitCodes.usage, details: {} })
        .catch(() => {});
    }
    return exitCodes.usage;
  }
  const fault = faultOf(error);
  if (fault.exit !== exitCodes.ok) await console.fail(fault).catch(() => {});
  return fault.exit;
}
