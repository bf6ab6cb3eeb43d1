// Which rule of the policy is for a resource.
import * as z from 'zod';
import type { PolicyMatch } from '../../controller/types.ts';
import type { ResourceId } from '../../core/resource.ts';
import { describeStrategy, formatStrategy } from '../../strategies/policy-file.ts';
import type { StrategySpec } from '../../strategies/types.ts';
import type { Operation } from '../operation.ts';
import { assertRead } from '../rights.ts';
import { resourceField } from '../schemas/fields.ts';
import { explainResult } from '../schemas/results.ts';

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
