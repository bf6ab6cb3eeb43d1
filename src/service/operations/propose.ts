// `propose`: a judge's answer to a conflict, for whoever decides; or that it declines to answer. It changes nothing.
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { EntenteError } from '../../core/errors.ts';
import type { AgentId } from '../../core/resource.ts';
import { assertOpen, PROPOSAL, type Proposed, visibleConflict } from '../conflict-view.ts';
import { agentOf, type Operation } from '../operation.ts';
import { writeRecord } from '../records.ts';
import { decisionOf, decisionShape, type WireDecision } from '../schemas/decision.ts';
import { agentField, optional } from '../schemas/fields.ts';
import { proposalResult } from '../schemas/results.ts';
import { assertResolve } from './claim.ts';
import { conflictIdField } from './conflicts.ts';

export interface ProposeInput extends WireDecision {
  readonly conflictId: string;
  readonly agent?: AgentId;
  readonly reason: string;
  readonly decline?: true;
}

/** Characters of a proposed content: it is kept in a record. */
const MAX_CONTENT = 500_000;
const MAX_PROPOSALS = 100;

export const propose: Operation<ProposeInput, Proposed> = {
  name: 'propose',
  summary: 'Propose a decision on a conflict, or decline to. Nothing is decided by it.',
  input: z
    .strictObject({
      ...{ conflictId: conflictIdField, agent: optional(agentField), reason: z.string().min(1).max(2000) },
      ...decisionShape,
      decline: optional(z.literal(true)),
    })
    .meta({ id: 'ProposeInput' }),
  output: proposalResult,
  async run(call, { conflictId, agent: asked, ...given }) {
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
    const before = await store.records(call.space, PROPOSAL, { state: conflictId }, { limit: MAX_PROPOSALS });
    if (before.items.length >= MAX_PROPOSALS) {
      throw new EntenteError('too-large', `A conflict has at most ${MAX_PROPOSALS} proposals.`, { next: 'Decide it.' });
    }
    const at = clock();
    const id = `${conflictId}.${randomBytes(9).toString('base64url')}`;
    const value: Proposed = { agent, at, ...given };
    const sender = { space: call.space, agent, at, commitId: `propose-${id}`, reason: `proposal on ${conflictId}` };
    await writeRecord(store, sender, { kind: PROPOSAL, id, state: conflictId, value, expected: 0 });
    return value;
  },
};
