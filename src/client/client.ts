// A controller over HTTP: the same calls and the same answers, so that code works here and there unchanged. This file
// wires the calls together; what cannot be over HTTP says so, with what to do instead.
import type { Making } from '../controller/making.ts';
import type { BeginOptions, Controller, Draft } from '../controller/types.ts';
import { EntenteError } from '../core/errors.ts';
import type { Page, PageRequest } from '../core/page.ts';
import type { RecordedDecision } from '../core/recorded.ts';
import type { StoreReport } from '../core/report.ts';
import { type Connection, createConnection } from './connection.ts';
import { feed } from './feed.ts';
import { type ClientOptions, parseOptions } from './options.ts';
import { explainPolicy, policy, setPolicy } from './policies.ts';
import * as reads from './reads.ts';
import {
  createKey,
  listKeys,
  type MadeServerKey,
  type NewServerKey,
  revokeKey,
  rotateSigningKey,
  type ServerKey,
} from './server-keys.ts';
import { update } from './update.ts';
import { recordedOf } from './values.ts';
import { type VerifyOptions, verify, type Whoami, whoami } from './verification.ts';
import { commit, forget, release, resolve, transact } from './writes.ts';

function nowhere(what: string, next: string): EntenteError {
  return new EntenteError('misuse', `${what} over HTTP.`, { next });
}

async function recorded(connection: Connection, page: PageRequest = {}): Promise<Page<RecordedDecision>> {
  const found = await reads.gather<unknown>(page, (cursor, limit) =>
    reads.pageOf(connection, '/recorded', { cursor, limit }),
  );
  return { ...found, items: found.items.map(recordedOf) };
}

export interface Client extends Controller {
  /** With `at`: a draft on an older version, or on nothing (0), for a change that was made on that. It has no content. */
  begin(resource: string, options: BeginOptions & { readonly at?: number }): Promise<Draft>;
  /** Where the space stands now: a cursor of its log and feed is `epoch:revision`. */
  position(): Promise<{ readonly epoch: string; readonly revision: number }>;
  /** How a version was made; undefined where that is no longer kept. */
  making(resource: string, version: number): Promise<Making | undefined>;
  /** A code that begins a session of the key, once and within minutes: `path` behind the server's address opens it in a browser. */
  loginCode(): Promise<{ readonly code: string; readonly path: string; readonly expiresAt: number }>;
  /** Keys that this one may see, without their secrets. */
  keys(): Promise<readonly ServerKey[]>;
  /** A new key that may do no more than this one. Sent once: where no answer comes, `keys()` tells whether it was made. */
  createKey(key: NewServerKey): Promise<MadeServerKey>;
  /** Ends a key on every server within seconds. */
  revokeKey(id: string): Promise<void>;
  /**
   * A new key to sign tokens with; those of the one before stay good until the next time. Sent once, and needs the grant
   * `keys@*:**`.
   */
  rotateSigningKey(): Promise<{ readonly kid: string }>;
  /** Spaces that the key has a grant in. */
  spaces(): Promise<readonly string[]>;
  /** Whose key this is, what it may do, and in which spaces. */
  whoami(): Promise<Whoami>;
  /** Has the server replay the log of a space, and waits for what came of it. Needs an audit grant for all of the space. */
  verify(verifyOptions?: VerifyOptions): Promise<StoreReport>;
}

/**
 * A client of one space of a server. Throws `misuse` for options that cannot be used; the server is asked first when
 * something is asked of it.
 */
export function createClient(options: ClientOptions): Client {
  const connection = createConnection(parseOptions(options));
  const closed = new AbortController();
  return {
    begin: (resource, beginOptions) => reads.begin(connection, resource, beginOptions),
    drafts: (filter, page) => reads.drafts(connection, filter, page),
    release: (token) => release(connection, token),
    commit: (token, change, commitOptions) => commit(connection, token, change, commitOptions),
    commitOrResolve: (token, change, commitOptions) => commit(connection, token, change, commitOptions, true),
    transact: (transactOptions) => transact(connection, transactOptions),
    update: (resource, updateOptions, fn) => update(connection, resource, updateOptions, fn),
    read: (resource, readOptions) => reads.read(connection, resource, readOptions),
    getVersion: (resource) => reads.getVersion(connection, resource),
    hasChanged: async (resource, since) => ((await reads.getVersion(connection, resource))?.version ?? 0) > since,
    history: (resource, page) => reads.history(connection, resource, page),
    list: (prefix, page) => reads.list(connection, prefix, page),
    log: (cursor, page) => reads.log(connection, cursor, page),
    feed: (cursor, feedOptions = {}) => feed(connection, cursor, feedOptions, closed.signal),
    conflicts: (filter, page) => reads.conflicts(connection, filter, page),
    conflict: (id) => reads.conflict(connection, id),
    conflictContent: (id, side) => reads.conflictContent(connection, id, side),
    resolve: (id, decision, resolveOptions) => resolve(connection, id, decision, resolveOptions),
    recorded: (page) => recorded(connection, page),
    forget: (ids, forgetOptions) => forget(connection, ids, forgetOptions),
    resolveDetails: () => {
      throw nowhere(
        'Nothing is merged here; a resolution from contents alone is not made',
        'Ask a controller of this process: createController({ store: createMemoryStore() }).resolveDetails(details)',
      );
    },
    registerStrategy: () => {
      throw nowhere(
        'Strategies are the server’s, and none is registered',
        'Store a policy: setPolicy(document, { agent })',
      );
    },
    registerEngine: () => {
      throw nowhere('Engines are code of the server, and none is registered', 'Register it where the server is made.');
    },
    explainPolicy: (resource) => explainPolicy(connection, resource),
    policy: () => policy(connection),
    setPolicy: (document, policyOptions) => setPolicy(connection, document, policyOptions),
    conflictHistory: async () => {
      throw nowhere('The history of one controller’s conflicts is not told', 'Ask for conflicts() or log().');
    },
    clearHistory: async () => {
      throw nowhere('The history of one controller’s conflicts is not cleared', 'Leave it: it is bounded.');
    },
    position: async () => (await connection.ask({ method: 'GET', path: '/position' })).body as never,
    making: (resource, version) => reads.making(connection, resource, version),
    loginCode: async () => (await connection.ask({ method: 'POST', path: '//v1/login-codes', body: {} })).body as never,
    keys: () => listKeys(connection),
    createKey: (key) => createKey(connection, key),
    revokeKey: (id) => revokeKey(connection, id),
    rotateSigningKey: () => rotateSigningKey(connection),
    spaces: async () => (await whoami(connection)).spaces,
    whoami: () => whoami(connection),
    verify: (verifyOptions) => verify(connection, verifyOptions),
    stats: async () => (await connection.ask({ method: 'GET', path: '/stats' })).body as never,
    close: async () => closed.abort(),
  };
}
