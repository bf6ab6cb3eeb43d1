// `resolve`: a decision on a conflict, guarded by the conflict as the decider saw it. Nobody decides on their own change,
// unless a grant says so.
import * as z from 'zod';
import { decisionId } from '../../controller/resolve.ts';
import { EntenteError } from '../../core/errors.ts';
import type { AgentId } from '../../core/resource.ts';
import { isAuthor, visibleConflict } from '../conflict-view.ts';
import { once } from '../once.ts';
import { agentOf, behind, type Call, type Operation } from '../operation.ts';
import { forbidden, may } from '../rights.ts';
import { decisionOf, decisionShape, type WireDecision } from '../schemas/decision.ts';
import { agentField, commitIdField, optional, revisionField } from '../schemas/fields.ts';
import { outcomeResult } from '../schemas/results.ts';
import { keptCommitId, outcomeFor, type WireOutcome } from '../wire.ts';
import { assertResolve, assertUnclaimed, endClaim } from './claim.ts';
import { conflictIdField } from './conflict.ts';

export interface ResolveInput extends WireDecision {
  readonly conflictId: string;
  readonly agent?: AgentId;
  readonly reason?: string;
  /** The conflict's revision as the decider saw it. */
  readonly revision: number;
  readonly commitId?: string;
}

function moved(revision: number): EntenteError {
  return new EntenteError(
    'precondition-failed',
    `The conflict is at revision ${revision}: it moved since you looked.`,
    {
      next: 'Read the conflict again, and decide on what it is now.',
    },
  );
}

async function decide(call: Call, input: ResolveInput): Promise<WireOutcome> {
  const { conflictId, revision, reason, commitId } = input;
  const found = await visibleConflict(call, conflictId);
  assertResolve(call, found.resource);
  const { principal, space } = call;
  if (isAuthor(call, found) && !may(principal, 'resolve-own', space, found.resource)) {
    throw forbidden(
      'You wrote one of the sides of this conflict, so that somebody else decides it.',
      'Leave it in the queue, or ask for a resolve-own grant.',
    );
  }
  const agent = agentOf(call, input.agent);
  await assertUnclaimed(call, conflictId, agent);
  // One that is resolved already answers what it was resolved to, and the same decision again its first answer.
  if (found.state === 'open' && found.revision !== revision) throw moved(found.revision);
  const outcome = await call.controller.resolve(conflictId, decisionOf(input), {
    ...{ agent, revision },
    ...(reason === undefined ? {} : { reason }),
    ...(commitId === undefined || commitId === decisionId(conflictId)
      ? {}
      : { commitId: keptCommitId(call, commitId) }),
    ...behind(call, agent),
    may: (resource) => may(principal, 'commit', space, resource) || may(principal, 'resolve', space, resource),
    mayApply: (resource) => may(principal, 'read', space, resource),
  });
  // The decision stands, whatever becomes of the claim on what is decided now.
  await endClaim(call, conflictId, agent).catch(() => undefined);
  return outcomeFor(call, outcome);
}

export const resolve: Operation<ResolveInput, WireOutcome> = {
  name: 'resolve',
  summary: 'Decide a conflict as you saw it: for a side, with content of your own, or for neither.',
  input: z
    .strictObject({
      ...{ conflictId: conflictIdField, agent: optional(agentField), reason: optional(z.string().max(2000)) },
      ...decisionShape,
      ...{ revision: revisionField, commitId: optional(commitIdField) },
    })
    .meta({ id: 'ResolveInput' }),
  output: outcomeResult,
  run: (call, input) => once(call, input.commitId, () => decide(call, input)),
};
