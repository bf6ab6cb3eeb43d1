// The space's policy, replaced whole under its ETag.
import * as z from 'zod';
import { EntenteError } from '../../core/errors.ts';
import type { AgentId } from '../../core/resource.ts';
import type { StrategySpec } from '../../strategies/types.ts';
import { agentOf, behind, type Operation } from '../operation.ts';
import { lacking, mayAll } from '../rights.ts';
import { agentField, optional, revisionField } from '../schemas/fields.ts';
import { policyResult } from '../schemas/results.ts';
import { currentPolicy, type WirePolicy } from './policy.ts';
import { failed } from './write.ts';

export interface SetPolicyInput {
  readonly rules: readonly (readonly [pattern: string, strategy: StrategySpec])[];
  readonly default?: StrategySpec;
  readonly agent?: AgentId;
  /** The policy's revision as the writer saw it; 0: there is none yet. */
  readonly revision: number;
}

const spec: z.ZodType<StrategySpec> = z.union([z.string(), z.looseObject({ strategy: z.string() })]);

export const setPolicy: Operation<SetPolicyInput, WirePolicy> = {
  name: 'set-policy',
  summary: 'Replace the stored policy of the space.',
  input: z
    .strictObject({
      rules: z.array(z.tuple([z.string(), spec])),
      default: optional(spec),
      ...{ agent: optional(agentField), revision: revisionField },
    })
    .meta({ id: 'SetPolicyInput' }),
  output: policyResult,
  async run(call, { rules, default: fallback, agent, revision }) {
    if (!mayAll(call.principal, 'policy', call.space)) throw lacking('policy', '**');
    const document = { rules, ...(fallback === undefined ? {} : { default: fallback }) };
    const by = agentOf(call, agent);
    const outcome = await call.controller.setPolicy(document, { agent: by, revision, ...behind(call, by) });
    const now = await currentPolicy(call);
    if (outcome.status === 'conflict') throw failed(now.etag);
    if (outcome.status === 'unknown') {
      throw new EntenteError('store-unavailable', 'The store did not say whether the policy was stored.', {
        next: 'Read the policy and look.',
      });
    }
    return now;
  },
};
