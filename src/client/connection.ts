// Requests to the server, each until its fate is known. What may be sent again is: reads are harmless, and a commit goes
// out under the same commitId, so that it has its effect once however often it is sent. Whoever asks hears of a doubt
// only where it stays one.
import { EntenteError } from '../core/errors.ts';
import { errorOf, noAnswer, type Problem, problemIn, strangeAnswer } from './faults.ts';
import type { Settings } from './options.ts';

export interface Asked {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the space, such as `/commits`; one that starts with `//` below the root. */
  readonly path: string;
  readonly query?: { readonly [name: string]: string | number | boolean | undefined };
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
  /** Ends a read at once. A write that is on its way is not left in doubt by it: it only begins no more. */
  readonly signal?: AbortSignal | undefined;
  readonly write?: true;
}

/** What the server said, in full. */
export interface Answer {
  readonly status: number;
  /** The JSON that came, or undefined where it was none. */
  readonly body: unknown;
  readonly bytes: Uint8Array;
  readonly problem?: Problem;
}

/** No answer came that says what happened. */
export class Unsettled extends Error {
  /** An attempt may have had its effect. */
  readonly doubt: boolean;
  readonly fault: EntenteError;

  constructor(doubt: boolean, fault: EntenteError) {
    super(fault.message);
    this.name = 'Unsettled';
    this.doubt = doubt;
    this.fault = fault;
  }
}

export interface Connection {
  readonly settings: Settings;
  /** The answer, whatever it is. Throws `Unsettled`, or the reason of the caller's signal. */
  send(asked: Asked): Promise<Answer>;
  /** As `send`, for reads: a problem is thrown as the error that it stands for. */
  ask(asked: Asked): Promise<Answer>;
  /** A response whose body is read by the caller, such as a stream. Not sent again. */
  open(asked: Asked): Promise<Response>;
}

const BASE_MS = 10;
const CAP_MS = 2000;

/** Full jitter, as the controller has it; the first wait is short, since most doubts are a lost answer. */
export function jitter(random: () => number, tries: number): number {
  return 1 + random() * Math.min(CAP_MS, BASE_MS * 2 ** Math.min(tries, 20));
}

/** Certainly not applied, and worth another try. */
const AGAIN: readonly string[] = ['store-unavailable', 'store-locked', 'rate-limited'];
/** The connection was never made. */
const UNSENT = [
  'ECONNREFUSED',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

/** These are said before it is looked what became of an earlier attempt. */
const SAYS_NOTHING: readonly string[] = [
  ...['unauthenticated', 'forbidden', 'not-found', 'token-expired', 'expired', 'epoch-changed'],
  ...['read-only', 'store-corrupt', 'store-full', 'store-newer', 'missing-driver'],
];

interface Open {
  readonly fault: EntenteError;
  readonly doubt: boolean;
  readonly reached: boolean;
  /** Milliseconds that the server asks to wait. */
  readonly after?: number;
}

type Tried =
  | { readonly answer: Answer }
  /** An end that the server did not write. */
  | { readonly refusal: EntenteError }
  | Open;

/** What is known after the attempts so far. */
interface Doubts {
  /** Milliseconds of waits between them: no clock decides. */
  waited: number;
  doubt: boolean;
  reached: boolean;
}

/** The answer where an attempt ended it all; undefined where another one may. Throws what is an end without an answer. */
function endOf(tried: Tried, doubt: boolean): Answer | undefined {
  if ('refusal' in tried) throw doubt ? new Unsettled(true, tried.refusal) : tried.refusal;
  if (!('answer' in tried)) return undefined;
  const { problem, status } = tried.answer;
  if (doubt && problem !== undefined && SAYS_NOTHING.includes(problem.code))
    throw new Unsettled(true, errorOf(problem, status));
  return tried.answer;
}

function isUnsent(error: unknown): boolean {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  return typeof cause?.code === 'string' && UNSENT.includes(cause.code);
}

function urlOf({ url, space }: Settings, { path, query = {} }: Asked): string {
  const words = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(String(value))}`],
  );
  const search = words.length === 0 ? '' : `?${words.join('&')}`;
  if (path.startsWith('//')) return `${url}${path.slice(1)}${search}`;
  return `${url}/v1/spaces/${encodeURIComponent(space)}${path}${search}`;
}

async function initOf(settings: Settings, { method, body, headers }: Asked, signal: AbortSignal): Promise<RequestInit> {
  const key = (await settings.key()).trim();
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new EntenteError('unauthenticated', 'The key is empty, or holds what no key does.', {
      next: 'Copy the whole key, on one line.',
    });
  return {
    method,
    signal,
    // An address that moved is said, not followed: the key is for the server that was named.
    redirect: 'manual',
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}

function parseBody(bytes: Uint8Array, type: string | null): unknown {
  if (!/\bjson\b/.test(type ?? '') || bytes.length === 0) return undefined;
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** What an answer means for going on: an end, or another try. */
function judge(settings: Settings, response: Response, body: unknown, bytes: Uint8Array): Tried {
  const { status } = response;
  if (status >= 200 && status < 300) {
    if (isOurs(response)) return { answer: { status, body, bytes } };
    return { refusal: strangeAnswer(status, settings.place) };
  }
  const problem = problemIn(body);
  if (problem === undefined) {
    const fault = strangeAnswer(status, settings.place);
    if (status < 500 && status !== 408 && status !== 429) return { refusal: fault };
    return { fault, doubt: status !== 429, reached: true, ...afterOf(response) };
  }
  const fault = errorOf(problem, status);
  if (AGAIN.includes(problem.code)) return { fault, doubt: status === 500, reached: true, ...afterOf(response) };
  const open = problem.code === 'idempotency-in-progress' || problem.outcome?.status === 'unknown';
  if (open) return { fault, doubt: true, reached: true, ...afterOf(response) };
  // What failed inside the server may have failed after the effect.
  if (status === 500 && fault.code === 'store-unavailable') return { fault, doubt: true, reached: true };
  return { answer: { status, body, bytes, problem } };
}

/** Every answer of an entente server has an id; a page of something else has none, whatever its status. */
export function isOurs({ headers }: Response): boolean {
  return (headers.get('entente-request-id') ?? null) !== null;
}

/** How long the server asks to wait. */
export function afterOf(response: Response): { readonly after?: number } {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return seconds > 0 && seconds < 3600 ? { after: seconds * 1000 } : {};
}

export function createConnection(settings: Settings): Connection {
  const { limits } = settings;

  async function attempt(asked: Asked): Promise<Tried> {
    const late = AbortSignal.timeout(limits.timeoutMs);
    const own = asked.write === true ? undefined : asked.signal;
    const signal = own === undefined ? late : AbortSignal.any([own, late]);
    const init = await initOf(settings, asked, signal);
    let read: { readonly response: Response; readonly body: unknown; readonly bytes: Uint8Array };
    try {
      const response = await settings.fetch(urlOf(settings, asked), init);
      const bytes = new Uint8Array(await response.arrayBuffer());
      read = { response, bytes, body: parseBody(bytes, response.headers.get('content-type')) };
    } catch (error) {
      own?.throwIfAborted();
      const unsent = isUnsent(error);
      return { fault: noAnswer(settings.place, error), doubt: !unsent, reached: !unsent };
    }
    return judge(settings, read.response, read.body, read.bytes);
  }

  async function send(asked: Asked): Promise<Answer> {
    asked.signal?.throwIfAborted();
    const state: Doubts = { waited: 0, doubt: false, reached: false };
    for (let tries = 0; ; tries += 1) {
      const tried = await attempt(asked);
      const answer = endOf(tried, state.doubt);
      if (answer !== undefined) return answer;
      const { fault, doubt, reached, after = 0 } = tried as Open;
      state.doubt ||= doubt;
      state.reached ||= reached;
      const patience = state.reached ? limits.settleMs : limits.connectMs;
      // A wait that is asked for and is longer than there is patience for is not begun.
      if (state.waited >= patience || state.waited + after > patience) throw new Unsettled(state.doubt, fault);
      const ms = Math.max(jitter(settings.random, tries), after);
      state.waited += ms;
      await settings.sleep(ms, state.doubt && asked.write === true ? undefined : asked.signal);
    }
  }

  return {
    settings,
    send,
    async ask(asked) {
      const answer = await send(asked).catch((error: unknown) => {
        throw error instanceof Unsettled ? error.fault : error;
      });
      if (answer.problem !== undefined) throw errorOf(answer.problem, answer.status);
      return answer;
    },
    async open(asked) {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), limits.timeoutMs);
      const signal = AbortSignal.any([late.signal, ...(asked.signal === undefined ? [] : [asked.signal])]);
      try {
        return await settings.fetch(urlOf(settings, asked), await initOf(settings, asked, signal));
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
