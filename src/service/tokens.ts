// Tokens on the way out and in: signed for one principal, and checked again before anything is done with them. Everybody can
// read what is signed, so that the hash of what a principal may not read stands in its token as only a server can read it.
import { EntenteError, isEntenteError } from '../core/errors.ts';
import type { ResourceId } from '../core/resource.ts';
import { parseToken, type Token } from '../core/token.ts';
import { agentOf, type Call } from './operation.ts';
import { may } from './rights.ts';
import { badToken, tokenExpired } from './signing.ts';

interface Payload extends Token {
  /** The principal that the token was given to. */
  readonly sub: string;
  /** Milliseconds since 1970. */
  readonly exp: number;
  /** Hash and repairs, as only this store's servers can read them. */
  readonly hidden?: string;
}

/** What stands where a hash would be told to who may not read its bytes: by it a guess could be checked. */
export const HIDDEN_HASH = 'hidden';

export interface Sealed {
  readonly token: string;
  readonly expires: number;
}

/** The token as the principal of this call gets it. */
export async function sealToken(call: Call, token: Token): Promise<Sealed> {
  const { service, principal } = call;
  const expires = service.clock() + service.limits.tokenTtlMs;
  const { seal: _none, ...plain } = token;
  const shown = may(principal, 'read', call.space, token.resource) ? plain : await hide(call, plain);
  const payload: Payload = { ...shown, sub: principal.id, exp: expires };
  return { token: await service.signer.sign('p1', payload), expires };
}

/** Nothing is hidden of what is not there. */
async function hide({ service }: Call, token: Token): Promise<Omit<Payload, 'sub' | 'exp'>> {
  const { hash, repairs, ...rest } = token;
  const hidden = await service.signer.hide({ hash, ...(repairs === undefined ? {} : { repairs }) });
  return { ...rest, hash: hash === '' ? '' : HIDDEN_HASH, hidden };
}

/**
 * What a sealed text says, by `parse`, which throws `bad-token` for what is no token. Whatever is wrong with it, the answer
 * is one and the same, and it stands in the audit who sent it (rule K01).
 */
export async function openSealed<T>(call: Call, text: string, parse: (payload: unknown) => T | Promise<T>): Promise<T> {
  try {
    return await parse(await call.service.signer.open('p1', text));
  } catch (error) {
    if (!isEntenteError(error) || error.code !== 'bad-token') throw error;
    await call.service.forgeries.note(call);
    throw badToken();
  }
}

interface Opened {
  readonly token: Token;
  readonly sub: string;
  readonly exp: number;
}

async function parsePayload({ service }: Call, payload: unknown): Promise<Opened> {
  if (typeof payload !== 'object' || payload === null) throw badToken();
  const { sub, exp, hidden } = payload as Partial<Payload>;
  if (typeof sub !== 'string' || typeof exp !== 'number') throw badToken();
  const facts = hidden === undefined ? {} : ((await service.signer.reveal(hidden)) as object);
  return { token: parseToken({ ...payload, ...facts }), sub, exp };
}

/**
 * The token behind a sealed one. `bad-token` for what this server did not give, `token-not-yours` where it gave it to
 * another key, `token-mismatch` for another space or resource, `token-expired`, and `forbidden` where the key may no
 * longer write as the agent of the token.
 */
export async function openToken(call: Call, text: string, resource?: ResourceId): Promise<Token> {
  const { service, principal, space } = call;
  const { token, sub, exp } = await openSealed(call, text, (payload) => parsePayload(call, payload));
  if (sub !== principal.id) {
    throw new EntenteError('token-not-yours', 'The token was given to another key.', {
      next: 'Begin yourself: to hold a token is no proof of who you are.',
    });
  }
  if (token.space !== space) throw mismatch(`the space ${JSON.stringify(token.space)}`);
  if (resource !== undefined && token.resource !== resource) throw mismatch(JSON.stringify(token.resource));
  if (service.clock() >= exp) throw tokenExpired();
  agentOf(call, token.agent);
  return token;
}

function mismatch(of: string): EntenteError {
  return new EntenteError('token-mismatch', `The token belongs to ${of}.`, {
    next: 'Begin again for what you want to change, and use the token of that.',
  });
}
