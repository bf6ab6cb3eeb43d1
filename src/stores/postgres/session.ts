// One connection with the server that comes back when it is lost, by a client of its own that is thrown away then. The
// client's own way back is not used: what is asked in the moment between a connection's fault and its end, it keeps for the
// next connection without sending it there (postgres 3.4.9). Then either nothing is ever answered any more, or a statement
// that was not run is answered with no rows.
import { isLost, leavesNothing, NOT_SENT } from './errors.ts';

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

/** One statement as its own transaction. Throws what the client throws. */
export type Run = (query: string, parameters?: readonly unknown[]) => Promise<readonly Row[]>;

export interface Session {
  /** What is asked later is done later. */
  readonly isOrdered: boolean;
  /** How much was asked and is not answered yet. */
  readonly busy: number;
  readonly run: Run;
  begin(work: (run: Run) => Promise<void>): Promise<void>;
  /** `seconds`: how long what is under way may take. */
  end(seconds: number): Promise<void>;
}

export interface SessionOptions {
  /** Milliseconds that a statement may take. */
  readonly deadlineMs: number;
  /** Milliseconds between tries to connect, at most. The client's own are 20,000: a server that is back would be away for that long. */
  readonly longestWaitMs: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** `open` makes a client of one connection, which connects when it is first asked. */
export function createSession(open: () => PostgresClient, options: SessionOptions): Session {
  let client: PostgresClient | undefined;
  let [busy, failures] = [0, 0];
  let pause: Promise<void> | undefined;
  /** Until the first answer over a new connection; it fails where there is none. */
  let opening: Promise<void> | undefined;
  let isEnded = false;

  function drop(lost: PostgresClient): void {
    if (client !== lost) return;
    client = undefined;
    failures += 1;
    const wait = (0.5 + options.random() / 2) * Math.min(2 ** failures * 10, options.longestWaitMs);
    pause = sleep(wait).then(() => {
      pause = undefined;
    });
    // Whoever else waits for an answer of it is told that it is lost.
    void lost.end({ timeout: 0 }).catch(() => undefined);
  }

  async function use<T>(work: (client: PostgresClient) => Promise<T>): Promise<T> {
    busy += 1;
    try {
      while (pause !== undefined || opening !== undefined) await (pause ?? opening);
      if (isEnded) throw lostError('CONNECTION_ENDED', 'the store is closed');
      return await (client === undefined ? openWith(work) : ask(client, work));
    } finally {
      busy -= 1;
    }
  }

  async function ask<T>(used: PostgresClient, work: (client: PostgresClient) => Promise<T>): Promise<T> {
    try {
      const result = await work(used);
      failures = 0;
      return result;
    } catch (error) {
      if (isLost(error)) drop(used);
      throw error;
    }
  }

  /**
   * The first one goes alone. What the package holds back while it connects it would go on with after a failure, one by one,
   * and do when the server is back, whoever was told otherwise by then.
   */
  async function openWith<T>(work: (client: PostgresClient) => Promise<T>): Promise<T> {
    const made = open();
    client = made;
    let [tell, fail]: [() => void, (error: unknown) => void] = [() => undefined, () => undefined];
    opening = new Promise((resolve, reject) => {
      [tell, fail] = [resolve, reject];
    });
    // There may be nobody who waits for it.
    opening.catch(() => undefined);
    try {
      const result = await ask(made, work);
      tell();
      return result;
    } catch (error) {
      if (isLost(error)) fail(unsent(error));
      else tell();
      throw error;
    } finally {
      opening = undefined;
    }
  }

  return {
    isOrdered: true,
    get busy() {
      return busy;
    },
    run: (query, parameters) => use((used) => runOn(used, options.deadlineMs)(query, parameters)),
    begin: (work) => use((used) => beginOn(used, work)),
    async end(seconds) {
      isEnded = true;
      await client?.end({ timeout: seconds });
    },
  };
}

/** For those who were not sent: nothing is left of them, whatever became of the one that was. */
function unsent(error: unknown): unknown {
  return leavesNothing(error) ? error : lostError(NOT_SENT, error instanceof Error ? error.message : String(error));
}

/** A client of the caller's own, with however many connections it has: how it comes back is its own affair. */
export function sessionOf(client: PostgresClient, deadlineMs: number): Session {
  return {
    isOrdered: false,
    busy: 0,
    run: runOn(client, deadlineMs),
    begin: (work) => beginOn(client, work),
    end: (seconds) => client.end({ timeout: seconds }),
  };
}

function runOn(client: PostgresClient, deadlineMs: number): Run {
  return async (query, parameters = []) => {
    const rows = await withDeadline(client.unsafe(query, [...parameters], { prepare: true }), deadlineMs);
    if (isUnanswered(rows))
      throw lostError('CONNECTION_CLOSED', 'the connection was lost before the statement was sent');
    return [...rows];
  };
}

async function beginOn(client: PostgresClient, work: (run: Run) => Promise<void>): Promise<void> {
  await client.begin((sql) => work(async (query, parameters = []) => [...(await sql.unsafe(query, [...parameters]))]));
}

/** Every statement is answered with the name of its command, those without rows too. */
function isUnanswered(rows: object): boolean {
  return 'command' in rows && rows.command === null;
}

/** A connection that is silently cut would keep its caller for ever. */
async function withDeadline<T>(pending: PromiseLike<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(lostError('CONNECTION_CLOSED', `no answer for ${ms} ms`)), ms);
    timer.unref();
  });
  try {
    return await Promise.race([pending, late]);
  } finally {
    clearTimeout(timer);
  }
}

function lostError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
