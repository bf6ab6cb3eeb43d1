// `commit` compares and never resolves; `commitOrResolve` lets the policy decide what a conflict comes to.
import type { Change } from '../core/change.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Token } from '../core/token.ts';
import type { Head } from '../core/version.ts';
import { afterStep } from '../merge/transfer.ts';
import type { Awaitable, CommitReply, CommitRequest } from '../stores/store.ts';
import { attempt, type Clash, committed, type FirstTry, firstTry, isClash } from './clash.ts';
import { type Context, headToken } from './context.ts';
import { conflicted } from './hand-back.ts';
import { formlessIntent, type Intent, type IntentOptions, intentOf, makeIntent } from './intent.ts';
import { afterBaseGone, isBaseGone } from './lost-base.ts';
import { ownRequest, plainProposal, plainRequest, swapDirect } from './plain.ts';
import { mismatchError } from './submit.ts';
import { type SendFirst, swap, swapAhead } from './swap.ts';
import { taken } from './taken.ts';

type OnClash = (context: Context, intent: Intent, clash: Clash) => Promise<Outcome>;

export function commit(context: Context, token: Token, change: Change, options?: IntentOptions): Promise<Outcome> {
  try {
    return begun(context, token, change, options, handBack, false) as Promise<Outcome>;
  } catch (error) {
    return Promise.reject(error);
  }
}

/** A signal that is made when it is asked for: a commit that is answered at once needs none. */
export interface Late {
  readonly signal: AbortSignal;
}

/** `commit` that gives the outcome itself where it is known at once, and throws what that one rejects with. */
export function commitNow(
  context: Context,
  token: Token,
  change: Change,
  options: IntentOptions | undefined,
  late: Late,
): Awaitable<Outcome> {
  return begun(context, token, change, options, handBack, true, late);
}

export function commitOrResolve(
  context: Context,
  token: Token,
  change: Change,
  options?: IntentOptions,
): Promise<Outcome> {
  try {
    return begun(context, token, change, options, swap, false) as Promise<Outcome>;
  } catch (error) {
    return Promise.reject(error);
  }
}

function handBack(context: Context, intent: Intent, clash: Clash): Promise<Outcome> {
  const reason = intent.relapsed
    ? 'the refused change was sent again as it was'
    : 'the resource moved since it was read';
  return conflicted(context, intent, clash, reason);
}

/**
 * The common commit on a store that answers at once is over before this returns: no asynchronous step of its own, each
 * of which would cost as much as the rest of it. `now`: where the outcome is known it is given as it is, and else always
 * as a promise.
 */
function begun(
  context: Context,
  token: Token,
  change: Change,
  options: IntentOptions | undefined,
  onClash: OnClash,
  now: boolean,
  late?: Late,
): Awaitable<Outcome> {
  if (options !== undefined) return write(context, token, change, until(options, late), onClash, late !== undefined);
  const at = context.clock();
  const landed = swapDirect(context, token, change, at);
  if (landed !== undefined) {
    const { resource, version, revision, hash } = landed;
    const fresh = headToken(context, landed, token.agent, token.epoch, revision, at);
    const outcome: Outcome = {
      status: 'committed',
      commitId: token.id,
      resource,
      version,
      revision,
      hash,
      token: fresh,
    };
    // Where the engine sees the object made, it need not look for a `then` in it at every call.
    return now ? outcome : Promise.resolve(outcome);
  }
  // An update has its turn already, and waits for nobody.
  const isTurn = late !== undefined;
  const request = plainRequest(context, token, change, at, isTurn);
  if (request === undefined) return write(context, token, change, until(options, late), onClash, isTurn);
  if (!isTurn && onClash === swap && context.chains.isOvertaking(token)) return behind(context, token, request);
  const replies = isTurn ? context.store.commit([request]) : context.chains.commit(request, token);
  const isLanded = !(replies instanceof Promise) && replies[0]?.status === 'committed';
  const sent = isLanded ? request : ownRequest(request, change);
  if (!(replies instanceof Promise)) return afterPlain(context, token, sent, replies, onClash, now, late);
  return replies.then((answered) => afterPlain(context, token, sent, answered, onClash, true, late));
}

function until(options: IntentOptions | undefined, late: Late | undefined): IntentOptions | undefined {
  return late === undefined ? options : { ...options, signal: late.signal };
}

function afterPlain(
  context: Context,
  token: Token,
  request: CommitRequest,
  replies: readonly CommitReply[],
  onClash: OnClash,
  now: boolean,
  late: Late | undefined,
): Awaitable<Outcome> {
  const reply = replies[0] as CommitReply;
  if (reply.status === 'committed') {
    const outcome = committed(context, token, token.id, reply.heads[0] as Head, request.at);
    // Where the engine sees the object made, it need not look for a `then` in it at every call.
    return now ? outcome : Promise.resolve(outcome);
  }
  return settlePlain(context, token, { request, reply }, onClash, late);
}

/** A plain commit that another one is about to overtake. */
async function behind(context: Context, token: Token, request: CommitRequest): Promise<Outcome> {
  const { change, proposal } = plainProposal(request);
  const intent = intentOf(context, token, change, proposal, undefined);
  const joined = await joinedBehind(context, intent, () => context.chains.commit(request, token, true));
  if (joined !== undefined && !isReplies(joined)) return joined;
  const replies = joined ?? (await context.chains.commit(request, token));
  return afterPlain(context, token, request, replies, swap, true, undefined);
}

function isReplies(value: Outcome | readonly CommitReply[]): value is readonly CommitReply[] {
  return Array.isArray(value);
}

async function joinedBehind(
  context: Context,
  intent: Intent,
  send: SendFirst,
): Promise<Outcome | readonly CommitReply[] | undefined> {
  const { proposal, token, reads, relapsed, supersede } = intent;
  const isPlain = proposal.kind === 'content' && proposal.hash !== token.hash && reads.length === 0;
  if (!isPlain || relapsed || supersede) return undefined;
  try {
    return await swapAhead(context, intent, send);
  } catch (error) {
    throw mismatchError(error, intent.ownId);
  }
}

async function settlePlain(
  context: Context,
  token: Token,
  sent: { request: CommitRequest; reply: CommitReply },
  onClash: OnClash,
  late: Late | undefined,
): Promise<Outcome> {
  const { change, proposal } = plainProposal(sent.request);
  const intent = intentOf(context, token, change, proposal, until(undefined, late));
  if (proposal.kind === 'content') await afterStep(proposal.content);
  return settleDown(context, intent, { request: sent.request, replies: [sent.reply] }, sent.reply, onClash);
}

async function write(
  context: Context,
  token: Token,
  given: Change,
  options: IntentOptions | undefined,
  onClash: OnClash,
  isTurn: boolean,
): Promise<Outcome> {
  const change = taken(given);
  const made = makeIntent(context, token, change, options);
  let intent = made;
  if (intent instanceof Promise) {
    const formed = await orLanded(context, intent, () => formlessIntent(context, token, change, options));
    if ('status' in formed) return formed;
    intent = formed;
  }
  let first: FirstTry | undefined;
  if (!isTurn && onClash === swap && context.chains.isOvertaking(token)) {
    const joined = await joinedBehind(context, intent, () => {
      first = firstTry(context, intent, (request) => context.chains.commit(request, token, true));
      return first?.replies ?? [];
    });
    if (joined !== undefined && !isReplies(joined)) return joined;
  }
  const { store, chains } = context;
  first ??= firstTry(context, intent, (request) => (isTurn ? store.commit([request]) : chains.commit(request, token)));
  if (first === undefined) return settleDown(context, intent, undefined, undefined, onClash);
  const replies = first.replies instanceof Promise ? await first.replies : first.replies;
  const reply = replies[0] as CommitReply;
  if (reply.status === 'committed')
    return committed(context, token, intent.commitId, reply.heads[0] as Head, first.request.at);
  return settleDown(context, intent, first, reply, onClash);
}

/** The intent; or what it came to, where its base is gone and nothing is left but the record of its commit. */
async function orLanded(context: Context, made: Promise<Intent>, formless: () => Intent): Promise<Intent | Outcome> {
  try {
    return await made;
  } catch (fault) {
    if (!isBaseGone(fault)) throw fault;
    const sent = formless();
    const { resource, epoch, asOf } = sent.token;
    const { agent, commitId, fingerprint, ownId } = sent;
    return afterBaseGone(context, { resource, agent, epoch, asOf, commitId, fingerprint }, fault).catch(
      (error: unknown) => {
        throw mismatchError(error, ownId);
      },
    );
  }
}

async function settleDown(
  context: Context,
  intent: Intent,
  first: FirstTry | undefined,
  reply: CommitReply | undefined,
  onClash: OnClash,
): Promise<Outcome> {
  try {
    const sent = first === undefined || reply === undefined ? undefined : { request: first.request, reply };
    const tried = await attempt(context, intent, sent);
    return isClash(tried) ? await onClash(context, intent, tried) : tried;
  } catch (error) {
    throw mismatchError(error, intent.ownId);
  }
}
