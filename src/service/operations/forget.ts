// Kept decisions are taken out by who may decide on the resource that they were made on.
import * as z from 'zod';
import { RECORDED } from '../../controller/recorded.ts';
import type { Forgotten } from '../../controller/types.ts';
import type { AgentId } from '../../core/resource.ts';
import { agentOf, behind, type Call, type Operation } from '../operation.ts';
import { absent, lacking, may } from '../rights.ts';
import { agentField, commitIdField, noteField, optional } from '../schemas/fields.ts';
import { forgottenResult } from '../schemas/results.ts';
import { keptCommitId, shownCommitId } from '../wire.ts';

export interface ForgetInput {
  readonly ids: readonly string[];
  readonly agent?: AgentId;
  readonly reason?: string;
  readonly commitId?: string;
}

/** Throws unless the decision is one that the principal may take out; one that is not there is left to the controller. */
async function assertForget(call: Call, id: string): Promise<void> {
  const { principal, space, service } = call;
  const record = await service.store.record(space, RECORDED, id);
  const resource = (record?.value as { readonly resource?: unknown } | undefined)?.resource;
  if (typeof resource !== 'string' || may(principal, 'resolve', space, resource)) return;
  if (may(principal, 'read', space, resource)) throw lacking('resolve', resource);
  throw absent('The recorded decision');
}

export const forget: Operation<ForgetInput, Forgotten> = {
  name: 'forget',
  summary: 'Take kept decisions out: all that are named, or none.',
  input: z
    .strictObject({
      ids: z.array(z.string().min(1).max(128)).min(1).max(500),
      ...{ agent: optional(agentField), reason: optional(noteField), commitId: optional(commitIdField) },
    })
    .meta({ id: 'ForgetInput' }),
  output: forgottenResult,
  async run(call, { ids, agent, reason, commitId }) {
    for (const id of ids) await assertForget(call, id);
    const by = agentOf(call, agent);
    const done = await call.controller.forget(ids, {
      agent: by,
      ...behind(call, by),
      ...(reason === undefined ? {} : { reason }),
      ...(commitId === undefined ? {} : { commitId: keptCommitId(call, commitId) }),
    });
    return { ...done, commitId: shownCommitId(call, done.commitId) };
  },
};
