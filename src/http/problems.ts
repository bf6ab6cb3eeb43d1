// Faults as RFC 9457 problem details: one status for each code, the same `code` string as everywhere else, and in `next`
// what to do. What went wrong inside is told by its requestId in the log, never in the answer.
import { type EntenteError, type ErrorCode, isEntenteError } from '../core/errors.ts';
import type { OutcomeStatus } from '../core/outcome.ts';
import type { WireOutcome } from '../service/wire.ts';

export interface Problem {
  /** `/errors/CODE`, on every server the same: the address below it of the page that explains the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  /** Sending the same request again may work. */
  readonly retryable: boolean;
  readonly next: readonly string[];
  readonly requestId: string;
  /** What happened to the commit, where one was asked for. */
  readonly outcome?: WireOutcome;
  readonly [extension: string]: unknown;
}

/** Typed so that a new code does not compile until it has its status. */
const STATUS: { readonly [code in ErrorCode]: number } = {
  'bad-id': 400,
  'bad-pattern': 400,
  'bad-token': 400,
  'base-gone': 410,
  budget: 422,
  'conflict-claimed': 409,
  'duplicate-key': 400,
  'edit-ambiguous': 422,
  'edit-not-found': 422,
  'epoch-changed': 410,
  expired: 410,
  forbidden: 403,
  gone: 410,
  'id-collision': 409,
  'idempotency-in-progress': 409,
  'idempotency-mismatch': 422,
  'markers-left': 422,
  'method-not-allowed': 405,
  'missing-driver': 503,
  misuse: 400,
  'no-content': 422,
  'not-found': 404,
  'patch-failed': 422,
  'precondition-failed': 412,
  'precondition-required': 428,
  'rate-limited': 429,
  'read-only': 503,
  'revision-overflow': 500,
  'store-corrupt': 500,
  'store-full': 507,
  'store-locked': 503,
  'store-newer': 503,
  'store-unavailable': 503,
  'token-expired': 410,
  'token-mismatch': 400,
  'token-not-yours': 403,
  'token-spent': 409,
  'too-deep': 413,
  'too-large': 413,
  unauthenticated: 401,
  'unsupported-media': 415,
  'weak-etag': 412,
};

const RETRYABLE: readonly string[] = [
  'idempotency-in-progress',
  'rate-limited',
  'store-locked',
  'store-unavailable',
  'conflict-claimed',
];

/** The table of outcomes (docs/http-api.md). `committed` is 201 where it created the resource. */
export const OUTCOME_STATUS: { readonly [status in OutcomeStatus]: number } = {
  committed: 200,
  unchanged: 200,
  merged: 200,
  split: 200,
  conflict: 409,
  retry: 409,
  rejected: 409,
  aborted: 409,
  escalated: 202,
  unknown: 503,
};

const title = (code: string): string => code.charAt(0).toUpperCase() + code.slice(1).replaceAll('-', ' ');

function problem(code: string, status: number, detail: string, requestId: string): Problem {
  const retryable = RETRYABLE.includes(code);
  return { type: `/errors/${code}`, title: title(code), status, detail, code, retryable, next: [], requestId };
}

/** What to do is on the page of the code, where nothing nearer is known. */
const pageOf = (code: string): string => `GET /errors/${code} says what that means and what to do.`;

function ofEntente(error: EntenteError, requestId: string): Problem {
  const { next, ...details } = error.details;
  const made = problem(error.code, STATUS[error.code] ?? 500, error.message, requestId);
  const oldest = typeof details['oldest'] === 'string' ? { oldest: details['oldest'] } : {};
  const since = typeof details['since'] === 'string' ? { since: details['since'] } : {};
  const wait =
    typeof details['retryAfterMs'] === 'number' ? { retryAfter: Math.ceil(details['retryAfterMs'] / 1000) } : {};
  return { ...made, ...oldest, ...since, ...wait, next: [next ?? pageOf(error.code)] };
}

interface FrameworkError {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly message?: unknown;
}

/** What the framework refuses before a route is asked, in our own words. */
const FRAMEWORK: { readonly [code: string]: readonly [code: ErrorCode, detail: string, next: string] } = {
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'too-large',
    'The body is larger than this server takes.',
    'Send less at once, as edits or append, or ask for a larger bodyBytes.',
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported-media',
    'This endpoint takes application/json.',
    'Send one JSON object in UTF-8, with Content-Type: application/json.',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'misuse',
    'The body is not as long as Content-Length says.',
    'Send the request again with the length of its body.',
  ],
  FST_ERR_BAD_URL: ['misuse', 'The path is not well encoded.', 'Percent-encode each part of it once, as UTF-8.'],
};

/** Any thrown value as a problem; what is no fault of the caller says nothing of its inside. */
export function problemOf(error: unknown, requestId: string): Problem {
  if (isEntenteError(error)) return ofEntente(error, requestId);
  const { code, statusCode } = (typeof error === 'object' && error !== null ? error : {}) as FrameworkError;
  const known = typeof code === 'string' && Object.hasOwn(FRAMEWORK, code) ? FRAMEWORK[code] : undefined;
  if (known !== undefined) {
    const [name, detail, next] = known;
    return { ...problem(name, STATUS[name], detail, requestId), next: [next] };
  }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    const next = ['Look at /openapi.json for how requests are made.'];
    return { ...problem('misuse', statusCode, 'The request cannot be read.', requestId), next };
  }
  const next = ['Tell whoever runs the server the requestId.'];
  return {
    ...problem('unexpected', 500, 'Something went wrong in the server; its log has the requestId.', requestId),
    next,
  };
}

const ADVICE: { readonly [status in OutcomeStatus]?: readonly [detail: string, next: string] } = {
  conflict: [
    'Your change was NOT saved: the resource moved since you read it.',
    'Apply your change to `current` (or what is at current.href) and commit it with outcome.token.',
  ],
  retry: [
    'Your change was NOT saved: the resource moved since you read it.',
    'Apply your change to `current` (or what is at current.href) and commit it with outcome.token.',
  ],
  rejected: ['Your change was NOT saved: the policy refuses it.', 'Begin again, and decide on what is there now.'],
  aborted: [
    'Your change was NOT saved: the policy lets neither side go on.',
    'Talk to the other agent, then begin again.',
  ],
  unknown: [
    'The store did not say whether the change was saved.',
    'Send the same request again: it cannot be saved twice.',
  ],
};

/** What an outcome is of: a change, or what somebody decided on a conflict. */
export type Asked = 'change' | 'decision';

/** A decision that met something newer: the conflict stays open, and a commit past it would leave it so. */
const MOVED_ON: readonly [detail: string, next: string] = [
  'Your decision was NOT saved: the resource moved since the conflict was read. The conflict is open as before.',
  'Read the conflict again, decide on what it says now, and send its new ETag as If-Match.',
];

function adviceOn(outcome: WireOutcome, asked: Asked): readonly [detail: string, next: string] {
  const { status } = outcome;
  if (asked === 'decision' && (status === 'conflict' || status === 'retry')) return MOVED_ON;
  // Refused by what somebody decided, and not by the policy.
  if (status === 'rejected' && outcome.reason.startsWith('already-resolved'))
    return [
      'Your decision was NOT saved: the conflict is resolved already.',
      'Look at what was decided: GET the conflict.',
    ];
  return ADVICE[status] ?? ['Your change was NOT saved.', 'Begin again.'];
}

/** The problem of an outcome that stored nothing, with the outcome in it. */
export function outcomeProblem(outcome: WireOutcome, requestId: string, asked: Asked = 'change'): Problem {
  const { status } = outcome;
  const [detail, next] = adviceOn(outcome, asked);
  const made = problem(status, OUTCOME_STATUS[status], detail, requestId);
  return { ...made, retryable: status === 'unknown', next: [next], outcome };
}
