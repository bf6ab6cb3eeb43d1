// Who one is to a server: whose key it is, what it may do, and where.
import * as z from 'zod';
import type { KeyInfo } from '../keys.ts';
import { unauthenticated } from '../keys.ts';
import type { OpenCall, Operation, OwnCall } from '../operation.ts';
import { formatGrant, type Principal } from '../principal.ts';
import { whoResult } from '../schemas/account.ts';

/** The spaces that hold anything, and the default one, as far as a grant is for them. */
export async function spacesOf(
  { service }: OpenCall,
  { grants }: Pick<Principal, 'grants'>,
): Promise<readonly string[]> {
  // Entente's own have names that nobody can say.
  const there = (await service.store.spaces()).filter((name) => !name.startsWith('~'));
  const names = [...new Set(['default', ...there])].sort();
  return names.filter((name) => grants.some(({ space }) => space === '*' || space === name));
}

export interface Who extends Pick<KeyInfo, 'id' | 'name' | 'label'> {
  /** The key is a session. */
  readonly session: boolean;
  readonly expiresAt?: number;
  readonly grants: readonly string[];
  readonly spaces: readonly string[];
}

export const whoami: Operation<object, Who, OwnCall> = {
  name: 'whoami',
  summary: 'Whose key this is, what it may do, and in which spaces.',
  input: z.strictObject({}).meta({ id: 'WhoamiInput' }),
  output: whoResult,
  async run(call) {
    const { principal, service } = call;
    const info = await service.keys.find(principal.id);
    if (info === undefined) throw unauthenticated();
    const { id, name, label, of, expires } = info;
    return {
      ...{ id, name, label, session: of !== undefined },
      ...(expires === undefined ? {} : { expiresAt: expires }),
      ...{ grants: principal.grants.map(formatGrant), spaces: await spacesOf(call, principal) },
    };
  },
};
