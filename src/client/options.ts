// What a client is made with, checked at the start.
import { EntenteError } from '../core/errors.ts';
import { DEFAULT_SPACE, parseSpace, type Space } from '../core/resource.ts';

export interface ClientLimits {
  /** Milliseconds of one attempt, from the request to the end of its answer. @default 30,000 */
  readonly timeoutMs: number;
  /** Milliseconds of waits between attempts until an answer that does not come is given up. @default 10,000 */
  readonly settleMs: number;
  /** The same while no attempt has even reached the server. @default 2,000 */
  readonly connectMs: number;
  /** Milliseconds without a word on a feed until it is opened anew; servers say one every 15 s. @default 60,000 */
  readonly idleMs: number;
}

export interface ClientOptions {
  /** Where the server is: `http://127.0.0.1:4711`. No key in it, no query. */
  readonly url: string;
  /** What messages call the server, where the url does not say it: a socket that `fetch` goes through. @default the url */
  readonly place?: string;
  /** The key, or what gives it for each request: then a new one is taken without a restart. */
  readonly key: string | (() => string | Promise<string>);
  /** @default default */
  readonly space?: string;
  /** @default the fetch of the platform */
  readonly fetch?: typeof fetch;
  /** Waits; rejects with the signal's reason. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** In [0, 1): jitter. */
  readonly random?: () => number;
  readonly limits?: Partial<ClientLimits>;
}

/** Options with nothing left to doubt. */
export interface Settings {
  /** Without a slash at its end. */
  readonly url: string;
  /** What messages call the server. */
  readonly place: string;
  readonly key: () => string | Promise<string>;
  readonly space: Space;
  readonly fetch: typeof fetch;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly limits: ClientLimits;
}

const DEFAULT_LIMITS: ClientLimits = { timeoutMs: 30_000, settleMs: 10_000, connectMs: 2000, idleMs: 60_000 };
/** What a timer takes at most. */
const LONGEST_MS = 2 ** 31 - 1;

function parseUrl(given: unknown): string {
  const next = 'Pass the address that the server prints, such as http://127.0.0.1:4711';
  let url: URL;
  try {
    url = new URL(String(given));
  } catch (error) {
    throw new EntenteError('misuse', 'The url of a server is no URL.', { next }, { cause: error });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new EntenteError('misuse', `A server is reached by http or https, not by ${url.protocol}`, { next });
  // What stands in an address ends up in logs and histories.
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new EntenteError('misuse', 'The url of a server holds no key, no query and no fragment.', { next });
  return url.origin + url.pathname.replace(/\/+$/, '');
}

function parseKey(given: unknown): () => string | Promise<string> {
  if (typeof given === 'function') return given as () => string | Promise<string>;
  if (typeof given === 'string' && given.trim() !== '') return () => given;
  throw new EntenteError('misuse', 'createClient() needs a key.', {
    next: 'Pass the key that the server made at its start, or one of `entente keys create`.',
  });
}

function parseLimits(given: Partial<ClientLimits> = {}): ClientLimits {
  const limits = { ...DEFAULT_LIMITS };
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
      const known = Object.keys(DEFAULT_LIMITS).join(', ');
      throw new EntenteError('misuse', `There is no limit ${JSON.stringify(name)}; there are ${known}.`);
    }
    if (value === undefined) continue;
    if (typeof value !== 'number' || !(value >= 0) || (value === 0 && ['timeoutMs', 'idleMs'].includes(name)))
      throw new EntenteError('misuse', `The limit ${name} is a number of milliseconds, not ${String(value)}.`);
    limits[name as keyof ClientLimits] = Math.min(value, LONGEST_MS);
  }
  return limits;
}

/** Waits; rejects with the signal's reason when it aborts. */
function defaultSleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Throws `misuse` or `bad-id` for what cannot be used. */
export function parseOptions(options: ClientOptions): Settings {
  if (typeof options !== 'object' || options === null)
    throw new EntenteError('misuse', 'createClient() needs a url and a key.', {
      next: "createClient({ url: 'http://127.0.0.1:4711', key })",
    });
  const url = parseUrl(options.url);
  return {
    url,
    place: options.place ?? url,
    key: parseKey(options.key),
    space: options.space === undefined ? DEFAULT_SPACE : parseSpace(options.space),
    // Called as a function of its own: in browsers `fetch` does not work as a method of something else.
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    sleep: options.sleep ?? defaultSleep,
    random: options.random ?? Math.random,
    limits: parseLimits(options.limits),
  };
}
