// `claim`: to say that one is deciding this conflict, so that two do not at once. A claim ends by itself and locks
// nothing: the resolution is guarded by the conflict's own revision.
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { EntenteError } from '../../core/errors.ts';
import type { AgentId, ResourceId } from '../../core/resource.ts';
import { assertOpen, CLAIM, type Claim, claimOf, visibleConflict } from '../conflict-view.ts';
import { agentOf, type Call, type Operation } from '../operation.ts';
import { writeRecord } from '../records.ts';
import { lacking, may } from '../rights.ts';
import { agentField, optional } from '../schemas/fields.ts';
import { claimResult } from '../schemas/results.ts';
import { conflictIdField } from './conflict.ts';

export interface ClaimInput {
  readonly conflictId: string;
  readonly agent?: AgentId;
  /** Gives it up. */
  readonly release?: boolean;
}

export interface WireClaim extends Claim {
  readonly conflictId: string;
}

/** Throws unless the principal may decide conflicts of this resource. */
export function assertResolve(call: Call, resource: ResourceId): void {
  const { principal, space } = call;
  const granted = may(principal, 'resolve', space, resource) || may(principal, 'resolve-own', space, resource);
  if (!granted) throw lacking('resolve', resource);
}

function taken(claim: Claim): EntenteError {
  const until = new Date(claim.until).toISOString();
  return new EntenteError(
    'conflict-claimed',
    `${JSON.stringify(claim.agent)} has taken this conflict until ${until}.`,
    {
      next: 'Take another one from the queue, or wait.',
    },
  );
}

/** Throws where somebody else has the conflict. */
export async function assertUnclaimed(call: Call, conflictId: string, agent: AgentId): Promise<void> {
  const found = await claimOf(call, conflictId);
  if (found !== undefined && found.claim.agent !== agent && call.service.clock() < found.claim.until)
    throw taken(found.claim);
}

/** Writes a claim, or takes it away (`null`); false where somebody else was faster. */
async function write(
  call: Call,
  conflictId: string,
  value: Claim | null,
  agent: AgentId,
  expected: number,
): Promise<boolean> {
  const { store, clock } = call.service;
  const commitId = `claim-${randomBytes(12).toString('base64url')}`;
  const sender = {
    space: call.space,
    agent,
    at: clock(),
    commitId,
    reason: `${value === null ? 'release' : 'claim'} ${conflictId}`,
  };
  return writeRecord(store, sender, { kind: CLAIM, id: conflictId, value, expected });
}

/** Takes the claim away once the conflict is decided: it has nothing to say any more. */
export async function endClaim(call: Call, conflictId: string, agent: AgentId): Promise<void> {
  const found = await claimOf(call, conflictId);
  if (found === undefined || (await call.controller.conflict(conflictId))?.state === 'open') return;
  // Lost to another who does the same, or to a claim that came too late to count.
  await write(call, conflictId, null, agent, found.record.revision);
}

export const claim: Operation<ClaimInput, WireClaim> = {
  name: 'claim',
  summary: 'Say that you are deciding this conflict, for some minutes; or give that up.',
  input: z
    .strictObject({ conflictId: conflictIdField, agent: optional(agentField), release: optional(z.boolean()) })
    .meta({ id: 'ClaimInput' }),
  output: claimResult,
  async run(call, { conflictId, agent: asked, release = false }) {
    const found = await visibleConflict(call, conflictId);
    assertResolve(call, found.resource);
    if (!release) assertOpen(found);
    const agent = agentOf(call, asked);
    for (;;) {
      await assertUnclaimed(call, conflictId, agent);
      const before = await claimOf(call, conflictId);
      const at = call.service.clock();
      const next: Claim = { agent, at, until: release ? at : at + call.service.limits.claimMs };
      if (release && before === undefined) return { conflictId, ...next };
      const value = release ? null : next;
      if (await write(call, conflictId, value, agent, before?.record.revision ?? 0)) return { conflictId, ...next };
    }
  },
};
