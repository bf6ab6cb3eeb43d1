// What PostgreSQL's SQLSTATEs and the client's own codes mean for a caller. Only this file knows them.
import type { ErrorCode } from '../../core/errors.ts';
import { EntenteError, isEntenteError } from '../../core/errors.ts';
import { OVERFLOW_STATE } from './commit-function.ts';
import { NOT_PLAIN_STATE } from './plain-function.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly text: string;
  readonly next: string;
}

const again = 'Send the same again; entente doctor checks the connection.';

const unavailable: Meaning = { code: 'store-unavailable', text: 'PostgreSQL reported an error', next: again };
const unreachable: Meaning = {
  code: 'store-unavailable',
  text: 'PostgreSQL cannot be reached',
  next: 'Check that the server runs and that the address, the port and the network are right, then send the same again.',
};
const refused: Meaning = {
  code: 'store-unavailable',
  text: 'PostgreSQL does not let this user in',
  next: 'Check the user, the password and the database in the URL of the store.',
};
const untrusted: Meaning = {
  code: 'store-unavailable',
  text: 'The certificate of PostgreSQL is not one to trust',
  next: 'Name the authority that signed it (sslrootcert=FILE), and the host by the name that stands in it.',
};
const noTls: Meaning = {
  code: 'store-unavailable',
  text: 'PostgreSQL and this client do not agree on TLS',
  next: 'Look at sslmode, sslcert and sslkey in the URL of the store, and at pg_hba.conf and ssl of the server.',
};
const unready: Meaning = { ...unavailable, text: 'PostgreSQL is starting, stopping or has no connection to spare' };
const readOnly: Meaning = {
  code: 'read-only',
  text: 'This PostgreSQL takes no writes: it is a standby, or the user may not write here',
  next: 'Name the primary in the URL of the store, and give the user the right to write in its schema.',
};
const full: Meaning = {
  code: 'store-full',
  text: 'The disk or the memory of PostgreSQL is full, so nothing was stored',
  next: 'Free some space on the server, then send the same again.',
};
const locked: Meaning = {
  code: 'store-locked',
  text: 'Another transaction kept the space locked for too long',
  next: 'Look for a long transaction (select * from pg_stat_activity), then send the same again.',
};

/** Our own: the connection was lost before a statement was sent. */
export const NOT_SENT = 'NOT_SENT';

/** By SQLSTATE, by the class of one (its first two characters), or by a code of the client or of Node. */
const meanings: Readonly<Record<string, Meaning>> = {
  '08': unreachable,
  '28': refused,
  '3D': refused,
  '42501': readOnly,
  '25006': readOnly,
  '25': unavailable,
  '53': unready,
  '53100': full,
  '53200': full,
  '54': { code: 'too-large', text: 'A name or value is larger than PostgreSQL takes', next: 'Split or shorten it.' },
  '55P03': locked,
  '57014': locked,
  '57': unready,
  XX001: {
    code: 'store-corrupt',
    text: 'PostgreSQL found damaged data',
    next: 'Restore the database from a backup, then give it a new epoch: entente restore --help.',
  },
  [OVERFLOW_STATE]: {
    code: 'revision-overflow',
    text: 'The space has used up its revisions',
    next: 'Use another space.',
  },
  ECONNREFUSED: unreachable,
  ENOTFOUND: unreachable,
  EAI_AGAIN: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ETIMEDOUT: unreachable,
  CONNECT_TIMEOUT: unreachable,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_HAS_EXPIRED: untrusted,
  CERT_NOT_YET_VALID: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: untrusted,
  EPROTO: noTls,
  CONNECTION_CLOSED: unreachable,
  CONNECTION_DESTROYED: unreachable,
  CONNECTION_ENDED: unreachable,
  [NOT_SENT]: unreachable,
};

function codeOf(error: unknown): string {
  const { code } = (typeof error === 'object' && error !== null ? error : {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}

/** The server itself answered this: five characters of SQLSTATE, with a severity. */
function isFromServer(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'severity' in error && codeOf(error).length === 5;
}

const beforeSending: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'CONNECT_TIMEOUT',
  NOT_SENT,
]);

/**
 * A statement that failed like this has certainly left nothing. A connection that is lost, or ended by the server, while
 * a statement runs proves nothing either way: its transaction may have been committed a moment before.
 */
export function leavesNothing(error: unknown): boolean {
  if (isEntenteError(error)) return true;
  if (!isFromServer(error)) return beforeSending.has(codeOf(error));
  const { severity } = error as { readonly severity: unknown };
  const state = codeOf(error);
  if (state === '40003' || state.startsWith('08')) return false;
  return severity === 'ERROR' || /^(28|3D|53300|57P03)/.test(state);
}

/** The connection over which this was told is gone, or cannot be trusted any more. */
export function isLost(error: unknown): boolean {
  if (isEntenteError(error)) return false;
  return !isFromServer(error) || (error as { readonly severity: unknown }).severity !== 'ERROR';
}

/** Two transactions stood in each other's way: nothing is left of this one, and it may simply be tried again. */
export function isSerialization(error: unknown): boolean {
  const state = codeOf(error);
  return isFromServer(error) && (state === '40001' || state === '40P01');
}

/** A row that may only be there once was there: nothing is left of what would have made it another time. */
export function isDuplicate(error: unknown): boolean {
  return isFromServer(error) && codeOf(error) === '23505';
}

/** The batch for `commit_plain` was not plain; nothing is left of it. */
export function isNotPlain(error: unknown): boolean {
  return isFromServer(error) && codeOf(error) === NOT_PLAIN_STATE;
}

/** A table, a column, a type or a function is not there as the statement names it. */
export function isOfSchema(error: unknown): boolean {
  return isFromServer(error) && ['42P01', '42703', '42704', '42883'].includes(codeOf(error));
}

/** The request itself is at fault: the others of its batch may be tried without it. */
export function isOfRequest(error: unknown): boolean {
  const state = codeOf(error);
  return isFromServer(error) && (/^(21|22|23|54)/.test(state) || state === OVERFLOW_STATE);
}

/** The fault in our words, with what the client said as its cause. An EntenteError stays as it is. */
export function faultOf(error: unknown, place: string): EntenteError {
  if (isEntenteError(error)) return error;
  const code = codeOf(error);
  const { code: name, text, next } = meanings[code] ?? meanings[code.slice(0, 2)] ?? unavailable;
  const said = error instanceof Error ? error.message : String(error);
  // The client's error carries the statement and its parameters, which are contents: they belong into no log.
  const cause = Object.assign(new Error(said), code === '' ? {} : { code });
  return new EntenteError(
    name,
    `${text} (${place}: ${said}).`,
    { next, ...(code === '' ? {} : { state: code }) },
    { cause },
  );
}
