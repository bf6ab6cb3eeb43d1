// One run of the command line, free of the process: arguments and streams in, an exit code out.
import { CommanderError } from 'commander';
import { COMMAND_NAMES, createProgram } from './program.ts';
import { type Console, createConsole, isPipe } from './shell/console.ts';
import { exitCodes, type Fault, faultOf } from './shell/exit.ts';
import { GIT_COMMANDS, GIT_USAGE, GitExit } from './shell/git-exit.ts';
import type { Io } from './shell/io.ts';
import { shellWord } from './shell/text.ts';

const WAIT = '--wait';

/**
 * `--wait` alone stands for `--wait=30s`, so that it never takes the next word for its value. `-pq` of `merge-file` is
 * `-p -q`: one is its own, the other belongs to all commands, and the parser does not take them apart.
 */
function normalise(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  const merging = commandOf(argv) === 'merge-file';
  return argv.flatMap((word, index) => {
    if (end >= 0 && index >= end) return [word];
    if (merging && /^-[pq]{2,}$/.test(word)) return [...word.slice(1)].map((letter) => `-${letter}`);
    return [word === WAIT ? `${WAIT}=30s` : word];
  });
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
  const state: { exit: number; broken: boolean; fault?: unknown } = { exit: exitCodes.ok, broken: false };
  io.stdout.once('error', (error: NodeJS.ErrnoException) => {
    if (isPipe(String(error.code))) state.broken = true;
    // A disk that is full: what was written is not whole, and whoever reads it must hear of it.
    else state.fault = error;
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
    if (state.fault !== undefined) throw state.fault;
    return state.exit;
  } catch (error) {
    if (error instanceof GitExit) return error.exit;
    if (state.broken) return exitCodes.ok;
    return await report(state.fault ?? error, console, commandOf(words));
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

/** The next command for faults of the library, which knows of none: it is used without a command line too. */
const TYPED: { readonly [code: string]: ((command: string | undefined) => string | undefined) | undefined } = {
  'bad-token': () => 'entente begin ID',
  'base-gone': () => 'entente begin ID',
  'epoch-changed': (command) => (command === 'watch' || command === 'log' ? 'entente status' : 'entente begin ID'),
  expired: () => 'entente show ID',
  'precondition-failed': (command) =>
    command === 'resolve' ? 'entente conflicts show N' : command === 'policy' ? 'entente policy show' : undefined,
  unauthenticated: () => 'ENTENTE_KEY_FILE=FILE entente status',
  'not-found': (command) => (command === 'keys' ? 'entente keys list' : undefined),
  'token-spent': () => 'entente begin ID',
  'read-only': () => 'entente doctor',
  'store-locked': () => 'entente doctor',
};

/** What a message holds of a name or a text that was given: enough to know it again. */
const LONGEST = 2000;

/** Every error ends with what to type next, also one that knows nothing better. */
function withNext(fault: Fault, command: string | undefined): Fault {
  if (fault.exit === exitCodes.interrupted) return fault;
  const typed = Object.hasOwn(TYPED, fault.code) ? TYPED[fault.code]?.(command) : undefined;
  if (typed !== undefined && fault.next?.includes('entente ') !== true) {
    return { ...fault, next: fault.next === undefined ? typed : `${typed}   (${fault.next.replace(/\.$/, '')})` };
  }
  if (fault.next !== undefined) return fault;
  const help = command === undefined ? 'entente --help' : `entente ${command} --help`;
  return {
    ...fault,
    next: fault.exit === exitCodes.usage || fault.exit === exitCodes.refused ? help : 'entente doctor',
  };
}

async function report(error: unknown, console: Console, command: string | undefined): Promise<number> {
  if (error instanceof CommanderError) return reportUsage(error, console, command);
  const fault = withNext(faultOf(error), command);
  if (fault.exit !== exitCodes.ok) await console.fail({ ...fault, message: shorten(fault.message) }).catch(() => {});
  return fault.exit;
}

function shorten(message: string): string {
  return message.length > LONGEST ? `${message.slice(0, LONGEST)} …` : message;
}

async function reportUsage(error: CommanderError, console: Console, command: string | undefined): Promise<number> {
  if (error.exitCode === 0) return exitCodes.ok;
  // git takes what these answer for a class of its own: a wrong call must not look like a conflict.
  const exit = GIT_COMMANDS.includes(command ?? '') ? GIT_USAGE : exitCodes.usage;
  const helped = error.code === 'commander.help';
  // The help is on stderr already; with `--json` a program waits for its object all the same.
  if (helped && !console.json) return exit;
  const message = helped
    ? 'No command is given, or none of that name.'
    : shorten(error.message.replace(/^error: /, ''));
  const next = `entente ${command === undefined || helped ? '' : `${command} `}--help`;
  await console.fail({ code: 'misuse', message, next, exit, details: {} }).catch(() => {});
  return exit;
}
