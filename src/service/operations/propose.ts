// `propose`: a judge's answer to a conflict, for whoever decides; or that it declines to answer. It changes nothing.
import { createHash, randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { EntenteError } from '../../core/errors.ts';
import type { AgentId } from '../../core/resource.ts';
import { assertOpen, PROPOSAL, type Proposed, visibleConflict } from '../conflict-view.ts';
import { agentOf, type Call, type Operation } from '../operation.ts';
import { writeRecord } from '../records.ts';
import { decisionOf, decisionShape, type WireDecision } from '../schemas/decision.ts';
import { agentField, commitIdField, optional } from '../schemas/fields.ts';
import { proposalResult } from '../schemas/results.ts';
import { keptCommitId } from '../wire.ts';
import { assertResolve } from './claim.ts';
import { conflictIdField } from './conflict.ts';

export interface ProposeInput extends WireDecision {
  readonly conflictId: string;
  readonly agent?: AgentId;
  readonly reason: string;
  readonly decline?: true;
  /** The same proposal under the same id is made once. @default one of its own */
  readonly commitId?: string;
}

/** Characters of a proposed content: it is kept in a record. */
const MAX_CONTENT = 500_000;
const MAX_PROPOSALS = 100;

/** What an Idempotency-Key stands for: another principal's is another's. */
function markOf(call: Call, commitId: string): string {
  return createHash('sha256').update(keptCommitId(call, commitId)).digest('base64url').slice(0, 16);
}

/** The proposal that was made under this id before; `idempotency-mismatch` where it said something else. */
function madeBefore(made: Proposed, asked: Proposed): Proposed {
  if (isDeepStrictEqual({ ...made, at: 0 }, { ...asked, at: 0 })) return made;
  throw new EntenteError('idempotency-mismatch', 'This commitId was used for another proposal.', {
    next: 'Send the first proposal again to get its answer, or use a new commitId.',
  });
}

export const propose: Operation<ProposeInput, Proposed> = {
  name: 'propose',
  summary: 'Propose a decision on a conflict, or decline to. Nothing is decided by it.',
  input: z
    .strictObject({
      ...{ conflictId: conflictIdField, agent: optional(agentField), reason: z.string().min(1).max(2000) },
      ...decisionShape,
      ...{ decline: optional(z.literal(true)), commitId: optional(commitIdField) },
    })
    .meta({ id: 'ProposeInput' }),
  output: proposalResult,
  async run(call, { conflictId, agent: asked, commitId, ...given }) {
    const found = await visibleConflict(call, conflictId);
    assertResolve(call, found.resource);
    assertOpen(found);
    const agent = agentOf(call, asked);
    if (given.decline === undefined) decisionOf(given);
    if ((given.content?.length ?? 0) > MAX_CONTENT) {
      throw new EntenteError('too-large', `A proposal holds at most ${MAX_CONTENT} characters.`, {
        next: 'Decide with content instead, or propose a side.',
      });
    }
    const { store, clock } = call.service;
    const id = `${conflictId}.${commitId === undefined ? randomBytes(9).toString('base64url') : markOf(call, commitId)}`;
    const value: Proposed = { agent, at: clock(), ...given };
    const made = commitId === undefined ? undefined : await store.record(call.space, PROPOSAL, id);
    if (made !== undefined) return madeBefore(made.value as Proposed, value);
    const before = await store.records(call.space, PROPOSAL, { state: conflictId }, { limit: MAX_PROPOSALS });
    if (before.items.length >= MAX_PROPOSALS) {
      throw new EntenteError('too-large', `A conflict has at most ${MAX_PROPOSALS} proposals.`, { next: 'Decide it.' });
    }
    const sender = {
      ...{ space: call.space, agent, at: value.at, commitId: `propose-${randomBytes(9).toString('base64url')}` },
      reason: `proposal on ${conflictId}`,
    };
    if (await writeRecord(store, sender, { kind: PROPOSAL, id, state: conflictId, value, expected: 0 })) return value;
    // The same request, sent twice at once.
    return madeBefore((await store.record(call.space, PROPOSAL, id))?.value as Proposed, value);
  },
};
