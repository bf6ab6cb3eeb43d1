// Sending a request until its fate is known. Only here are commits sent again, and always under the same commitId.
import { EntenteError, isEntenteError } from '../core/errors.ts';
import type { CommitReply, CommitRequest } from '../stores/store.ts';
import { jitter } from './backoff.ts';
import type { Context } from './context.ts';

export type Settled =
  | Extract<CommitReply, { status: 'committed' | 'replayed' | 'stale' }>
  | { readonly status: 'unknown' };

/**
 * One request to its end: applied, replayed or stale. `unknown` when the store did not say within `limits.settleMs`
 * (counted in the waits themselves: no clock decides). Throws what certainly was not applied.
 */
export async function submit(context: Context, request: CommitRequest, signal?: AbortSignal): Promise<Settled> {
  signal?.throwIfAborted();
  const first = await context.store.commit([request]);
  const reply = first[0] as CommitReply;
  if (reply.status === 'committed' || reply.status === 'stale') return reply;
  return settle(context, request, reply, signal);
}

/** Another way to the store than a call of its own; undefined where it was not sent. */
export type Sender = (request: CommitRequest) => Promise<CommitReply | undefined>;

/** The same by another way. `unsent`: it never got to the store. */
export async function submitBy(
  send: Sender,
  context: Context,
  request: CommitRequest,
  signal?: AbortSignal,
): Promise<Settled | { readonly status: 'unsent' }> {
  signal?.throwIfAborted();
  const reply = await send(request);
  return reply === undefined ? { status: 'unsent' } : settle(context, request, reply, signal);
}

/** From a first answer to a definite one. */
export async function settle(
  context: Context,
  request: CommitRequest,
  first: CommitReply,
  signal?: AbortSignal,
): Promise<Settled> {
  let reply = first;
  let waited = 0;
  let doubt = false;
  for (let tries = 0; ; tries += 1) {
    if (isDefinite(reply)) return definite(reply);
    doubt ||= reply.status === 'unknown';
    if (reply.status === 'unavailable' && !doubt && reply.error.code !== 'store-unavailable') throw reply.error;
    if (waited >= context.limits.settleMs) {
      if (doubt) return { status: 'unknown' };
      throw reply.error;
    }
    // The first wait is short: most doubts are a lost answer. An abort does not leave a doubt unsettled here.
    const ms = 1 + jitter(context, tries);
    waited += ms;
    await context.sleep(ms, doubt ? undefined : signal);
    reply = await sendAgain(context, request, doubt);
  }
}

/** A store that fails while the first answer is in doubt does not end the doubt: what it throws says nothing of before. */
async function sendAgain(context: Context, request: CommitRequest, doubt: boolean): Promise<CommitReply> {
  try {
    const [reply] = await context.store.commit([{ ...request, tokenBound: false }]);
    return reply as CommitReply;
  } catch (error) {
    if (doubt && isEntenteError(error)) return { status: 'unavailable', error };
    throw error;
  }
}

type Definite = Exclude<CommitReply, { status: 'unavailable' | 'unknown' }>;

function isDefinite(reply: CommitReply): reply is Definite {
  return reply.status !== 'unavailable' && reply.status !== 'unknown';
}

function definite(reply: Definite): Settled {
  switch (reply.status) {
    case 'mismatch':
      throw new Mismatch();
    case 'expired':
      throw expired();
    case 'epoch-changed':
      throw epochChanged();
    default:
      return reply;
  }
}

export function expired(): EntenteError {
  return new EntenteError(
    'expired',
    'The token is older than the log reaches, so it cannot be told whether its commit landed.',
    {
      next: 'Begin again and look whether your change is there.',
    },
  );
}

export function epochChanged(): EntenteError {
  return new EntenteError('epoch-changed', 'The store was restored or replaced since this token or cursor was made.', {
    next: 'Begin again: what you read may not be what is there now.',
  });
}

/** The commitId landed with another intent. Which error that is depends on who chose the id. */
export class Mismatch extends Error {
  constructor() {
    super('The commitId was used for another change.');
    this.name = 'Mismatch';
  }
}

/** `token-spent` for a token that committed already, `idempotency-mismatch` for an id that the caller chose. */
export function mismatchError(error: unknown, ownId: boolean): unknown {
  if (!(error instanceof Mismatch)) return error;
  if (ownId) {
    return new EntenteError('token-spent', 'This token committed another change already.', {
      next: 'Use the token that the outcome handed back, or begin again.',
    });
  }
  return new EntenteError('idempotency-mismatch', 'This commitId was used for another change.', {
    next: 'Send the first change again to get its outcome, or use a new commitId.',
  });
}
