// A small client for the rules: requests with everything filled in, and the common steps that must succeed.
import assert from 'node:assert/strict';
import { hashOf } from '../../core/hash.ts';
import type { AgentId, ResourceId, Space } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import type { CommitReply, CommitRequest, Guard, RecordWrite, Store, Write } from '../store.ts';

/** A request with plain strings for names, and everything but what matters left out. */
export interface RequestInput
  extends Partial<Omit<CommitRequest, 'space' | 'agent' | 'guards' | 'writes' | 'keeps' | 'records'>> {
  readonly space?: string;
  readonly agent?: string;
  readonly guards?: readonly Guard[];
  readonly writes?: readonly Write[];
  readonly records?: readonly RecordWrite[];
  readonly keeps?: readonly (string | Uint8Array)[];
}

export type Body = string | Uint8Array | { readonly hash: string } | { readonly delete: true };
export type CommittedReply = Extract<CommitReply, { readonly status: 'committed' }>;

export interface Client {
  readonly store: Store;
  readonly epoch: string;
  /** A request of the default space by `agent-1`, with a commitId that no other has. */
  request(input?: RequestInput): CommitRequest;
  /** Commits one request and answers its reply, whatever it is. */
  commit(input?: RequestInput): Promise<CommitReply>;
  /** Commits one request, which must be applied. */
  applied(input?: RequestInput): Promise<CommittedReply>;
  /** Writes one resource on its current head, which must succeed, and answers the new head. */
  write(resource: string, body: Body, input?: RequestInput): Promise<Head>;
  /** The current head. */
  head(resource: string, space?: string): Promise<Head | undefined>;
  /** The guard of the current head. */
  guard(resource: string, space?: string): Promise<Guard>;
}

export const SPACE: Space = 'default' as Space;
export const AGENT: AgentId = 'agent-1' as AgentId;

export function id(name: string): ResourceId {
  return name as ResourceId;
}

/** The guard that a head asks for; of what never was, without one. */
export function guardOf(resource: string, head?: Head): Guard {
  return { resource: id(resource), revision: head?.revision ?? 0, hash: head?.hash ?? '' };
}

export function writeOf(resource: string, body: Body, mediaType?: string): Write {
  if (typeof body === 'string' || body instanceof Uint8Array) {
    const content = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    return { resource: id(resource), kind: 'content', hash: hashOf(content), content, mediaType };
  }
  return 'hash' in body
    ? { resource: id(resource), kind: 'hash', hash: body.hash }
    : { resource: id(resource), kind: 'delete' };
}

let serial = 0;

/** A complete request: what is not given is the plainest there is. */
export function makeRequest(epoch: string, input: RequestInput = {}): CommitRequest {
  serial += 1;
  const commitId = input.commitId ?? `commit-${serial}`;
  return {
    fingerprint: `intent of ${commitId}`,
    epoch,
    asOf: 0,
    at: 1_700_000_000_000 + serial,
    tokenBound: false,
    guards: [],
    writes: [],
    records: [],
    meta: { outcome: 'committed' },
    ...input,
    commitId,
    space: (input.space ?? SPACE) as Space,
    agent: (input.agent ?? AGENT) as AgentId,
    keeps: (input.keeps ?? []).map((keep) => {
      const content = typeof keep === 'string' ? new TextEncoder().encode(keep) : keep;
      return { hash: hashOf(content), content };
    }),
  };
}

export async function createClient(store: Store): Promise<Client> {
  const epoch = await store.epoch();
  const request = (input?: RequestInput): CommitRequest => makeRequest(epoch, input);

  async function commit(input?: RequestInput): Promise<CommitReply> {
    const replies = await store.commit([request(input)]);
    const [reply] = replies;
    assert.equal(replies.length, 1);
    assert.ok(reply !== undefined);
    return reply;
  }

  async function applied(input?: RequestInput): Promise<CommittedReply> {
    const reply = await commit(input);
    assert.equal(reply.status, 'committed', JSON.stringify(reply));
    return reply as CommittedReply;
  }

  async function head(resource: string, space: string = SPACE): Promise<Head | undefined> {
    const { heads } = await store.read(space as Space, [id(resource)]);
    assert.equal(heads.length, 1);
    return heads[0];
  }

  const guard = async (resource: string, space?: string): Promise<Guard> =>
    guardOf(resource, await head(resource, space));

  async function write(resource: string, body: Body, input: RequestInput = {}): Promise<Head> {
    const guards = [await guard(resource, input.space)];
    const { heads } = await applied({ guards, writes: [writeOf(resource, body)], ...input });
    const [written] = heads;
    assert.ok(written !== undefined);
    return written;
  }

  return { store, epoch, request, commit, applied, write, head, guard };
}

/** The text of a stored content; fails where it is gone. */
export async function textOf(store: Store, hash: string): Promise<string> {
  const bytes = await store.content(hash);
  assert.ok(bytes !== undefined, `the content ${hash} is gone`);
  return new TextDecoder().decode(bytes);
}
