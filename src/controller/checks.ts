// What callers hand in, looked at before anything is made of it: tokens, premises, notes, ids.
import { EntenteError } from '../core/errors.ts';
import { parseResourceId } from '../core/resource.ts';
import { parseToken, type Token } from '../core/token.ts';
import type { Context } from './context.ts';

export const NO_READS: readonly Token[] = [];
const MAX_NOTE = 2000;
/** Characters of a token's id and hash. */
const MAX_NAME = 128;

/** Throws `bad-token` or `token-mismatch` for what is no token of this space. */
export function checkToken(context: Context, token: Token): Token {
  if (!isShaped(token)) return checkSpace(context, parseToken(token));
  // A name in another spelling would be another resource, so that the token is made anew with the canonical one.
  const canonical = hasOwnName(token) && isOwnForm((name) => context.agents.parse(name), token.agent);
  return checkSpace(context, canonical ? token : parseToken(token));
}

/** The token's resource is named in canonical form. */
export function hasOwnName(token: Token): boolean {
  return isOwnForm(parseResourceId, token.resource);
}

/** A name that is none is the token's fault, which `parseToken` puts into words. */
function isOwnForm(parse: (name: unknown) => string, name: unknown): boolean {
  try {
    return parse(name) === name;
  } catch {
    return false;
  }
}

/** The fields have the right types: true for every token that came from here. */
export function isShaped(token: Token): boolean {
  if (typeof token !== 'object' || token === null) return false;
  const { id, hash, epoch, at } = token;
  return (
    typeof id === 'string' &&
    id !== '' &&
    id.length <= MAX_NAME &&
    typeof hash === 'string' &&
    hash.length <= MAX_NAME &&
    typeof epoch === 'string' &&
    typeof at === 'number' &&
    isCount(token.revision) &&
    isCount(token.version) &&
    isCount(token.asOf) &&
    isCount(token.born) &&
    isCount(token.attempt) &&
    token.repairs === undefined
  );
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function checkSpace(context: Context, token: Token): Token {
  if (token.space === context.space) return token;
  throw new EntenteError(
    'token-mismatch',
    `The token belongs to the space ${JSON.stringify(token.space)}, not to ${JSON.stringify(context.space)}.`,
    {
      next: `Begin again in the space ${JSON.stringify(context.space)}.`,
    },
  );
}

/** A list of premises; left out, and empty, it is the same intent. */
export function checkReads(reads: unknown): readonly Token[] {
  if (reads === undefined) return NO_READS;
  if (Array.isArray(reads)) return reads;
  throw new EntenteError('misuse', 'The reads are a list of tokens.', { next: 'Pass the tokens that begin() gave.' });
}

export function parseNote(note: unknown): string | undefined {
  if (note === undefined) return undefined;
  if (typeof note === 'string' && note.length <= MAX_NOTE) return note;
  throw new EntenteError('misuse', `A note is a text of at most ${MAX_NOTE} characters.`);
}

export function parseCommitId(commitId: unknown): string {
  if (typeof commitId === 'string' && commitId.length > 0 && commitId.length <= 255 && !/[\p{C}]/u.test(commitId))
    return commitId;
  throw new EntenteError('misuse', 'A commitId is 1 to 255 visible characters.', {
    next: 'Use a UUID, or leave it out.',
  });
}
