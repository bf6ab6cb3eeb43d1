// A new key, which may do no more than the one that makes it.
import * as z from 'zod';
import { EntenteError } from '../../core/errors.ts';
import type { AgentId } from '../../core/resource.ts';
import { assertGives } from '../delegation.ts';
import { unauthenticated } from '../keys.ts';
import type { Operation, OwnCall } from '../operation.ts';
import type { Grant } from '../principal.ts';
import { madeKeyResult } from '../schemas/account.ts';
import { agentField, grantField, labelField, optional } from '../schemas/fields.ts';
import { shownKey, type WireKey } from './keys.ts';

export interface MakeKeyInput {
  readonly name: AgentId;
  readonly label?: string;
  readonly grants: readonly Grant[];
  readonly expires?: number;
}

export interface WireMadeKey extends WireKey {
  readonly key: string;
}

export const makeKey: Operation<MakeKeyInput, WireMadeKey, OwnCall> = {
  name: 'make-key',
  summary: 'Make a key that may do no more than yours. Its text is told this once.',
  input: z
    .strictObject({
      ...{ name: agentField, label: optional(labelField) },
      grants: z.array(grantField).min(1).max(100),
      expires: optional(z.int().min(1)),
    })
    .meta({ id: 'MakeKeyInput' }),
  output: madeKeyResult,
  async run(call, { name, label, grants, expires }) {
    const { principal, service } = call;
    assertGives(principal, name, grants);
    const maker = await service.keys.find(principal.id);
    if (maker === undefined) throw unauthenticated();
    // A session ends soon, and what is made in one is meant to stay: the key behind it is the one that counts.
    const behind = maker.of === undefined ? maker : await service.keys.find(maker.of);
    const end = behind?.expires;
    if (end !== undefined && (expires === undefined || expires > end)) {
      throw new EntenteError('forbidden', `Your key ends at ${new Date(end).toISOString()}, and so has this one to.`, {
        next: `Send "expires": ${end} or an earlier time.`,
      });
    }
    const made = await service.keys.create({
      ...{ name, grants, madeBy: maker.of ?? maker.id },
      ...(label === undefined ? {} : { label }),
      ...(expires === undefined ? {} : { expires }),
    });
    return { ...shownKey(call, made.info), key: made.text };
  },
};
