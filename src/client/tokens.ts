// Tokens of a server: the client shows what is in them and sends them back as they came.
import { EntenteError } from '../core/errors.ts';
import { decodeToken, type Token } from '../core/token.ts';

/** A token as the server gave it, with its fields to look at. */
export function readToken(text: unknown): Token {
  return decodeToken(String(text));
}

const FIELDS = ['id', 'space', 'epoch', 'resource', 'version', 'revision', 'hash', 'asOf', 'born', 'agent'] as const;

function refused(why: string): EntenteError {
  return new EntenteError('bad-token', `The token is not usable: ${why}.`, {
    next: 'Begin again on this server, and commit with the token of that as it came.',
  });
}

/**
 * The signed form of a token. `bad-token` for one that no server signed, and for one whose fields were changed: the server
 * goes by what it signed, and a change that is judged from another base than its author means can lose an update.
 */
export function sealOf(token: Token): string {
  const seal = token?.seal;
  if (typeof seal !== 'string') throw refused('no server signed it');
  const signed = decodeToken(seal);
  const changed = FIELDS.find((field) => signed[field] !== token[field]);
  if (changed !== undefined) throw refused(`its ${changed} is not what the server signed`);
  return seal;
}
