// Tokens on the way out and in: signed for one principal, and checked again before anything is done with them.
import { EntenteError } from '../core/errors.ts';
import type { ResourceId } from '../core/resource.ts';
import { parseToken, type Token } from '../core/token.ts';
import { agentOf, type Call } from './operation.ts';
import { badToken, tokenExpired } from './signing.ts';

interface Payload extends Token {
  /** The principal that the token was given to. */
  readonly sub: string;
  /** Milliseconds since 1970. */
  readonly exp: number;
}

export interface Sealed {
  readonly token: string;
  readonly expires: number;
}

/** The token as the principal of this call gets it. */
export async function sealToken(call: Call, token: Token): Promise<Sealed> {
  const { service, principal } = call;
  const expires = service.clock() + service.limits.tokenTtlMs;
  const { seal: _none, ...plain } = token;
  const payload: Payload = { ...plain, sub: principal.id, exp: expires };
  return { token: await service.signer.sign('p1', payload), expires };
}

/**
 * The token behind a sealed one. `bad-token` for what this server did not give, `token-not-yours` where it gave it to
 * another key, `token-mismatch` for another space or resource, `token-expired`, and `forbidden` where the key may no
 * longer write as the agent of the token.
 */
export async function openToken(call: Call, text: string, resource?: ResourceId): Promise<Token> {
  const { service, principal, space } = call;
  const payload = await service.signer.open('p1', text);
  if (typeof payload !== 'object' || payload === null) throw badToken();
  const { sub, exp } = payload as Partial<Payload>;
  const token = parseToken(payload);
  if (typeof sub !== 'string' || typeof exp !== 'number') throw badToken();
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
