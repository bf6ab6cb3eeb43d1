// The space's policy as it is stored.
import * as z from 'zod';
import type { StoredPolicy } from '../../controller/types.ts';
import { recordEtag } from '../etag.ts';
import type { Call, Operation } from '../operation.ts';
import { lacking, mayAll } from '../rights.ts';
import { policyResult } from '../schemas/results.ts';

export interface WirePolicy extends StoredPolicy {
  readonly etag: string;
}

export async function currentPolicy(call: Call): Promise<WirePolicy> {
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
    return currentPolicy(call);
  },
};
