// Codes to log in with: what a browser is given instead of a key, good once and for minutes. They live in the memory of
// one server, by their hash, and whoever has one used it up.
import { createHash, randomBytes } from 'node:crypto';
import { EntenteError } from '../core/errors.ts';

export interface LoginCode {
  /** 256 random bits in base64url. */
  readonly code: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface Logins {
  /** A code for a session of the key with this id. */
  create(id: string): LoginCode;
  /** The id of the key that a code was made for; `unauthenticated` for what is none, was used or is too old. */
  take(code: string): string;
}

const CODE_MS = 5 * 60 * 1000;
/** Codes that wait to be used: the oldest goes. */
const MAX_CODES = 1000;

function hashed(code: string): string {
  return createHash('sha256').update(code).digest('base64url');
}

/** Used, too old and never given look the same. */
function spent(): EntenteError {
  return new EntenteError('unauthenticated', 'The login code was used already, is too old, or was never given.', {
    next: 'Take a new link: entente dashboard; or log in with a key.',
  });
}

export function createLogins(clock: () => number): Logins {
  const waiting = new Map<string, { readonly id: string; readonly expiresAt: number }>();
  return {
    create(id) {
      const code = randomBytes(32).toString('base64url');
      const expiresAt = clock() + CODE_MS;
      const [oldest] = waiting.keys();
      if (waiting.size >= MAX_CODES && oldest !== undefined) waiting.delete(oldest);
      waiting.set(hashed(code), { id, expiresAt });
      return { code, expiresAt };
    },
    take(code) {
      const name = hashed(code);
      const found = waiting.get(name);
      waiting.delete(name);
      if (found === undefined || clock() >= found.expiresAt) throw spent();
      return found.id;
    },
  };
}
