// Keys over HTTP: seen, made and ended by who has a `keys` grant for them. A secret is told when its key is made, and
// never again.
import * as z from 'zod';
import { EntenteError } from '../../core/errors.ts';
import { type AgentId, parseAgentId } from '../../core/resource.ts';
import { assertGives, seesKey } from '../delegation.ts';
import { type KeyInfo, unauthenticated } from '../keys.ts';
import type { Operation, OwnCall } from '../operation.ts';
import { formatGrant, parseGrant } from '../principal.ts';
import { absent } from '../rights.ts';
import { keyResult, madeKeyResult } from '../schemas/account.ts';
import { agentField, optional } from '../schemas/fields.ts';

export interface WireKey extends Omit<KeyInfo, 'grants' | 'of'> {
  readonly grants: readonly string[];
  /** It stands for another key, in a browser. */
  readonly session?: true;
  /** It is the one that asks. */
  readonly own?: true;
}

function shown({ principal }: OwnCall, { grants, of, ...info }: KeyInfo): WireKey {
  return {
    ...{ ...info, grants: grants.map(formatGrant) },
    ...(of === undefined ? {} : { session: true }),
    ...(info.id === principal.id ? { own: true } : {}),
  };
}

const idField = z.string().min(1).max(64);

export const keys: Operation<{ readonly id?: string }, { readonly items: readonly WireKey[] }, OwnCall> = {
  name: 'keys',
  summary: 'Keys that you may see, without their secrets: your own, and those that a keys grant covers.',
  input: z.strictObject({ id: optional(idField) }).meta({ id: 'KeysInput' }),
  output: z.looseObject({ items: z.array(keyResult) }),
  async run(call, { id }) {
    const { keys: all } = call.service;
    const found = id === undefined ? await all.list() : [await all.find(id)].filter((info) => info !== undefined);
    const ordered = found.filter((info) => seesKey(call.principal, info)).sort((a, b) => a.created - b.created);
    return { items: ordered.map((info) => shown(call, info)) };
  },
};

export interface MakeKeyInput {
  readonly name: AgentId;
  readonly label?: string;
  readonly grants: readonly string[];
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
      ...{ name: agentField, label: optional(z.string().min(1).max(200)) },
      grants: z.array(z.string().min(1).max(2000)).min(1).max(100),
      expires: optional(z.int().min(1)),
    })
    .meta({ id: 'MakeKeyInput' }),
  output: madeKeyResult,
  async run(call, { name, label, grants: texts, expires }) {
    const { principal, service } = call;
    const grants = texts.map(parseGrant);
    assertGives(principal, parseAgentId(name), grants);
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
    return { ...shown(call, made.info), key: made.text };
  },
};

export const endKey: Operation<{ readonly keyId: string }, void, OwnCall> = {
  name: 'end-key',
  summary: 'End a key, with its sessions: every server refuses it within seconds.',
  input: z.strictObject({ keyId: idField }).meta({ id: 'EndKeyInput' }),
  output: z.void(),
  async run({ principal, service }, { keyId }) {
    const info = await service.keys.find(keyId);
    if (info === undefined || !seesKey(principal, info)) throw absent('The key');
    await service.keys.revoke(keyId);
  },
};
