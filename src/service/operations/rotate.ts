// A new key to sign tokens with. It touches the tokens of everybody on the store, so that it is for who may see, make and
// end every key.
import * as z from 'zod';
import { assertAllKeys } from '../delegation.ts';
import type { Operation, OwnCall } from '../operation.ts';
import { rotatedResult } from '../schemas/account.ts';

export interface Rotated {
  /** The id of the new key: it stands in the tokens that are signed with it. */
  readonly kid: string;
}

export const rotate: Operation<object, Rotated, OwnCall> = {
  name: 'rotate-signing-key',
  summary: 'Make a new key to sign tokens with. Tokens of the one before stay good until the next time.',
  input: z.strictObject({}).meta({ id: 'RotateInput' }),
  output: rotatedResult,
  async run({ principal, service }) {
    assertAllKeys(principal);
    return service.signer.rotate(principal.id);
  },
};
