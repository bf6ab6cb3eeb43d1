// The client: one list of endpoints, one session, and no retry of what may have been applied. A question goes to the
// next endpoint when one does not answer; a transaction does so only where it certainly never left this machine.
import { createAsker } from './asker.ts';
import { EtcdFault, etcdFaultOf, faultOfAnswer } from './errors.ts';
import type { User } from './place.ts';
import { type Answer, createTransport, type Tls } from './transport.ts';
import {
  type Answered,
  answered,
  type Json,
  type Operation,
  type Range,
  type Ranged,
  ranged,
  rangeOp,
  type Txn,
} from './wire.ts';

export interface ClientOptions {
  readonly endpoints: readonly URL[];
  readonly tls: Tls;
  readonly user?: User | undefined;
  readonly timeoutMs: number;
}

export interface EtcdClient {
  /** A transaction that changes something: sent once. Throws an EtcdFault. */
  write(txn: Txn): Promise<Answered>;
  /** Questions at one moment, linearizable. */
  read(operations: readonly Operation[]): Promise<Answered>;
  range(range: Range): Promise<Ranged>;
  /** A lease, as the id that a put takes. */
  grant(seconds: number): Promise<string>;
  /** What etcd says of its version; undefined where it does not say. */
  version(): Promise<string | undefined>;
  /** Puts and deletes below a prefix, as the keys that they touched. Ends with the signal; throws an EtcdFault. */
  watch(
    range: { readonly key: string; readonly range_end: string },
    signal: AbortSignal,
  ): AsyncIterable<readonly string[]>;
  close(): void;
}

/** How a call may be tried again: `question`: everywhere; `once`: only where it was not sent. */
type Manner = 'question' | 'once';

export function createClient({ endpoints, tls, user, timeoutMs }: ClientOptions): EtcdClient {
  const transport = createTransport(tls);
  let current = 0;
  let session: Promise<string> | undefined;

  const endpointAt = (index: number): URL => endpoints[index % endpoints.length] as URL;

  async function post(endpoint: URL, path: string, body: object, token?: string): Promise<Json> {
    const answer = await transport.ask({
      url: new URL(path, endpoint),
      method: 'POST',
      body: JSON.stringify(body),
      timeoutMs,
      ...(token === undefined ? {} : { token }),
    });
    return readJson(answer);
  }

  async function signIn(endpoint: URL): Promise<string> {
    const json = await post(endpoint, '/v3/auth/authenticate', user ?? {});
    return String(json['token'] ?? '');
  }

  async function tokenFrom(endpoint: URL): Promise<string | undefined> {
    if (user === undefined) return undefined;
    session ??= signIn(endpoint);
    try {
      return await session;
    } catch (error) {
      session = undefined;
      // Nothing but the name and the password went out.
      const { meaning, message } = etcdFaultOf(error);
      throw new EtcdFault({ ...meaning, sure: true }, message, error);
    }
  }

  /** Who failed together moves on once. */
  function moveOn(from: number): void {
    if (current === from) current = (from + 1) % endpoints.length;
  }

  async function call(path: string, body: object, manner: Manner): Promise<Json> {
    let signedIn = user === undefined;
    for (let tries = 1; ; ) {
      const at = current;
      const endpoint = endpointAt(at);
      try {
        return await post(endpoint, path, body, await tokenFrom(endpoint));
      } catch (error) {
        const fault = etcdFaultOf(error);
        const { stale, elsewhere } = fault.meaning;
        if (elsewhere === true) moveOn(at);
        if (stale === true && !signedIn) {
          session = undefined;
          signedIn = true;
        } else if (tries < endpoints.length && mayGoOn(fault, manner)) tries += 1;
        else throw fault;
      }
    }
  }

  const read = createAsker(async (operations) =>
    answered(await call('/v3/kv/txn', { compare: [], success: operations, failure: [] }, 'question')),
  );

  return {
    async write(txn) {
      return answered(await call('/v3/kv/txn', txn, 'once'));
    },
    read,
    async range(range) {
      // One key goes along with what others ask; what may be long comes alone.
      if (range.range_end === undefined) return ranged((await read([rangeOp(range)])).responses[0]);
      return ranged(await call('/v3/kv/range', range, 'question'));
    },
    async grant(seconds) {
      return String((await call('/v3/lease/grant', { TTL: String(seconds) }, 'question'))['ID'] ?? '0');
    },
    async version() {
      for (let index = 0; index < endpoints.length; index += 1) {
        try {
          const url = new URL('/version', endpointAt(current + index));
          const { text } = await transport.ask({ url, method: 'GET', timeoutMs });
          const { etcdserver } = JSON.parse(text) as Json;
          if (typeof etcdserver === 'string') return etcdserver;
        } catch {
          // What is wrong with it shows at the first call that matters.
        }
      }
      return undefined;
    },
    async *watch(range, signal) {
      const at = current;
      const endpoint = endpointAt(at);
      try {
        const token = await tokenFrom(endpoint);
        const url = new URL('/v3/watch', endpoint);
        const body = JSON.stringify({ create_request: range });
        const asked = { url, method: 'POST' as const, body, timeoutMs, ...(token === undefined ? {} : { token }) };
        for await (const line of transport.lines(asked, signal)) yield keysIn(line);
      } catch (error) {
        moveOn(at);
        throw etcdFaultOf(error);
      }
    },
    close: () => transport.close(),
  };
}

function mayGoOn({ meaning }: EtcdFault, manner: Manner): boolean {
  return meaning.elsewhere === true && (meaning.sure || manner === 'question');
}

function readJson(answer: Answer): Json {
  if (answer.status !== 200) throw faultOfAnswer(answer);
  try {
    return JSON.parse(answer.text) as Json;
  } catch {
    throw faultOfAnswer({ ...answer, status: 502 });
  }
}

/** The keys that one line of a watch tells of; throws where the watch has ended (compacted, no rights). */
function keysIn(line: string): string[] {
  const json = JSON.parse(line) as Json;
  const result = (json['result'] ?? {}) as Json;
  if (json['error'] !== undefined || result['canceled'] === true) {
    throw faultOfAnswer({ status: 500, text: JSON.stringify(json['error'] ?? {}) });
  }
  const events = (result['events'] ?? []) as readonly { readonly kv?: Json }[];
  return events.map(({ kv }) => Buffer.from(String(kv?.['key'] ?? ''), 'base64').toString('utf8'));
}
