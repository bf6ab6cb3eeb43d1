// `release`: takes back what was announced of a draft.
import * as z from 'zod';
import type { AgentId } from '../../core/resource.ts';
import { agentOf, type Operation } from '../operation.ts';
import { agentField, optional } from '../schemas/fields.ts';

export interface ReleaseInput {
  /** The draft's id, which is that of its token. */
  readonly draftId: string;
  readonly agent?: AgentId;
}

export const release: Operation<ReleaseInput, void> = {
  name: 'release',
  summary: 'Take back what others were told of a draft. Nothing is held open for it, so that this is courtesy.',
  input: z
    .strictObject({ draftId: z.string().min(1).max(128), agent: optional(agentField) })
    .meta({ id: 'ReleaseInput' }),
  output: z.void(),
  run: (call, { draftId: id, agent }) => call.controller.release({ id, agent: agentOf(call, agent) }),
};
