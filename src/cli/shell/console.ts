// Where words go: data on stdout, talk on stderr, one JSON object (or NDJSON for streams) with `--json`.
import Table from 'cli-table3';
import pico from 'picocolors';
import type { Fault } from './exit.ts';
import type { Io, Output } from './io.ts';
import { PipeClosed } from './io.ts';
import { cleanText } from './text.ts';

export interface ConsoleOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  /** `--store`, `--space` and `--agent` as they were given: every command that is proposed carries them on. */
  readonly globals?: readonly string[];
}

export type Colors = ReturnType<typeof pico.createColors>;

export interface Console {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly out: Colors;
  /** A proposed command with the global options that this one was given. */
  hint(text: string): string;
  /** Exact bytes on stdout; waits for a slow reader. */
  data(bytes: Uint8Array | string): Promise<void>;
  /** A line of the answer for people; nothing with `--json`. */
  line(text?: string): Promise<void>;
  /** A line that says what was done; nothing with `--quiet` or `--json`. */
  done(text: string): Promise<void>;
  /** The one object with `--json`, or one line of a stream. */
  object(value: unknown): Promise<void>;
  /** A remark on stderr; nothing with `--quiet`. */
  talk(text: string): void;
  /** On stderr, with `--quiet` too. */
  alert(text: string): void;
  /** A line that overwrites itself where stderr is a terminal. */
  progress(text: string): void;
  endProgress(): void;
  fail(fault: Fault): Promise<void>;
}

/** Colours only on a terminal, and never with `NO_COLOR`, `TERM=dumb` or `--no-color`. */
export function wantsColor(stream: Output, env: Io['env'], flag: boolean): boolean {
  const { NO_COLOR, TERM } = env;
  return flag && stream.isTTY === true && (NO_COLOR === undefined || NO_COLOR === '') && TERM !== 'dumb';
}

function send(stream: Output, bytes: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (stream.destroyed || stream.writableEnded) {
      reject(new PipeClosed());
      return;
    }
    stream.write(bytes, (error) => {
      if (error === null || error === undefined) resolve();
      else reject('code' in error && isPipe(String(error.code)) ? new PipeClosed() : error);
    });
  });
}

/** The reader is gone: no fault, unlike a full disk. */
export function isPipe(code: string): boolean {
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' || code === 'ECONNRESET';
}

export function createConsole(io: Io, options: ConsoleOptions): Console {
  const { json, quiet, globals = [] } = options;
  const hint = (text: string): string => {
    const added = globals.filter((each) => !text.includes(each.split(' ')[0] ?? ''));
    if (added.length === 0) return text;
    return text.replace(/(?<=^|\s)entente (?=[a-z])/g, () => `entente ${added.join(' ')} `);
  };
  const out = pico.createColors(wantsColor(io.stdout, io.env, options.color));
  const err = pico.createColors(wantsColor(io.stderr, io.env, options.color));
  let shown = 0;
  const say = (text: string): void => {
    endProgress();
    io.stderr.write(`${hint(text)}\n`);
  };
  const endProgress = (): void => {
    if (shown > 0) io.stderr.write(`\r${' '.repeat(shown)}\r`);
    shown = 0;
  };
  const object = (value: unknown): Promise<void> => send(io.stdout, `${JSON.stringify(value)}\n`);
  return {
    json,
    quiet,
    out,
    hint,
    data: (bytes) => send(io.stdout, bytes),
    line: async (text = '') => {
      if (!json) await send(io.stdout, `${text}\n`);
    },
    done: async (text) => {
      if (!json && !quiet) await send(io.stdout, `${text}\n`);
    },
    object,
    talk: (text) => {
      if (!quiet) say(text);
    },
    alert: say,
    progress: (text) => {
      if (quiet || json || io.stderr.isTTY !== true) return;
      const cut = text.slice(0, (io.stderr.columns || 80) - 1);
      io.stderr.write(`\r${cut.padEnd(shown)}`);
      shown = cut.length;
    },
    endProgress,
    fail: async (fault) => {
      endProgress();
      const { code, message, exit, details } = fault;
      const next = fault.next === undefined ? undefined : hint(fault.next);
      if (json) {
        const error = { ...details, code, message, ...(next === undefined ? {} : { next }), exit };
        const told = await object({ error }).then(
          () => true,
          () => false,
        );
        if (told) return;
      }
      io.stderr.write(`${err.red('error')} ${err.dim(`[${code}]`)} ${cleanText(message)}\n`);
      if (next !== undefined) io.stderr.write(`${err.bold('next:')} ${cleanText(next)}\n`);
    },
  };
}

/** A plain table without frames: columns for eyes, and still one row a line for `cut` and `awk`. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], colors: Colors): string {
  const grid = new Table({
    head: head.map((word) => colors.dim(word)),
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '  ',
    },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  });
  for (const row of rows) grid.push([...row]);
  return grid
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
