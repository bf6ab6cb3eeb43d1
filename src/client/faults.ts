// Answers that are faults, as the errors that the library throws: the same codes as without a server.
import { EntenteError, type ErrorCode, errorCodes } from '../core/errors.ts';

/** RFC 9457, as far as it is read here. */
export interface Problem {
  readonly code: string;
  /** The address, below the server's, of the page that explains the code. */
  readonly type?: string;
  readonly detail: string;
  readonly next: readonly string[];
  readonly requestId?: string;
  readonly oldest?: string;
  /** An outcome that stored nothing, still as JSON. */
  readonly outcome?: { readonly status: string };
}

const text = (value: unknown): value is string => typeof value === 'string';

/** The problem in a body; undefined for what is none, such as the error page of a proxy. */
export function problemIn(body: unknown): Problem | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { code, type, detail, next, requestId, oldest, outcome } = body as { readonly [field: string]: unknown };
  if (!text(code)) return undefined;
  return {
    code,
    ...(text(type) ? { type } : {}),
    detail: text(detail) ? detail : code,
    next: Array.isArray(next) ? next.filter(text) : [],
    ...(text(requestId) ? { requestId } : {}),
    ...(text(oldest) ? { oldest } : {}),
    ...(typeof outcome === 'object' && outcome !== null ? { outcome: outcome as { readonly status: string } } : {}),
  };
}

function isCode(code: string): code is ErrorCode {
  return (errorCodes as readonly string[]).includes(code);
}

/** The error of a problem. A code that this version does not know is told in the message. */
export function errorOf(problem: Problem, status: number): EntenteError {
  const { code, type, detail, requestId, oldest } = problem;
  const [next] = problem.next;
  const details = {
    ...(next === undefined ? {} : { next }),
    ...(oldest === undefined ? {} : { oldest }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(type === undefined ? {} : { type }),
  };
  if (isCode(code)) return new EntenteError(code, detail, details);
  const message = status >= 500 ? `The server failed: ${detail}` : `The server refused with ${code}: ${detail}`;
  return new EntenteError(status >= 500 ? 'store-unavailable' : 'misuse', message, details);
}

const PLAIN: { readonly [status: number]: ErrorCode } = {
  401: 'unauthenticated',
  403: 'forbidden',
  413: 'too-large',
  429: 'rate-limited',
  507: 'store-full',
};

/** The error of an answer that entente did not write: something stands in between, or something else is there. */
export function strangeAnswer(status: number, place: string): EntenteError {
  const known = PLAIN[status];
  const next = `Check the address ${place}, and what stands before the server there.`;
  if (known !== undefined)
    return new EntenteError(known, `Something before the server answered ${status}.`, { next, status });
  if (status >= 500) return new EntenteError('store-unavailable', `The server cannot be reached: ${status}.`, { next });
  return new EntenteError('misuse', `What answers there is no entente server: ${status}.`, { next, status });
}

/** Nothing came back, or not all of it. */
export function noAnswer(place: string, cause: unknown): EntenteError {
  return new EntenteError(
    'store-unavailable',
    `The server ${place} does not answer.`,
    { next: 'Start it with `entente serve`, or check the address and the network.' },
    { cause },
  );
}
