// What goes wrong with a request, as one kind of error: a problem that the server tells, or that nobody answered.

/** No answer came: the server or the network is away. */
export const OFFLINE = 'offline';

export class Fault extends Error {
  /** The code of a problem (see docs/errors.md), or `offline`. */
  readonly code: string;
  readonly status: number;
  /** What to do next, in the server's words. */
  readonly next: readonly string[];
  /** The outcome that a refused commit came to. */
  readonly outcome: unknown;

  constructor(code: string, message: string, more: { status?: number; next?: readonly string[]; outcome?: unknown }) {
    super(message);
    this.name = 'Fault';
    this.code = code;
    this.status = more.status ?? 0;
    this.next = more.next ?? [];
    this.outcome = more.outcome;
  }
}

export function isFault(error: unknown, ...codes: readonly string[]): error is Fault {
  return error instanceof Fault && (codes.length === 0 || codes.includes(error.code));
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/** The fault of a refusal; a body that is no problem (a proxy's page) is told by its status. */
export function faultOf(status: number, body: unknown): Fault {
  const { code, detail, next, outcome } = (body ?? {}) as { readonly [field: string]: unknown };
  if (typeof code !== 'string')
    return new Fault('strange-answer', `Something answered ${status} that is no entente server.`, { status });
  return new Fault(code, typeof detail === 'string' ? detail : code, { status, next: texts(next), outcome });
}

/** What an error says to people, whatever it is. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
