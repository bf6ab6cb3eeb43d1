// What SQLite's result codes mean for a caller. Only this file knows the codes; the rest of the store asks it.
import type { ErrorCode } from '../../core/errors.ts';
import { EntenteError, isEntenteError } from '../../core/errors.ts';

const names: Readonly<Record<string, number>> = {
  SQLITE_ERROR: 1,
  SQLITE_PERM: 3,
  SQLITE_BUSY: 5,
  SQLITE_LOCKED: 6,
  SQLITE_NOMEM: 7,
  SQLITE_READONLY: 8,
  SQLITE_IOERR: 10,
  SQLITE_CORRUPT: 11,
  SQLITE_FULL: 13,
  SQLITE_CANTOPEN: 14,
  SQLITE_PROTOCOL: 15,
  SQLITE_TOOBIG: 18,
  SQLITE_CONSTRAINT: 19,
  SQLITE_AUTH: 23,
  SQLITE_NOTADB: 26,
};

/** SQLite's own English for its codes: some drivers leave the number out where an error comes up in the middle. */
const texts: readonly (readonly [text: string, code: number])[] = [
  ['database is locked', 5],
  ['database table is locked', 6],
  ['attempt to write a readonly database', 8],
  ['disk I/O error', 10],
  ['database disk image is malformed', 11],
  ['database or disk is full', 13],
  ['unable to open database file', 14],
  ['locking protocol', 15],
  ['string or blob too big', 18],
  ['constraint failed', 19],
  ['file is not a database', 26],
];

/** The primary result code of an error from a driver, by number, name or text; undefined for anything else. */
export function resultCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { errcode, sqliteCode, code, message } = error as Record<string, unknown>;
  for (const value of [errcode, sqliteCode]) if (typeof value === 'number') return value & 0xff;
  if (typeof code !== 'string') return undefined;
  if (code !== 'ERR_SQLITE_ERROR') return names[code] ?? names[code.split('_').slice(0, 2).join('_')];
  return texts.find(([text]) => String(message).includes(text))?.[1] ?? names['SQLITE_ERROR'];
}

/** Another connection holds a lock: worth another try. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === names['SQLITE_BUSY'] || code === names['SQLITE_LOCKED'] || code === names['SQLITE_PROTOCOL'];
}

/** The statement is at fault, not the file or the disk: the others of its transaction may be tried without it. */
export function isOfStatement(error: unknown): boolean {
  const code = resultCode(error);
  if (code === undefined) return !isEntenteError(error);
  return code === names['SQLITE_ERROR'] || code === names['SQLITE_TOOBIG'] || code === names['SQLITE_CONSTRAINT'];
}

/** A COMMIT that failed like this has certainly left nothing: its last frame never got into the write-ahead log. */
export function leavesNothing(error: unknown): boolean {
  const code = resultCode(error);
  return isBusy(error) || code === names['SQLITE_FULL'] || code === names['SQLITE_READONLY'];
}

interface Meaning {
  readonly code: ErrorCode;
  readonly text: string;
  readonly next: string;
}

const full: Meaning = {
  code: 'store-full',
  text: 'The disk is full, so nothing was stored',
  next: 'Free some space on the disk, then send the same again.',
};
const corrupt: Meaning = {
  code: 'store-corrupt',
  text: 'The database file is damaged or is not an SQLite database',
  next: 'Move the file away and restore a backup: entente restore FILE.',
};
const readOnly: Meaning = {
  code: 'read-only',
  text: 'The database cannot be written: the file or its folder is read-only for this user',
  next: 'Give this user write permission for the file and its folder, or use another store.',
};
const locked: Meaning = {
  code: 'store-locked',
  text: 'The database stayed locked by another process',
  next: 'Look for a process that holds a long transaction on the file, then send the same again.',
};
const unopened: Meaning = {
  code: 'store-unavailable',
  text: 'The database file cannot be opened',
  next: 'Check the path, the permissions of the file and its folder, and the limit of open files.',
};

const meanings: Readonly<Record<number, Meaning>> = {
  3: readOnly,
  5: locked,
  6: locked,
  8: readOnly,
  11: corrupt,
  13: full,
  14: unopened,
  15: locked,
  18: { code: 'too-large', text: 'A value is larger than SQLite takes', next: 'Split the content.' },
  26: corrupt,
};

const fallback: Meaning = {
  code: 'store-unavailable',
  text: 'SQLite reported an error',
  next: 'See the cause; entente doctor checks the file.',
};

function meaningOf(error: unknown): Meaning {
  const code = resultCode(error);
  const system = (error as { readonly code?: unknown } | null)?.code;
  if (system === 'ENOSPC' || system === 'EDQUOT') return full;
  if (code === names['SQLITE_IOERR']) {
    const cause = error as { readonly systemErrno?: unknown };
    if (cause.systemErrno === 28 || cause.systemErrno === 122) return full;
    return { ...fallback, text: 'The disk reported an error while the database was read or written' };
  }
  return (code === undefined ? undefined : meanings[code]) ?? fallback;
}

/** The fault in our words, with the driver's error as its cause. An EntenteError stays as it is. */
export function faultOf(error: unknown, place: string): EntenteError {
  if (isEntenteError(error)) return error;
  const { code, text, next } = meaningOf(error);
  const said = error instanceof Error ? error.message : String(error);
  return new EntenteError(code, `${text} (${place}: ${said}).`, { next }, { cause: error });
}

export function lockedFault(place: string, waitedMs: number): EntenteError {
  const { code, next } = locked;
  const text = `The database was locked by another process for more than ${waitedMs} ms (${place}); nothing was stored.`;
  return new EntenteError(code, text, { next });
}
