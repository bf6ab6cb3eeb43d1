// A decision on an open conflict is itself a guarded commit: head, conflict record and log entry in one. It never goes
// over what came after the decider looked (rule E3).
import { EntenteError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Decision } from '../core/resolution.ts';
import { parseAgentId, parseResourceId } from '../core/resource.ts';
import { recordedProposal } from './apply-recorded.ts';
import { parseCommitId, parseNote } from './checks.ts';
import { noConflict, readConflict, sideContent } from './conflicts.ts';
import type { Context } from './context.ts';
import { decidedProposal, decisionKind } from './decided.ts';
import { fingerprintOf } from './intent.ts';
import { keepCopy } from './keep-copy.ts';
import { keeping } from './keep-decisions.ts';
import { replay } from './replay.ts';
import { writeDecided } from './resolve-write.ts';
import { close, handBack, type Settlement } from './settlement.ts';
import { Mismatch, mismatchError } from './submit.ts';
import { takenDecision } from './taken.ts';
import type { ResolveOptions } from './types.ts';

/** The commitId that a decision has by itself. */
export function decisionId(conflictId: string): string {
  return `resolve-${conflictId}`;
}

export async function resolve(
  context: Context,
  conflictId: string,
  given: Decision,
  options: ResolveOptions,
): Promise<Outcome> {
  const decision = takenDecision(given);
  const agent = parseAgentId(options?.agent);
  const reason = parseNote(options.reason);
  const kind = decisionKind(decision);
  const hash = kind === 'content' ? hashOf((decision as { content: string | Uint8Array }).content) : undefined;
  const own = decisionId(conflictId);
  const ownId = options.commitId === undefined || options.commitId === own;
  const commitId = ownId ? own : parseCommitId(options.commitId);
  const fingerprint = fingerprintOf('resolve', agent, conflictId, hash === undefined ? kind : `content ${hash}`);
  // What the decider goes by: a record that is pointed elsewhere while this looks again was not decided on.
  let seen = options.revision;
  try {
    for (let losses = 0; losses < context.limits.swaps; losses += 1) {
      const conflict = await readConflict(context, conflictId);
      if (conflict === undefined) throw noConflict(conflictId);
      seen ??= conflict.revision;
      const resource = parseResourceId(conflict.resource);
      const snapshot = await context.store.read(context.space, [resource]);
      const settlement: Settlement = {
        conflict,
        resource,
        agent,
        commitId,
        fingerprint,
        epoch: snapshot.epoch,
        asOf: snapshot.revision,
        head: snapshot.heads[0],
        decided: {
          decision: kind,
          agent,
          at: context.clock(),
          ...(reason === undefined ? {} : { reason }),
          ...(hash === undefined ? {} : { hash }),
        },
        ...(options.principal === undefined ? {} : { principal: options.principal }),
        ...(options.may === undefined ? {} : { may: options.may }),
        ...(options.mayApply === undefined ? {} : { mayApply: options.mayApply }),
      };
      const outcome = await settleOnce(context, settlement, decision, { revision: seen, ownId }).catch(
        (error: unknown) => {
          // Another decision of this agent took the id: the record says which.
          if (ownId && error instanceof Mismatch && conflict.state === 'open') return undefined;
          throw error;
        },
      );
      if (outcome !== undefined) return outcome;
    }
  } catch (error) {
    throw mismatchError(error, false);
  }
  throw new EntenteError(
    'store-unavailable',
    `The conflict ${conflictId} could not be settled: its resource keeps moving.`,
    { next: 'Try again.' },
  );
}

interface Asked {
  /** The record's revision, as the decider saw it. */
  readonly revision: number;
  /** The commitId was made here, from the conflict's id, and not chosen by the caller. */
  readonly ownId: boolean;
}

/** Undefined: the head or the record moved while this was made; look again. */
async function settleOnce(
  context: Context,
  settlement: Settlement,
  decision: Decision,
  { revision, ownId }: Asked,
): Promise<Outcome | undefined> {
  const { conflict, decided } = settlement;
  if (conflict.state === 'resolved') return alreadyResolved(context, settlement, ownId);
  if (revision !== conflict.revision)
    return handBack(context, settlement, 'the conflict changed since it was looked at');
  switch (decided.decision) {
    case 'abort':
      return close(context, settlement, {
        outcome: 'aborted',
        reason: `decided by ${settlement.agent}: neither goes on`,
      });
    case 'current':
      return close(context, await keeping(context, settlement, await sideContent(context, conflict.current)), {
        outcome: 'unchanged',
        extra: settlement.head === undefined ? {} : { head: settlement.head },
      });
    case 'both':
      return keepCopy(context, settlement);
    case 'recorded':
      return writeDecided(context, settlement, await recordedProposal(context, settlement));
    default: {
      const proposal = await decidedProposal(context, settlement, decision);
      const decided = proposal.kind === 'content' ? proposal.content : undefined;
      return writeDecided(context, await keeping(context, settlement, decided), proposal);
    }
  }
}

/** An id that the caller chose is looked at before the conflict, as before guards: it is used, whatever was decided. */
async function alreadyResolved(context: Context, settlement: Settlement, ownId: boolean): Promise<Outcome> {
  const { conflict, agent, commitId, fingerprint, resource, epoch } = settlement;
  const landed = await context.store.commitStatus(context.space, agent, commitId);
  if (landed.status === 'committed') {
    if (landed.entry.fingerprint === fingerprint) return replay(context, landed.entry, { resource, agent, epoch });
    if (!ownId) throw new Mismatch();
  }
  const { resolution } = conflict;
  const reason = `already-resolved: ${resolution?.decision ?? 'decided'} by ${resolution?.agent ?? 'somebody'}`;
  return { status: 'rejected', commitId, saved: false, reason };
}
