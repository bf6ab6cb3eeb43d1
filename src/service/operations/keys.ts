// Keys over HTTP: seen by who has a `keys` grant for them. A secret is told when its key is made, and never again.
import * as z from 'zod';
import { seesKey } from '../delegation.ts';
import type { KeyInfo } from '../keys.ts';
import type { Operation, OwnCall } from '../operation.ts';
import { formatGrant } from '../principal.ts';
import { keyResult } from '../schemas/account.ts';
import { optional } from '../schemas/fields.ts';

export interface WireKey extends Omit<KeyInfo, 'grants' | 'of'> {
  readonly grants: readonly string[];
  /** It stands for another key, in a browser. */
  readonly session?: true;
  /** It is the one that asks. */
  readonly own?: true;
}

export function shownKey({ principal }: OwnCall, { grants, of, ...info }: KeyInfo): WireKey {
  return {
    ...{ ...info, grants: grants.map(formatGrant) },
    ...(of === undefined ? {} : { session: true }),
    ...(info.id === principal.id ? { own: true } : {}),
  };
}

export const keyIdField: z.ZodType<string> = z.string().min(1).max(64);

export const keys: Operation<{ readonly id?: string }, { readonly items: readonly WireKey[] }, OwnCall> = {
  name: 'keys',
  summary: 'Keys that you may see, without their secrets: your own, and those that a keys grant covers.',
  input: z.strictObject({ id: optional(keyIdField) }).meta({ id: 'KeysInput' }),
  output: z.looseObject({ items: z.array(keyResult) }),
  async run(call, { id }) {
    const { keys: all } = call.service;
    const found = id === undefined ? await all.list() : [await all.find(id)].filter((info) => info !== undefined);
    const ordered = found.filter((info) => seesKey(call.principal, info)).sort((a, b) => a.created - b.created);
    return { items: ordered.map((info) => shownKey(call, info)) };
  },
};
