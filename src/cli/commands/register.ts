// How a command is made: a small builder of commander's, and a handler that gets a context and answers an exit code.
import type { Command } from 'commander';
import type { Context } from '../shell/context.ts';
import type { ExitCode } from '../shell/exit.ts';

export type Handler = (context: Context) => Promise<ExitCode | undefined>;

/** Wraps a handler into what commander calls. */
export type Run = (handler: Handler) => (...args: unknown[]) => Promise<void>;

export type Register = (program: Command, run: Run) => void;

/** For an option that may be given more than once. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
