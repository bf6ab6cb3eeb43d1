// The common commit: a whole content or a hash, no options, a token that came from here. It is put together in one step,
// because on a fast store every object and every wait more would cost as much as the rest. Anything out of the ordinary
// answers undefined and takes the long way, which checks everything and says what is wrong.
import type { Change } from '../core/change.ts';
import { hashOf } from '../core/hash.ts';
import type { Token } from '../core/token.ts';
import type { Standing } from '../stores/direct.ts';
import type { CommitRequest, EntryMeta, Keep, RecordWrite, Write } from '../stores/store.ts';
import { hasOwnName, isShaped } from './checks.ts';
import type { Context } from './context.ts';
import { isHash, isMediaType, isOneKind, type Proposal } from './proposal.ts';

type PlainWrite = Exclude<Write, { kind: 'delete' }>;

const META: EntryMeta = { outcome: 'committed' };
const NO_RECORDS: readonly RecordWrite[] = [];
const NO_KEEPS: readonly Keep[] = [];

/** `isTurn`: it goes to the store whoever else is under way on the resource. */
export function plainRequest(
  context: Context,
  token: Token,
  change: Change,
  at: number,
  isTurn: boolean,
): CommitRequest | undefined {
  if (!isShaped(token) || token.space !== context.space || !context.agents.has(token.agent)) return undefined;
  // A store in memory has copied the bytes, or never needs them, before the caller can change them.
  const borrows = context.direct !== undefined && (isTurn || context.chains.isFree(token.resource));
  const write = plainWrite(context, token, change, borrows);
  if (write === undefined || write.hash === token.hash) return undefined;
  // A resource that was there has a canonical id: another one would find no head with this revision.
  if (token.revision === 0 && !hasOwnName(token)) return undefined;
  const { resource, revision, hash, agent, id } = token;
  return {
    space: context.space,
    agent,
    commitId: id,
    // Under the token's own id the store's key says the agent and the token already (see intent.ts).
    fingerprint: write.kind === 'hash' ? write.hash : `content ${write.hash} ${write.mediaType ?? ''}`,
    epoch: token.epoch,
    asOf: token.asOf,
    at,
    tokenBound: true,
    guards: [{ resource, revision, hash }],
    writes: [write],
    records: NO_RECORDS,
    keeps: NO_KEEPS,
    meta: META,
  };
}

/** The request with bytes of its own, for whoever goes on with it when the caller has its array back. */
export function ownRequest(request: CommitRequest, change: Change): CommitRequest {
  const [write] = request.writes;
  if (write?.kind !== 'content' || !('content' in change) || write.content !== change.content) return request;
  return { ...request, writes: [{ ...write, content: new Uint8Array(write.content) }] };
}

/**
 * What a plain request carries, copied and hashed already: a large content is not gone through again, and what the caller
 * does to its own array meanwhile is not in it (rule E8).
 */
export function plainProposal({ writes: [write] }: CommitRequest): { change: Change; proposal: Proposal } {
  const { hash, ...rest } = write as PlainWrite;
  if (rest.kind === 'hash') return { change: { hash }, proposal: { kind: 'hash', hash } };
  const { content, mediaType } = rest;
  const change = mediaType === undefined ? { content } : { content, mediaType };
  return { change, proposal: { kind: 'content', hash, content, mediaType } };
}

/** The plain commit of a hash by the store's short way; undefined, and nothing is done, where it is not one. */
export function swapDirect(context: Context, token: Token, change: Change, at: number): Standing | undefined {
  const { direct } = context;
  if (direct === undefined || typeof change !== 'object' || change === null || !('hash' in change)) return undefined;
  if (!isOneKind(change)) return undefined;
  if (!isShaped(token) || token.space !== context.space || token.epoch !== direct.epoch) return undefined;
  const { hash } = change;
  if (!context.agents.has(token.agent) || !isHash(hash) || hash === token.hash) return undefined;
  return direct.swap(token, hash, at);
}

function plainWrite(context: Context, token: Token, change: Change, borrows: boolean): PlainWrite | undefined {
  if (typeof change !== 'object' || change === null || !isOneKind(change)) return undefined;
  const { resource } = token;
  if ('hash' in change) return isHash(change.hash) ? { resource, kind: 'hash', hash: change.hash } : undefined;
  if (!('content' in change)) return undefined;
  const { mediaType } = change;
  if (mediaType !== undefined && !isMediaType(mediaType)) return undefined;
  const given = change.content;
  if (typeof given !== 'string' && !(given instanceof Uint8Array)) return undefined;
  // A copy, taken at once: the caller may change its array while the commit waits.
  const content = typeof given === 'string' ? Buffer.from(given) : borrows && isUnshared(given) ? given : copy(given);
  if (content.length > context.limits.contentBytes) return undefined;
  return { resource, kind: 'content', hash: hashOf(content), content, mediaType };
}

/** Memory that other threads have too can change between the hash and the store's copy. */
function isUnshared(bytes: Uint8Array): boolean {
  return bytes.buffer instanceof ArrayBuffer;
}

function copy(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
