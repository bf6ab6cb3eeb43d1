// Exit codes by class: what a script can act on. The codes of `merge-file` are git's and stand in its own file.
import * as path from 'node:path';
import { type ErrorCode, isEntenteError } from '../../core/errors.ts';
import type { OutcomeStatus } from '../../core/outcome.ts';
import { Interrupted, PipeClosed } from './io.ts';
import { shellWord } from './text.ts';

export const exitCodes = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  notFound: 3,
  notAllowed: 4,
  conflict: 5,
  stale: 6,
  refused: 7,
  escalated: 8,
  aborted: 9,
  unreachable: 69,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Typed so that a new error code does not compile until it has its class. */
const BY_ERROR: { readonly [code in ErrorCode]: ExitCode } = {
  'bad-id': exitCodes.refused,
  'bad-pattern': exitCodes.refused,
  'bad-token': exitCodes.refused,
  'base-gone': exitCodes.stale,
  budget: exitCodes.refused,
  'conflict-claimed': exitCodes.conflict,
  'duplicate-key': exitCodes.refused,
  'edit-ambiguous': exitCodes.refused,
  'edit-not-found': exitCodes.refused,
  'epoch-changed': exitCodes.stale,
  expired: exitCodes.stale,
  forbidden: exitCodes.notAllowed,
  gone: exitCodes.stale,
  'id-collision': exitCodes.refused,
  'idempotency-in-progress': exitCodes.conflict,
  'idempotency-mismatch': exitCodes.refused,
  'markers-left': exitCodes.refused,
  'method-not-allowed': exitCodes.usage,
  'missing-driver': exitCodes.unreachable,
  misuse: exitCodes.usage,
  'no-content': exitCodes.notFound,
  'not-found': exitCodes.notFound,
  'patch-failed': exitCodes.refused,
  'precondition-failed': exitCodes.conflict,
  'precondition-required': exitCodes.usage,
  'rate-limited': exitCodes.unreachable,
  'read-only': exitCodes.notAllowed,
  'revision-overflow': exitCodes.unexpected,
  'store-corrupt': exitCodes.unexpected,
  'store-full': exitCodes.unexpected,
  'store-locked': exitCodes.unreachable,
  'store-newer': exitCodes.unexpected,
  'store-unavailable': exitCodes.unreachable,
  'token-expired': exitCodes.stale,
  'token-mismatch': exitCodes.refused,
  'token-not-yours': exitCodes.notAllowed,
  'token-spent': exitCodes.stale,
  'too-deep': exitCodes.refused,
  'too-large': exitCodes.refused,
  unauthenticated: exitCodes.notAllowed,
  'unsupported-media': exitCodes.usage,
  'weak-etag': exitCodes.conflict,
};

const BY_OUTCOME: { readonly [status in OutcomeStatus]: ExitCode } = {
  committed: exitCodes.ok,
  unchanged: exitCodes.ok,
  merged: exitCodes.ok,
  split: exitCodes.ok,
  conflict: exitCodes.conflict,
  retry: exitCodes.conflict,
  rejected: exitCodes.conflict,
  aborted: exitCodes.aborted,
  escalated: exitCodes.escalated,
  unknown: exitCodes.unreachable,
};

export function exitOfOutcome(status: OutcomeStatus): ExitCode {
  return BY_OUTCOME[status];
}

/** A command that `run` or `edit` started ended badly: nothing was committed. */
export class CommandFailed extends Error {
  readonly status: number | undefined;

  constructor(message: string, status: number | undefined) {
    super(message);
    this.name = 'CommandFailed';
    this.status = status;
  }
}

export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly next?: string;
  /** What the process ends with: an `ExitCode`, or git's own from `merge-file`. */
  readonly exit: number;
  readonly details: { readonly [key: string]: unknown };
}

const WHO = 'Check who may read and write there: ls -ld';

const FILE_FAULTS: { readonly [code: string]: { readonly exit: ExitCode; readonly next: string } } = {
  ENOENT: { exit: exitCodes.notFound, next: 'Check the path.' },
  EISDIR: { exit: exitCodes.usage, next: 'Name a file, not a folder.' },
  ENOTDIR: { exit: exitCodes.usage, next: 'Name a folder, not a file.' },
  EACCES: { exit: exitCodes.notAllowed, next: WHO },
  EPERM: { exit: exitCodes.notAllowed, next: WHO },
  EROFS: { exit: exitCodes.notAllowed, next: 'That file system is read-only: use another folder.' },
  ENOSPC: { exit: exitCodes.unexpected, next: 'Make room on the disk, then run the same command again.' },
  EEXIST: { exit: exitCodes.usage, next: 'Choose a name that is not taken.' },
};

/** Any thrown value as code, message, next step and exit code. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Interrupted || (error instanceof Error && error.name === 'AbortError')) {
    return { code: 'interrupted', message: new Interrupted().message, exit: exitCodes.interrupted, details: {} };
  }
  if (error instanceof PipeClosed)
    return { code: 'pipe-closed', message: error.message, exit: exitCodes.ok, details: {} };
  if (isEntenteError(error)) {
    const { next, ...details } = error.details;
    return {
      code: error.code,
      message: error.message,
      ...(next === undefined ? {} : { next }),
      exit: BY_ERROR[error.code] ?? exitCodes.unexpected,
      details,
    };
  }
  if (error instanceof CommandFailed) {
    const next = 'Mend the command, then run the same line again: nothing was committed.';
    return { code: 'command-failed', message: error.message, next, exit: 1, details: { status: error.status ?? null } };
  }
  return otherFault(error);
}

/** The folder of the path that a system error names, as a word for a shell. */
function placeOf(error: unknown): string {
  const at = (error as { readonly path?: unknown }).path;
  return typeof at === 'string' ? shellWord(path.dirname(at)) : '.';
}

function otherFault(error: unknown): Fault {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  const known = Object.hasOwn(FILE_FAULTS, code) ? FILE_FAULTS[code] : undefined;
  if (known !== undefined) {
    const next = known.next === WHO ? `${WHO} ${placeOf(error)}` : known.next;
    return { code: 'file', message, next, exit: known.exit, details: { errno: code } };
  }
  return {
    code: 'unexpected',
    message,
    next: 'Check the store: entente doctor',
    exit: exitCodes.unexpected,
    details: {},
  };
}
