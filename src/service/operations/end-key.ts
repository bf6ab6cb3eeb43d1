// The end of a key, by who may see it.
import * as z from 'zod';
import { seesKey } from '../delegation.ts';
import type { Operation, OwnCall } from '../operation.ts';
import { absent } from '../rights.ts';
import { keyIdField } from './keys.ts';

export const endKey: Operation<{ readonly keyId: string }, void, OwnCall> = {
  name: 'end-key',
  summary: 'End a key, with its sessions: every server refuses it within seconds.',
  input: z.strictObject({ keyId: keyIdField }).meta({ id: 'EndKeyInput' }),
  output: z.void(),
  async run({ principal, service }, { keyId }) {
    const info = await service.keys.find(keyId);
    if (info === undefined || !seesKey(principal, info)) throw absent('The key');
    await service.keys.revoke(keyId);
  },
};
