// The decision "both": the proposal goes beside the resource, which stays as it is (rule C5).
import { EntenteError } from '../core/errors.ts';
import type { Outcome } from '../core/outcome.ts';
import { parseResourceId } from '../core/resource.ts';
import { type Head, writtenOf } from '../core/version.ts';
import { copyId, safeSuffix } from '../strategies/keep-both.ts';
import { isSame } from './clash.ts';
import type { Context } from './context.ts';
import { decidedProposal } from './decided.ts';
import { replay } from './replay.ts';
import { close, metaFor, requestFor, type Settlement, writeFor } from './settlement.ts';
import { submit } from './submit.ts';

/** Both are kept: the proposal goes beside the resource. */
export async function keepCopy(context: Context, settlement: Settlement): Promise<Outcome | undefined> {
  const { conflict, resource, commitId, head, agent, epoch } = settlement;
  const proposal = await decidedProposal(context, settlement, { use: 'proposed' });
  if (proposal.kind === 'delete')
    return close(context, settlement, { outcome: 'unchanged', extra: head === undefined ? {} : { head } });
  const suffix = safeSuffix(conflict.proposed.agent ?? 'copy');
  const ids = ['', '-2', '-3', '-4', '-5', '-6', '-7', '-8', '-9'].map((tail) =>
    parseResourceId(copyId(resource, suffix + tail)),
  );
  if (settlement.may !== undefined && !ids.every(settlement.may)) throw noCopy(resource);
  const snapshot = await context.store.read(context.space, ids);
  const index = ids.findIndex((_, place) => {
    const there = snapshot.heads[place];
    return there === undefined || there.deleted || isSame(there, proposal);
  });
  const id = ids[index];
  if (id === undefined)
    throw new EntenteError('id-collision', `Every name for a copy of ${resource} is taken.`, {
      next: 'Decide with content, or free one of the names.',
    });
  const there = snapshot.heads[index];
  const reuse = there !== undefined && isSame(there, proposal);
  const kept = head === undefined ? { resource, version: 0, revision: 0, hash: '' } : writtenOf(head);
  const request = requestFor(context, settlement, {
    guards: [{ resource: id, revision: there?.revision ?? 0, hash: there?.hash ?? '' }],
    writes: reuse ? [] : [writeFor(id, proposal)],
    meta: metaFor(settlement, 'split', {
      extra: { kept, copy: reuse && there !== undefined ? writtenOf(there) : null },
    }),
  });
  const reply = await submit(context, request);
  if (reply.status === 'unknown') return { status: 'unknown', commitId, resource };
  if (reply.status === 'replayed') return replay(context, reply.entry, { resource, agent, epoch });
  if (reply.status === 'stale') return undefined;
  const copy = writtenOf((reply.heads[0] ?? there) as Head);
  return { status: 'split', commitId, resource, kept, copy };
}

function noCopy(resource: string): EntenteError {
  return new EntenteError('forbidden', `The copy beside ${resource} is not the decider's to write.`, {
    next: 'Decide for one side or with content, or ask for a grant that covers the copy.',
  });
}
