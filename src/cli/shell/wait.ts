// `--wait`: stays until a person or a judge has decided an open conflict.

import { EntenteError } from '../../core/errors.ts';
import type { Conflict } from '../../core/resolution.ts';
import type { Context } from './context.ts';
import { type ExitCode, exitCodes } from './exit.ts';
import { pause } from './io.ts';
import { cleanName } from './text.ts';

const LOOK_MS = 150;
const UNITS: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, '': 1000 };

/** `30s`, `500ms`, `2m`, `1h` or seconds, in milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9})(ms|s|m|h)?$/.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  if (match === null || unit === undefined) {
    throw new EntenteError('misuse', `${JSON.stringify(text)} is no length of time.`, {
      next: 'Write for example --wait=30s',
    });
  }
  return Number(match[1]) * unit;
}

/** A `--wait` that cannot be read is said before anything is sent. */
export function checkWait(context: Context): void {
  const text = context.text('wait');
  if (text !== undefined) parseDuration(text);
}

export interface Waited {
  readonly exit: ExitCode;
  readonly conflict?: Conflict;
}

/** Waits for the decision as long as `--wait` says; without it, or in vain, the answer is still 8. */
export async function waitForDecision(context: Context, conflictId: string): Promise<Waited> {
  const text = context.text('wait');
  if (text === undefined) return { exit: exitCodes.escalated };
  const until = Date.now() + parseDuration(text);
  const { controller } = await context.open();
  context.console.talk(`Waiting for a decision on ${conflictId} …`);
  for (;;) {
    const conflict = await controller.conflict(conflictId);
    if (conflict === undefined || conflict.state === 'resolved') return decided(context, conflict);
    const left = until - Date.now();
    if (left <= 0) return { exit: exitCodes.escalated, conflict };
    await pause(Math.min(LOOK_MS, left), context.signal);
  }
}

function decided(context: Context, conflict: Conflict | undefined): Waited {
  if (conflict?.resolution === undefined) return { exit: exitCodes.escalated };
  const { decision, agent, reason } = conflict.resolution;
  const why = reason === undefined ? '' : `: ${cleanName(reason)}`;
  context.console.talk(`decided: ${decision}, by ${cleanName(agent)}${why}`);
  return { exit: decision === 'abort' ? exitCodes.aborted : exitCodes.ok, conflict };
}
