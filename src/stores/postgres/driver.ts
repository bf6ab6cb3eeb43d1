// The only file that knows which client speaks to PostgreSQL. The npm package `postgres` is an optional peer: it is
// loaded on first use, or handed in.
import { EntenteError } from '../../core/errors.ts';
import type { Ssl } from './tls.ts';

export type Row = Readonly<Record<string, unknown>>;

/** What the store needs of a client; `postgres` 3.x has it. */
export interface PostgresClient {
  unsafe(
    query: string,
    parameters?: unknown[],
    options?: { readonly prepare?: boolean },
  ): PromiseLike<ArrayLike<Row> & Iterable<Row>>;
  /** One transaction on one connection. */
  begin<T>(work: (sql: Pick<PostgresClient, 'unsafe'>) => Promise<T>): Promise<unknown>;
  listen(channel: string, onNotify: (payload: string) => void): Promise<{ unlisten(): Promise<void> }>;
  end(options?: { readonly timeout?: number }): Promise<void>;
}

export interface ClientOptions {
  readonly url: string;
  readonly connections: number;
  readonly timeoutMs: number;
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

/** Seconds between tries to connect, at most. The client's own are 20: a server that is back would be away for that long. */
const LONGEST_WAIT = 1;

/** What is an array in that notation already goes as it is. */
function arrayText(value: string | readonly string[]): string {
  return typeof value === 'string' ? value : textArray(value);
}

type Factory = (url: string, options: Readonly<Record<string, unknown>>) => PostgresClient;

/** What the store talks over: any number of connections, and those that only commit, each a client of one connection. */
export interface Clients {
  readonly shared: PostgresClient;
  readonly writers: readonly PostgresClient[];
}

/**
 * None for now: after a server was killed under load, a client of one connection was seen that did not come back. Four are
 * what was measured (ADR 0023).
 */
const MOST_WRITERS = 0;

/** All connections, each opened when it is first needed. Half of them, at most, are for commits. */
export async function connect(options: ClientOptions): Promise<Clients> {
  const factory = await loadClient();
  const count = Math.min(MOST_WRITERS, Math.floor(options.connections / 2));
  return {
    shared: pool(factory, options, options.connections - count),
    writers: Array.from({ length: count }, () => pool(factory, options, 1)),
  };
}

/** `seconds`: how long what is under way may take. */
export async function endAll({ shared, writers }: Clients, seconds: number): Promise<void> {
  await Promise.all([shared, ...writers].map((client) => client.end({ timeout: seconds })));
}

function pool(factory: Factory, options: ClientOptions, max: number): PostgresClient {
  const { url, timeoutMs, ssl, random, onNotice } = options;
  return factory(url, {
    max,
    // Seconds; a connection that is not needed goes, so that a command line ends by itself.
    idle_timeout: 20,
    ...(ssl === undefined ? {} : { ssl }),
    backoff: (tries: number) => (0.5 + random() / 2) * Math.min(2 ** tries / 100, LONGEST_WAIT),
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
