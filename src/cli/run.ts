// One run of the command line, free of the process: arguments and streams in, an exit code out.
import { CommanderError } from 'commander';
import { MERGE_FILE_USAGE, MergeFileExit } from './commands/merge-file.ts';
import { COMMAND_NAMES, createProgram } from './program.ts';
import { type Console, createConsole } from './shell/console.ts';
import { type ExitCode, exitCodes, type Fault, faultOf } from './shell/exit.ts';
import type { Io } from './shell/io.ts';
import { shellWord } from './shell/text.ts';

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

const GLOBALS = ['--store', '--space', '--agent'];

/** The global options with a value, as they were given, each in words for a shell. */
function givenGlobals(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  const own = end < 0 ? words : words.slice(0, end);
  const found: string[] = [];
  own.forEach((word, index) => {
    const [name = '', value] = word.split(/=(.*)/s, 2);
    if (!GLOBALS.includes(name)) return;
    const given = value ?? own[index + 1];
    if (given !== undefined) found.push(`${name} ${shellWord(given)}`);
  });
  return found;
}

/** Runs one command. Never throws; what goes wrong is written for people or, with `--json`, as an object. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const words = normalise(argv);
  const console = createConsole(io, {
    json: has(words, '--json'),
    quiet: has(words, '--quiet', '-q'),
    color: !has(words, '--no-color'),
    globals: givenGlobals(words),
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
    if (error instanceof MergeFileExit) return error.exit;
    const command = commandOf(words);
    const exit = await report(error, console, command);
    // git takes what `merge-file` answers for a class of its own: a wrong call must not look like a conflict.
    return exit === exitCodes.usage && command === 'merge-file' ? MERGE_FILE_USAGE : exit;
  } finally {
    console.endProgress();
    io.signal?.removeEventListener('abort', interrupt);
    io.stdout.off('error', ignore);
    io.stderr.off('error', ignore);
  }
}

/** The first word that is no option: the command, where there is one of that name. */
function commandOf(words: readonly string[]): string | undefined {
  const word = words.find((each, index) => !each.startsWith('-') && !GLOBALS.includes(words[index - 1] ?? ''));
  return COMMAND_NAMES.find((name) => name === word);
}

/** Every error ends with what to type next, also one that knows nothing better. */
function withNext(fault: Fault, command: string | undefined): Fault {
  if (fault.next !== undefined || fault.exit === exitCodes.interrupted) return fault;
  const help = command === undefined ? 'entente --help' : `entente ${command} --help`;
  return {
    ...fault,
    next: fault.exit === exitCodes.usage || fault.exit === exitCodes.refused ? help : 'entente doctor',
  };
}

async function report(error: unknown, console: Console, command: string | undefined): Promise<ExitCode> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.ok;
    if (error.code !== 'commander.help') {
      const message = error.message.replace(/^error: /, '');
      await console
        .fail({
          code: 'misuse',
          message,
          next: `entente ${command === undefined ? '' : `${command} `}--help`,
          exit: exitCodes.usage,
          details: {},
        })
        .catch(() => {});
    }
    return exitCodes.usage;
  }
  const fault = withNext(faultOf(error), command);
  if (fault.exit !== exitCodes.ok) await console.fail(fault).catch(() => {});
  return fault.exit;
}
