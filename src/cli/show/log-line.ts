// The server's log: lines of JSON, and for a person at a terminal the same facts on lines of words.
import type { Io } from '../shell/io.ts';
import { cleanName } from '../shell/text.ts';

const LEVELS: { readonly [level: number]: string } = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warning',
  50: 'error',
  60: 'fatal',
};
/** Said by the line itself, or by nobody at a terminal. */
const UNSAID: readonly string[] = ['level', 'time', 'msg', 'err', 'reqId'];

function wordOf([name, value]: readonly [string, unknown]): string {
  return `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
}

export function plainLogLine(json: string): string {
  let entry: { readonly [field: string]: unknown };
  try {
    entry = JSON.parse(json) as typeof entry;
  } catch {
    return `${cleanName(json.trim())}\n`;
  }
  const { level, msg, err } = entry;
  const words = Object.entries(entry)
    .filter(([name]) => !UNSAID.includes(name))
    .map(wordOf);
  const fault = (err as { readonly message?: unknown } | undefined)?.message;
  if (typeof fault === 'string') words.push(`(${fault.replaceAll(/\s+/g, ' ')})`);
  return `${cleanName([`${LEVELS[Number(level)] ?? 'log'}: ${String(msg ?? '')}`, ...words].join(' '))}\n`;
}

export interface ServerLog {
  write(line: string): void;
  /** What was held back comes out, and from now on each line at once. */
  release(): void;
}

/**
 * The log on stderr. Held back until the server has told on stdout where it listens: where both streams end up in one
 * file, what people look for stands first.
 */
export function createServerLog({ stderr }: Pick<Io, 'stderr'>): ServerLog {
  let held: string[] | undefined = [];
  const say = (line: string): void => void stderr.write(stderr.isTTY === true ? plainLogLine(line) : line);
  return {
    write: (line) => {
      if (held === undefined) say(line);
      else held.push(line);
    },
    release: () => {
      for (const line of held ?? []) say(line);
      held = undefined;
    },
  };
}
