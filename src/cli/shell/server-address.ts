// Where a server of this machine listens, unless it is said.
import type { Context } from './context.ts';

export const PORT = 4711;
const MAX_PORT = 65_535;

/** `--port`, checked; `min` 0 where any free one will do. */
export function portOf(context: Context, min: number): number {
  return context.count('port', PORT, min, MAX_PORT);
}

export function serverAddress(context: Context): string {
  return `http://127.0.0.1:${portOf(context, 1)}`;
}
