// Whether a commit landed, and as what.
import * as z from 'zod';
import type { AgentId } from '../../core/resource.ts';
import { type Written, writtenOf } from '../../core/version.ts';
import { agentOf, type Operation } from '../operation.ts';
import { absent, may } from '../rights.ts';
import { agentField, optional } from '../schemas/fields.ts';
import { landedResult } from '../schemas/results.ts';
import { keptCommitId, writtenFor } from '../wire.ts';

export interface StatusInput {
  readonly commitId: string;
  readonly agent?: AgentId;
}

export interface WireLanded {
  readonly commitId: string;
  readonly revision: number;
  readonly outcome: string;
  readonly results: readonly Written[];
  readonly conflictId?: string;
}

export const commitStatus: Operation<StatusInput, WireLanded> = {
  name: 'commit-status',
  summary: 'What a commit of yours came to, by its commitId; not-found where it has not landed.',
  input: z
    .strictObject({ commitId: z.string().min(1).max(255), agent: optional(agentField) })
    .meta({ id: 'CommitStatusInput' }),
  output: landedResult,
  async run(call, { commitId, agent: asked }) {
    const { principal, space, service } = call;
    const agent = agentOf(call, asked);
    // Under the token's own id, or under an Idempotency-Key of this principal.
    for (const id of [commitId, keptCommitId(call, commitId)]) {
      const found = await service.store.commitStatus(space, agent, id);
      if (found.status !== 'committed') continue;
      const { revision, meta, heads } = found.entry;
      const results = heads
        .filter(({ resource }) => may(principal, 'read', space, resource) || may(principal, 'commit', space, resource))
        .map((head) => writtenFor(call, writtenOf(head)));
      const { conflictId } = meta;
      return {
        ...{ commitId, revision, outcome: meta.outcome, results },
        ...(conflictId === undefined ? {} : { conflictId }),
      };
    }
    throw absent('The commit');
  },
};
