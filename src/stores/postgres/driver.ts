// The only file that knows which client speaks to PostgreSQL. The npm package `postgres` is an optional peer: it is
// loaded on first use, or handed in.
import { EntenteError } from '../../core/errors.ts';
import { createSession, type PostgresClient, type Session, sessionOf } from './session.ts';
import type { Ssl } from './tls.ts';

export interface ClientOptions {
  readonly url: string;
  readonly connections: number;
  readonly timeoutMs: number;
  /** Milliseconds that a statement may take. */
  readonly deadlineMs: number;
  readonly ssl?: Ssl;
  /** In [0, 1). */
  readonly random: () => number;
  readonly onNotice: (message: string) => void;
}

/** The type `text[]`, in every PostgreSQL (pg_type.dat). */
const TEXT_ARRAY = 1009;

/** An array in PostgreSQL's own notation (manual, 8.15.6), with every element quoted. */
export function textArray(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

/** What is an array in that notation already goes as it is. */
function arrayText(value: string | readonly string[]): string {
  return typeof value === 'string' ? value : textArray(value);
}

type Factory = (url: string, options: Readonly<Record<string, unknown>>) => PostgresClient;

/** What the store talks over. */
export interface Sessions {
  readonly readers: readonly Session[];
  /** Those that only commit. */
  readonly writers: readonly Session[];
  listen(channel: string, onNotify: () => void): Promise<{ unlisten(): Promise<void> }>;
  /** `seconds`: how long what is under way may take. */
  end(seconds: number): Promise<void>;
}

/** Measured with 64 spaces at once: more were no quicker. */
const MOST_WRITERS = 4;
/** Milliseconds between tries to connect, at most. */
const LONGEST_WAIT_MS = 1000;

/** Each connection is opened when it is first needed. Half of them, at most, are for commits. */
export async function connect(options: ClientOptions): Promise<Sessions> {
  const { connections, deadlineMs, timeoutMs, random } = options;
  const factory = await loadClient();
  // The session waits before it tries again, and what was closed while nobody asked is opened at once.
  const open = (): PostgresClient => openClient(factory, options, 0);
  const session = (): Session =>
    createSession(open, { deadlineMs, longestWaitMs: Math.min(LONGEST_WAIT_MS, timeoutMs), random });
  const writers = Array.from({ length: Math.min(MOST_WRITERS, Math.floor(connections / 2)) }, session);
  const readers = Array.from({ length: Math.max(1, connections - writers.length) }, session);
  let listener: PostgresClient | undefined;
  return {
    readers,
    writers: writers.length === 0 ? readers : writers,
    listen(channel, onNotify) {
      listener ??= openClient(factory, options, LONGEST_WAIT_MS / 1000);
      return listener.listen(channel, onNotify);
    },
    async end(seconds) {
      const ended = [...readers, ...writers].map((one) => one.end(seconds));
      await Promise.all([...ended, listener?.end({ timeout: seconds })]);
    },
  };
}

/** Over a client of the caller's own. */
export function sessionsOf(client: PostgresClient, deadlineMs: number): Sessions {
  const all = [sessionOf(client, deadlineMs)];
  return {
    readers: all,
    writers: all,
    listen: (channel, onNotify) => client.listen(channel, onNotify),
    end: (seconds) => client.end({ timeout: seconds }),
  };
}

/** `backoff`: seconds before it connects again by itself. */
function openClient(factory: Factory, options: ClientOptions, backoff: number): PostgresClient {
  const { url, timeoutMs, ssl, onNotice } = options;
  return factory(url, {
    max: 1,
    // Seconds; a connection that is not needed goes, so that a command line ends by itself.
    idle_timeout: 20,
    ...(ssl === undefined ? {} : { ssl }),
    backoff,
    connect_timeout: Math.max(1, Math.ceil(timeoutMs / 1000)),
    // A standby would answer reads with what was true some time ago, and refuse writes.
    target_session_attrs: 'read-write',
    // Asking the server for its types, the client would wait where nobody hears that the connection is lost: an
    // unhandled rejection. The one array type that is sent is told here instead.
    fetch_types: false,
    types: { texts: { to: TEXT_ARRAY, from: [TEXT_ARRAY], serialize: arrayText, parse: (text: string) => text } },
    onnotice: ({ message }: { readonly message?: string }) => onNotice(message ?? ''),
    connection: {
      application_name: 'entente',
      synchronous_commit: 'on',
      default_transaction_isolation: 'read committed',
      // A plan made for one batch would be made anew for each, at the price of the batch.
      plan_cache_mode: 'force_generic_plan',
      lock_timeout: timeoutMs,
      statement_timeout: timeoutMs * 2,
    },
  });
}

async function loadClient(): Promise<Factory> {
  try {
    const { default: factory } = (await import('postgres')) as unknown as { readonly default: Factory };
    return factory;
  } catch (error) {
    throw new EntenteError(
      'missing-driver',
      'A PostgreSQL store needs the package "postgres", which is not installed.',
      { next: 'npm install postgres@3' },
      { cause: error },
    );
  }
}
