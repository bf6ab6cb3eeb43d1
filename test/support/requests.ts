// Requests for tests that speak to a store without a controller.
import { randomUUID } from 'node:crypto';
import { hashOf } from '../../src/core/hash.ts';
import {
  type AgentId,
  DEFAULT_SPACE,
  parseAgentId,
  parseResourceId,
  type ResourceId,
  type Space,
} from '../../src/core/resource.ts';
import type { CommitReply, CommitRequest, Guard, Store, Write } from '../../src/stores/store.ts';

export const space: Space = DEFAULT_SPACE;
export const id = (text: string): ResourceId => parseResourceId(text);
export const agentOf = (text: string): AgentId => parseAgentId(text);

export function contentWrite(resource: string, text: string): Write {
  return { resource: id(resource), kind: 'content', hash: hashOf(text), content: new TextEncoder().encode(text) };
}

/** The guard on what a resource is now. */
export async function guardOf(store: Store, resource: string): Promise<Guard> {
  const [head] = (await store.read(space, [id(resource)])).heads;
  return { resource: id(resource), revision: head?.revision ?? 0, hash: head?.hash ?? '' };
}

/** A request that nothing but its guards can refuse. */
export async function requestOf(store: Store, parts: Partial<CommitRequest> = {}): Promise<CommitRequest> {
  const commitId = parts.commitId ?? randomUUID();
  return {
    space,
    agent: agentOf('tester'),
    commitId,
    fingerprint: commitId,
    epoch: await store.epoch(),
    asOf: (await store.read(space, [])).revision,
    at: 0,
    tokenBound: false,
    guards: [],
    writes: [],
    records: [],
    keeps: [],
    meta: { outcome: 'committed' },
    ...parts,
  };
}

/** Writes texts, guarded by what is there now, in one commit. */
export async function put(
  store: Store,
  texts: Readonly<Record<string, string>>,
  parts: Partial<CommitRequest> = {},
): Promise<CommitReply> {
  const resources = Object.keys(texts);
  const guards = await Promise.all(resources.map((resource) => guardOf(store, resource)));
  const writes = Object.entries(texts).map(([resource, text]) => contentWrite(resource, text));
  const [reply] = await store.commit([await requestOf(store, { guards, writes, ...parts })]);
  if (reply === undefined) throw new Error('no reply');
  return reply;
}
