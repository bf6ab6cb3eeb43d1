// A line of the server's log for a person at a terminal: the same facts as in its JSON, on one line of words.
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
