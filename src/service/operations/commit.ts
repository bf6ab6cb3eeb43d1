// `commit`: compare, and let the policy decide what a conflict comes to. Rights are looked at again here: what was
// granted at `begin` may have been taken back since.
import * as z from 'zod';
import type { CommitOptions, Controller } from '../../controller/types.ts';
import { EntenteError } from '../../core/errors.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { AgentId, ResourceId } from '../../core/resource.ts';
import type { Token } from '../../core/token.ts';
import type { Strategy } from '../../strategies/types.ts';
import { behind, type Call, type Operation } from '../operation.ts';
import { rehearsalStore } from '../rehearsal.ts';
import { assertSeen, lacking, may } from '../rights.ts';
import { changeOf, changeShape, type WireChange } from '../schemas/change.ts';
import { agentField, commitIdField, noteField, optional, resourceField, tokenField } from '../schemas/fields.ts';
import { outcomeResult } from '../schemas/results.ts';
import { openToken } from '../tokens.ts';
import { keptCommitId, outcomeFor, type WireOutcome } from '../wire.ts';

export interface CommitInput extends WireChange {
  readonly token: string;
  /** Said again to be compared with what the token says. */
  readonly id?: ResourceId;
  readonly agent?: AgentId;
  readonly note?: string;
  /** Tokens of premises. */
  readonly reads?: readonly string[];
  readonly supersede?: boolean;
  /** False: compare only, and hand every conflict back. @default true */
  readonly resolve?: boolean;
  /** @default the token's id */
  readonly commitId?: string;
  /** Says what would happen, and changes nothing. */
  readonly dryRun?: boolean;
}

/** The right that a change needs; `not-found` or `forbidden` where it is not granted. */
export function assertWrite(call: Call, resource: ResourceId, change: WireChange): 'commit' | 'append-only' {
  const { principal, space } = call;
  assertSeen(principal, space, resource);
  if (may(principal, 'commit', space, resource)) {
    // Both are formed against what is there, and what they complain of would tell it.
    const formed = change.edits !== undefined || change.jsonPatch !== undefined;
    if (formed && !may(principal, 'read', space, resource)) throw lacking('read', resource);
    return 'commit';
  }
  if (change.append === undefined) throw lacking('commit', resource);
  if (!may(principal, 'append-only', space, resource)) throw lacking('append-only', resource);
  return 'append-only';
}

/** Strategies that only ever add what was appended, or leave everything as it is. */
function keepsAll(strategy: Strategy): boolean {
  if (strategy.name === 'merge') return strategy.options?.favor === undefined && keepsAll(strategy.otherwise);
  return ['firstWriterWins', 'escalate', 'retry'].includes(strategy.name);
}

/** Whether the policy may decide this change: for who may only append, one that could overwrite is not asked. */
async function policyDecides(call: Call, right: 'commit' | 'append-only', resource: ResourceId): Promise<boolean> {
  if (right === 'commit') return true;
  return keepsAll((await call.controller.explainPolicy(resource)).strategy);
}

/** The same policy over a store that writes nothing. */
function rehearsalOf({ service, space }: Call): Controller {
  return service.rehearsal(space, rehearsalStore(service.store));
}

/**
 * Whose recorded decisions may settle a change: those of resources that the caller may read. Who may only append takes
 * none, since a decision may leave something out.
 */
export function mayApply({ principal, space }: Call, target: ResourceId): (resource: string) => boolean {
  const mayLeaveOut = may(principal, 'commit', space, target);
  return (resource) => mayLeaveOut && may(principal, 'read', space, resource);
}

export async function optionsOf(call: Call, input: CommitInput, token: Token): Promise<CommitOptions> {
  const { note, reads, supersede, commitId } = input;
  const premises = await Promise.all((reads ?? []).map((read) => openToken(call, read)));
  for (const premise of premises) assertSeen(call.principal, call.space, premise.resource);
  const { principal, space, signal } = call;
  const own = commitId === undefined || commitId === token.id;
  return {
    ...(own ? {} : { commitId: keptCommitId(call, commitId) }),
    ...(note === undefined ? {} : { note }),
    ...(premises.length === 0 ? {} : { reads: premises }),
    ...(supersede === true ? { supersede } : {}),
    ...(signal === undefined ? {} : { signal }),
    ...behind(call, token.agent),
    may: (resource) => may(principal, 'commit', space, resource),
    mayApply: mayApply(call, token.resource),
  };
}

function isWritten({ status }: Outcome): boolean {
  return status === 'committed' || status === 'merged';
}

export const commit: Operation<CommitInput, WireOutcome> = {
  name: 'commit',
  summary: 'Change a resource from what was read; the policy decides what happens if others changed it meanwhile.',
  input: z
    .strictObject({
      ...{ token: tokenField, id: optional(resourceField), agent: optional(agentField), note: optional(noteField) },
      ...changeShape,
      reads: optional(z.array(tokenField).max(100)),
      ...{ supersede: optional(z.boolean()), resolve: optional(z.boolean()), commitId: optional(commitIdField) },
      dryRun: optional(z.boolean()),
    })
    .meta({ id: 'CommitInput' }),
  output: outcomeResult,
  async run(call, input) {
    const token = await openToken(call, input.token, input.id);
    if (input.agent !== undefined && input.agent !== token.agent) {
      throw new EntenteError('token-mismatch', `The token is of the agent ${JSON.stringify(token.agent)}.`, {
        next: 'Begin as the agent that the change is to be by.',
      });
    }
    const right = assertWrite(call, token.resource, input);
    if (right === 'append-only' && input.supersede === true) throw lacking('commit', token.resource);
    // What a change would come to says what is there: to be asked as often as one likes, it is for who may read that.
    if (input.dryRun === true && !may(call.principal, 'read', call.space, token.resource))
      throw lacking('read', token.resource);
    const change = changeOf(input);
    const options = await optionsOf(call, input, token);
    const decides = input.resolve !== false && (await policyDecides(call, right, token.resource));
    const controller = input.dryRun === true ? rehearsalOf(call) : call.controller;
    const outcome = decides
      ? await controller.commitOrResolve(token, change, options)
      : await controller.commit(token, change, options);
    // What the agent holds now is not what it read: whatever moves next is no news of that.
    if ('version' in outcome || outcome.status === 'escalated')
      call.service.sights.done(call, token.agent, token.resource);
    const told = await outcomeFor(call, outcome);
    // The token of what was not written would name what is not there: its own is the one to commit with.
    return input.dryRun === true && isWritten(outcome) ? { ...told, token: input.token } : told;
  },
};
