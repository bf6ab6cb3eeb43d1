// The space's policy: read, replaced whole under its ETag, and explained for one resource.
import * as z from 'zod';
import type { PolicyMatch, StoredPolicy } from '../../controller/types.ts';
import { EntenteError } from '../../core/errors.ts';
import type { AgentId, ResourceId } from '../../core/resource.ts';
import { describeStrategy, formatStrategy } from '../../strategies/policy-file.ts';
import type { StrategySpec } from '../../strategies/types.ts';
import { recordEtag } from '../etag.ts';
import { agentOf, behind, type Call, type Operation } from '../operation.ts';
import { assertRead, lacking, mayAll } from '../rights.ts';
import { agentField, optional, resourceField, revisionField } from '../schemas/fields.ts';
import { explainResult, policyResult } from '../schemas/results.ts';
import { failed } from './write.ts';

export interface WirePolicy extends StoredPolicy {
  readonly etag: string;
}

async function current(call: Call): Promise<WirePolicy> {
  const policy = await call.controller.policy();
  return { ...policy, etag: recordEtag(await call.service.store.epoch(), policy.revision) };
}

/** A policy names patterns of everything in the space: who may read or govern all of it sees it. */
export const policy: Operation<object, WirePolicy> = {
  name: 'policy',
  summary: 'The stored policy of the space: which strategy decides the conflicts of which resource.',
  input: z.strictObject({}).meta({ id: 'PolicyInput' }),
  output: policyResult,
  async run(call) {
    const { principal, space } = call;
    if (!mayAll(principal, 'policy', space) && !mayAll(principal, 'read', space)) throw lacking('policy', '**');
    return current(call);
  },
};

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
    const now = await current(call);
    if (outcome.status === 'conflict') throw failed(now.etag);
    if (outcome.status === 'unknown') {
      throw new EntenteError('store-unavailable', 'The store did not say whether the policy was stored.', {
        next: 'Read the policy and look.',
      });
    }
    return now;
  },
};

export interface WireMatch extends Omit<PolicyMatch, 'strategy'> {
  readonly resource: ResourceId;
  /** As a policy says it; of one that is code only the name. */
  readonly strategy: StrategySpec;
}

export const explain: Operation<{ readonly id: ResourceId }, WireMatch> = {
  name: 'explain',
  summary: 'Which rule of the policy decides the conflicts of a resource, and why.',
  input: z.strictObject({ id: resourceField }).meta({ id: 'ExplainInput' }),
  output: explainResult,
  async run(call, { id }) {
    assertRead(call.principal, call.space, id);
    const { strategy, ...match } = await call.controller.explainPolicy(id);
    return { resource: id, ...match, strategy: formatStrategy(strategy) ?? describeStrategy(strategy) };
  },
};
