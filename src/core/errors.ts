// Faults and misuse. What happened to a commit is a value (outcome.ts); an exception means that something is wrong
// with the call, the input or the machine. Callers switch on `code`; docs/errors.md explains each one.

/** Every code an EntenteError may carry: the same string in the library, the command line, HTTP and MCP. */
export const errorCodes = [
  'bad-id',
  'bad-pattern',
  'bad-token',
  'base-gone',
  'budget',
  'conflict-claimed',
  'duplicate-key',
  'edit-ambiguous',
  'edit-not-found',
  'epoch-changed',
  'expired',
  'forbidden',
  'gone',
  'id-collision',
  'idempotency-in-progress',
  'idempotency-mismatch',
  'markers-left',
  'method-not-allowed',
  'missing-driver',
  'misuse',
  'no-content',
  'not-found',
  'patch-failed',
  'precondition-failed',
  'precondition-required',
  'rate-limited',
  'read-only',
  'revision-overflow',
  'store-corrupt',
  'store-full',
  'store-locked',
  'store-newer',
  'store-unavailable',
  'token-expired',
  'token-mismatch',
  'token-not-yours',
  'token-spent',
  'too-deep',
  'too-large',
  'unauthenticated',
  'unsupported-media',
  'weak-etag',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export type ErrorDetails = Readonly<Record<string, unknown>> & {
  /** What to do next, in the words of the surface that throws: a command, a call, a setting. */
  readonly next?: string;
};

const BRAND = Symbol.for('entente.error');

/** A fault with a documented code. The message ends with the next step where there is one. */
export class EntenteError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EntenteError';
    this.code = code;
    this.details = details;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** True for an EntenteError of any copy of this package (`instanceof` fails across two installed copies). */
export function isEntenteError(value: unknown): value is EntenteError {
  return typeof value === 'object' && value !== null && BRAND in value;
}

/** A broken promise of our own code: always a bug of entente, never of the caller. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`entente bug: ${message}. Please report it.`);
}
