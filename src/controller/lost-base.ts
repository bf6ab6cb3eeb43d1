// A change that is formed against a base which is no longer kept cannot be formed again. It may have landed before all
// the same, so its record is looked at first (rule A5): who is told to begin anew would otherwise append twice.
import { isEntenteError } from '../core/errors.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Context } from './context.ts';
import { type Asker, replay } from './replay.ts';
import { expired, Mismatch } from './submit.ts';

/** What was sent, as far as it can be told without its base. */
export interface Unformed extends Asker {
  readonly commitId: string;
  readonly fingerprint: string;
  /** The space's revision at which the oldest of its tokens was read. */
  readonly asOf: number;
}

export function isBaseGone(error: unknown): boolean {
  return isEntenteError(error) && error.code === 'base-gone';
}

/** The first answer again; `expired` where the log does not reach back to the token; else the fault itself. */
export async function afterBaseGone(context: Context, sent: Unformed, fault: unknown): Promise<Outcome> {
  const landed = await context.store.commitStatus(context.space, sent.agent, sent.commitId);
  if (landed.status === 'absent') throw sent.asOf < landed.trimmed ? expired() : fault;
  if (landed.entry.fingerprint !== sent.fingerprint) throw new Mismatch();
  return replay(context, landed.entry, sent);
}
