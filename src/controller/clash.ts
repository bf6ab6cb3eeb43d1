// One attempt at an intent with its own guards: it lands, was there before, changes nothing, or clashes.
import type { Committed, Outcome, Unchanged } from '../core/outcome.ts';
import type { Repairs, Token } from '../core/token.ts';
import { type Head, hasContent } from '../core/version.ts';
import type { Awaitable, CommitReply, CommitRequest, EntryMeta, Snapshot } from '../stores/store.ts';
import type { Ahead } from './ahead.ts';
import { originOfIntent } from './base.ts';
import { type Context, headToken, tokenOn } from './context.ts';
import type { Intent } from './intent.ts';
import type { Proposal } from './proposal.ts';
import { replay } from './replay.ts';
import { guardOf, requestOf, staleReads, writeOf } from './requests.ts';
import { epochChanged, expired, Mismatch, type Settled, settle, submit } from './submit.ts';

/** The head that an intent ran into, and the premises that moved. */
export interface Clash {
  readonly status: 'clash';
  readonly head: Head | undefined;
  /** The space's revision at which the head was read. */
  readonly revision: number;
  readonly stalePremises: readonly Token[];
  /** The head is not there yet: it is what a commit under way is about to write. */
  readonly ahead?: Ahead;
}

export function isClash(value: Outcome | Clash): value is Clash {
  return value.status === 'clash';
}

/** A first request under way: the common commit is no more than this and its answer. */
export interface FirstTry {
  readonly request: CommitRequest;
  readonly replies: Awaitable<readonly CommitReply[]>;
}

/**
 * Sends an intent under its own guards, at once. Undefined where it has to be judged before anything is sent: what was
 * read and is written back, a refused content that comes again, an overwrite that the log must show.
 */
export function firstTry(
  context: Context,
  intent: Intent,
  send: (request: CommitRequest) => FirstTry['replies'],
): FirstTry | undefined {
  if (intent.relapsed || intent.supersede || intent.proposal.hash === intent.token.hash) return undefined;
  intent.signal?.throwIfAborted();
  const request = firstRequest(context, intent, metaOf(intent));
  return { request, replies: send(request) };
}

function firstRequest(context: Context, intent: Intent, meta: EntryMeta): CommitRequest {
  const { token, proposal } = intent;
  return requestOf(context, intent, {
    guards: [guardOf(token)],
    writes: [writeOf(token.resource, proposal)],
    meta,
    // What a strategy settled with a fresh token leaves its guard as it is: then the commitId has to be looked up.
    tokenBound: intent.ownId && token.repairs === undefined,
  });
}

/** What an intent comes to that did not land at once; `first` is the answer that it got, if it was sent. */
export async function attempt(
  context: Context,
  intent: Intent,
  first: { readonly request: CommitRequest; readonly reply: CommitReply } | undefined,
): Promise<Outcome | Clash> {
  if (first !== undefined) {
    const { request, reply } = first;
    return afterReply(context, intent, request, await settle(context, request, reply, intent.signal));
  }
  const early = await judgeEarly(context, intent);
  if (early !== undefined) return early;
  const request = firstRequest(context, intent, await supersedeMeta(context, intent));
  return afterReply(context, intent, request, await submit(context, request, intent.signal));
}

async function afterReply(
  context: Context,
  intent: Intent,
  request: CommitRequest,
  reply: Settled,
): Promise<Outcome | Clash> {
  const { token } = intent;
  switch (reply.status) {
    case 'committed':
      return committed(context, token, intent.commitId, reply.heads[0] as Head, request.at);
    case 'replayed':
      return replay(context, reply.entry, { resource: token.resource, agent: intent.agent, epoch: token.epoch });
    case 'unknown':
      return { status: 'unknown', commitId: intent.commitId, resource: token.resource };
    case 'stale':
      return clashOrUnchanged(context, intent, reply);
  }
}

const PLAIN: EntryMeta = { outcome: 'committed' };

function metaOf(intent: Intent): EntryMeta {
  return intent.note === undefined ? PLAIN : { outcome: 'committed', note: intent.note };
}

/** The log shows that a change went over one that its author was told of (rule A1). */
async function supersedeMeta(context: Context, intent: Intent): Promise<EntryMeta> {
  const meta = metaOf(intent);
  if (!intent.supersede || intent.token.repairs === undefined) return meta;
  const snapshot = await context.store.read(context.space, [intent.token.resource]);
  const head = snapshot.heads[0];
  if (head === undefined) return meta;
  return { ...meta, overwrote: { version: head.version, revision: head.revision, agent: head.agent } };
}

/** `commitId` is the one that the caller knows; the token carries the epoch and whose it is. */
export function committed(context: Context, token: Token, commitId: string, head: Head, at: number): Committed {
  const { resource, version, revision, hash } = head;
  const fresh = headToken(context, head, token.agent, token.epoch, revision, at);
  return { status: 'committed', commitId, resource, version, revision, hash, token: fresh };
}

/** The same bytes are there already. A hash-only version holds no bytes, so content on top of it is a change. */
export function isSame(head: Head | undefined, proposal: Proposal): boolean {
  if (proposal.kind === 'delete') return head === undefined || head.deleted;
  if (head === undefined || head.deleted || head.hash !== proposal.hash) return false;
  return proposal.kind === 'hash' || hasContent(head);
}

async function judgeEarly(context: Context, intent: Intent): Promise<Outcome | Clash | undefined> {
  const { token, proposal } = intent;
  const { resource } = token;
  if (!intent.relapsed && proposal.hash !== token.hash) return undefined;
  const landed = await context.store.commitStatus(context.space, intent.agent, intent.commitId);
  if (landed.status === 'committed') {
    if (landed.entry.fingerprint !== intent.fingerprint) throw new Mismatch();
    return replay(context, landed.entry, { resource, agent: intent.agent, epoch: token.epoch });
  }
  const snapshot = await context.store.read(context.space, [resource, ...intent.reads.map((read) => read.resource)]);
  for (const held of [token, ...intent.reads]) checkEpoch(snapshot, held);
  const head = snapshot.heads[0];
  const stalePremises = staleReads(intent.reads, (id) => snapshot.heads.find((known) => known?.resource === id));
  const clash: Clash = { status: 'clash', head, revision: snapshot.revision, stalePremises };
  if (stalePremises.length > 0) return clash;
  if (isSame(head, proposal)) return unchanged(context, intent, head, snapshot.revision);
  const isHead = (head?.revision ?? 0) === token.revision;
  if (!isHead && token.asOf < snapshot.trimmed) throw expired();
  const wroteBack = intent.relapsed ? token.repairs?.hash : isHead ? undefined : token.hash;
  if (proposal.hash === wroteBack && (await wasSame(context, intent))) {
    return unchanged(context, intent, head, snapshot.revision, repairsOf(intent, head));
  }
  return intent.relapsed ? clash : undefined;
}

export function checkEpoch(snapshot: Snapshot, token: Token): void {
  if (snapshot.epoch !== token.epoch || token.revision > snapshot.revision) throw epochChanged();
}

/** The proposal is what the agent read, bytes and all. */
async function wasSame(context: Context, intent: Intent): Promise<boolean> {
  if (intent.proposal.kind !== 'content') return true;
  const origin = await originOfIntent(context, intent);
  return origin.state !== 'hash-only';
}

async function clashOrUnchanged(
  context: Context,
  intent: Intent,
  reply: Extract<CommitReply, { status: 'stale' }>,
): Promise<Outcome | Clash> {
  const { token } = intent;
  if ([token, ...intent.reads].some(({ revision }) => revision > reply.revision)) throw epochChanged();
  const headOf = (resource: string): Head | undefined => reply.heads.find((head) => head.resource === resource);
  const head = headOf(token.resource);
  const stalePremises = staleReads(intent.reads, headOf);
  if (stalePremises.length === 0 && isSame(head, intent.proposal))
    return unchanged(context, intent, head, reply.revision);
  return { status: 'clash', head, revision: reply.revision, stalePremises };
}

export function unchanged(
  context: Context,
  intent: Pick<Intent, 'commitId' | 'agent' | 'token'>,
  head: Head | undefined,
  asOf: number,
  repairs?: Repairs,
): Unchanged {
  const { token, agent, commitId } = intent;
  const fresh = tokenOn(context, token.resource, agent, head, {
    epoch: token.epoch,
    asOf,
    at: context.clock(),
    ...(repairs === undefined ? {} : { repairs }),
  });
  return { status: 'unchanged', commitId, token: fresh, ...(head === undefined ? {} : { head }) };
}

/** A token on the head that was in the way, which remembers what was refused (rule A1). */
export function freshToken(
  context: Context,
  intent: Intent,
  clash: Pick<Clash, 'head' | 'revision'>,
  attemptNumber: number,
): Token {
  const { token } = intent;
  const repairs = repairsOf(intent, clash.head);
  return tokenOn(context, token.resource, intent.agent, clash.head, {
    epoch: token.epoch,
    asOf: clash.revision,
    at: context.clock(),
    attempt: attemptNumber,
    ...(repairs === undefined ? {} : { repairs }),
  });
}

/** What a fresh token must remember. The bytes of a stale base count too: sent again, they still revert nobody. */
export function repairsOf(intent: Intent, head: Head | undefined): Repairs | undefined {
  const { token, proposal } = intent;
  if (intent.relapsed || (head?.revision ?? 0) === token.revision) return token.repairs;
  if (proposal.kind === 'delete') return undefined;
  return Object.freeze({ revision: token.revision, hash: token.hash, proposedHash: proposal.hash });
}
