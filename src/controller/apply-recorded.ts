// Kept decisions applied: by a policy that says so, without anybody looking, or by a person who takes them all at once.
import { EntenteError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import { UNFIT } from '../merge/recorded.ts';
import type { MergeResult } from '../merge/types.ts';
import type { Merge } from '../strategies/types.ts';
import type { Context } from './context.ts';
import type { Intent } from './intent.ts';
import { mergeAgain } from './keep-decisions.ts';
import { applyKept } from './kept-merge.ts';
import { fitting, warnOfFault } from './merging.ts';
import type { Proposal } from './proposal.ts';
import { evidenceOf, isOfferable, offerOfMerge } from './recorded.ts';
import type { Settlement } from './settlement.ts';

/**
 * The merge that the strategy's kept decisions come to, where it says so and each place has one; else the result as it
 * was, with a note where they were tried and do not fit. They are looked up anew at each attempt, and hold for it.
 */
export async function settledByPolicy(
  context: Context,
  { mayApply }: Pick<Intent, 'mayApply'>,
  strategy: Merge,
  result: MergeResult | undefined,
): Promise<MergeResult | undefined> {
  if (strategy.recorded !== true || !isOfferable(context, result)) return result;
  const offer = await offerOfMerge(context, result, mayApply);
  if (offer?.complete !== true || offer.decisions.some(({ elsewhere }) => elsewhere)) return result;
  const applied = await applyKept(context, result, evidenceOf(result, offer), true);
  if (applied.status !== 'clean') {
    warnOfFault(context, applied, result.input.path ?? '');
    return applied;
  }
  const checked = fitting(context, applied, result.input, strategy);
  if (checked.status === 'clean') return checked;
  const why = checked.status === 'conflict' ? checked.conflicts[0]?.reason : checked.message;
  const message = `the recorded decisions do not fit: ${why ?? ''}`.slice(0, 500);
  return { ...result, notes: [...result.notes, { code: UNFIT, message }] };
}

/** Why kept decisions were not applied; empty where none were tried. */
export function unfitReason(result: MergeResult | undefined): string {
  const note = result?.status === 'conflict' ? result.notes.find(({ code }) => code === UNFIT) : undefined;
  return note === undefined ? '' : `; ${note.message}`;
}

/** What a person who takes the kept decisions decides for. `not-found` where they are not complete, or do not fit. */
export async function recordedProposal(context: Context, settlement: Settlement): Promise<Proposal> {
  const { conflict, head, mayApply } = settlement;
  const merge = await mergeAgain(context, conflict);
  const offer = await offerOfMerge(context, merge, mayApply);
  if (merge === undefined)
    throw unknown(
      `Conflict ${conflict.id} has no places that decisions are recorded for, or they are not those of its merge now.`,
    );
  if (offer?.complete !== true) {
    const known = `${offer?.decisions.length ?? 0} of ${merge.conflicts.length}`;
    throw unknown(`Recorded decisions are there for ${known} places of conflict ${conflict.id}.`);
  }
  const applied = await applyKept(context, merge, evidenceOf(merge, offer), false);
  const { content } = applied.status === 'clean' ? applied : { content: null };
  if (content === null) throw unknown(`Conflict ${conflict.id} stays open${unfitReason(applied)}.`);
  const limit = context.limits.contentBytes;
  if (content.length > limit)
    throw new EntenteError('too-large', `The content has ${content.length} bytes; the limit is ${limit}.`);
  return { kind: 'content', hash: hashOf(content), content, mediaType: head?.mediaType };
}

function unknown(message: string): EntenteError {
  return new EntenteError('not-found', message, { next: 'Decide for a side, or send the content itself.' });
}
