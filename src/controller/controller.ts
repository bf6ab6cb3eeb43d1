// The controller: the only place that reads, merges and swaps. This file wires the rooms together; the behaviour is in
// them.
import { randomBytes } from 'node:crypto';
import { EntenteError } from '../core/errors.ts';
import { DEFAULT_SPACE, parseSpace } from '../core/resource.ts';
import { engineNames } from '../merge/merge.ts';
import { directOf } from '../stores/direct.ts';
import { assertStrategy, Policy } from '../strategies/policy.ts';
import { defaultSleep } from './backoff.ts';
import { BegunVersions } from './begun.ts';
import { Chains } from './chain.ts';
import { commit, commitOrResolve } from './commit.ts';
import { listConflicts, readConflict, sideContent, withOffer } from './conflicts.ts';
import { type Context, KnownAgents, shapeOfTokens } from './context.ts';
import { resolveDetails } from './details.ts';
import { compose, dissect } from './dissect.ts';
import type { LocalController } from './dissected.ts';
import { explainPolicy } from './explain.ts';
import { feed, readLog } from './feed.ts';
import { forget, listRecorded } from './forget.ts';
import { createLanes } from './lanes.ts';
import { parseLimits } from './limits.ts';
import { checkMerging, readPolicy, setPolicy } from './policy.ts';
import { listDrafts, release } from './presence.ts';
import { begin, checkPage, getVersion, hasChanged, history, list, read } from './read.ts';
import { rehearse } from './rehearse.ts';
import { resolve } from './resolve.ts';
import { Ring } from './ring.ts';
import { Shared } from './shared.ts';
import { stats } from './stats.ts';
import { transact } from './transact.ts';
import type { Controller, ControllerOptions } from './types.ts';
import { update } from './update.ts';

const HISTORY = 100;

/** A controller of one space of a store. Several controllers, in one process or many, may share a store. */
export function createController(options: ControllerOptions): Controller {
  return createLocalController(options);
}

/** As `createController`, with what the service offers over HTTP in its own form. */
export function createLocalController(options: ControllerOptions): LocalController {
  const context = createContext(options);
  return {
    begin: (resource, beginOptions) => begin(context, resource, beginOptions),
    drafts: async (filter = {}, page = {}) => listDrafts(context, filter, checkPage(page)),
    release: async (token) => release(context, token),
    commit: (token, change, commitOptions) => commit(context, token, change, commitOptions),
    commitOrResolve: (token, change, commitOptions) => commitOrResolve(context, token, change, commitOptions),
    transact: (transactOptions) => transact(context, transactOptions),
    update: (resource, updateOptions, fn) => update(context, resource, updateOptions, fn),
    read: (resource, readOptions) => read(context, resource, readOptions),
    getVersion: (resource) => getVersion(context, resource),
    hasChanged: (resource, since) => hasChanged(context, resource, since),
    history: (resource, page) => history(context, resource, page),
    list: (prefix, page) => list(context, prefix, page),
    log: (cursor, page) => readLog(context, cursor, page),
    feed: (cursor, feedOptions) => feed(context, cursor, feedOptions),
    conflicts: (filter = {}, page = {}) => listConflicts(context, filter, checkPage(page)),
    conflict: async (id) => {
      const conflict = await readConflict(context, id);
      return conflict === undefined ? undefined : withOffer(context, conflict);
    },
    conflictContent: async (id, side) => {
      const conflict = await readConflict(context, id);
      return (await sideContent(context, conflict?.[side])) ?? undefined;
    },
    dissect: (id) => dissect(context, id),
    compose: (id, choices, composeOptions) => compose(context, id, choices, composeOptions),
    rehearse: (clash) => rehearse(context, clash),
    resolve: (id, decision, resolveOptions) => resolve(context, id, decision, resolveOptions),
    recorded: async (page = {}) => listRecorded(context, checkPage(page)),
    forget: (ids, forgetOptions) => forget(context, ids, forgetOptions),
    resolveDetails: (details) => resolveDetails(context, details),
    registerStrategy: (pattern, strategy) => {
      assertStrategy(strategy);
      checkMerging(strategy);
      context.registered.register(pattern, strategy);
    },
    registerEngine: (name, engine) => registerEngine(context, name, engine),
    explainPolicy: (resource) => explainPolicy(context, resource),
    policy: () => readPolicy(context),
    setPolicy: (document, policyOptions) => setPolicy(context, document, policyOptions),
    conflictHistory: async () => context.history.toArray(),
    clearHistory: async () => context.history.clear(),
    stats: () => stats(context),
    close: () => context.store.close(),
  };
}

function createContext(options: ControllerOptions): Context {
  if (typeof options?.store?.commit !== 'function') {
    throw new EntenteError('misuse', 'createController() needs a store.', {
      next: 'Pass { store: createMemoryStore() } to start with.',
    });
  }
  if (options.default !== undefined) assertStrategy(options.default);
  const own = new Policy(options.policy);
  for (const strategy of [options.default, ...(options.policy ?? []).map(([, given]) => given)])
    if (strategy !== undefined) checkMerging(strategy);
  const max = options.history?.max ?? HISTORY;
  if (!Number.isSafeInteger(max) || max < 0)
    throw new EntenteError('misuse', 'history.max is a whole number of at least 0.');
  const space = options.space === undefined ? DEFAULT_SPACE : parseSpace(options.space);
  return {
    store: options.store,
    direct: directOf(options.store, space),
    space,
    clock: options.clock ?? Date.now,
    random: options.random ?? Math.random,
    sleep: options.sleep ?? defaultSleep,
    limits: parseLimits(options.limits),
    onWarning: options.onWarning ?? warn,
    aroundMerge: options.aroundMerge ?? ((work) => work()),
    registered: new Policy(),
    own,
    fallback: options.default,
    engines: new Map(),
    counters: { conflicts: 0, retries: 0, rejected: 0 },
    history: new Ring(max),
    lanes: createLanes(),
    chains: new Chains(options.store),
    origins: new Shared(),
    begun: new BegunVersions(),
    policies: new Shared(),
    newId: createIds(),
    agents: new KnownAgents(),
    shape: shapeOfTokens(space),
  };
}

function warn(message: string): void {
  process.emitWarning(message, { type: 'EntenteWarning', code: 'ENTENTE_MERGE' });
}

/**
 * Ids unique over processes and time: 60 random bits for a block of 4,096, and the place in it. That makes a shared block
 * as likely as 1 in 10^6 when one agent has taken 10^10 ids. Twelve characters are the most that the engine joins into one
 * flat string; a longer one would be a pair of pointers, which costs a garbage collector that meets 10,000 of them in the
 * log three times as much. The digits come from a table, because a string of a number costs more than joining two.
 */
function createIds(): () => string {
  let prefix = '';
  let count = DIGITS.length;
  return () => {
    if (count === DIGITS.length) {
      count = 0;
      prefix = randomBytes(9).toString('base64url').slice(0, 10);
    }
    const id = prefix + (DIGITS[count] as string);
    count += 1;
    return id;
  };
}

const DIGITS: readonly string[] = Array.from({ length: 4096 }, (_, number) =>
  Buffer.from([number >> 4, (number & 15) << 4])
    .toString('base64url')
    .slice(0, 2),
);

const BUILT_IN = ['auto', ...engineNames];

function registerEngine(context: Context, name: string, engine: unknown): void {
  if (typeof name !== 'string' || !/^[A-Za-z0-9._-]{1,64}$/.test(name) || BUILT_IN.includes(name)) {
    throw new EntenteError(
      'misuse',
      `An engine's name is 1 to 64 letters, digits, ".", "_" or "-", and none of ${BUILT_IN.join(', ')}.`,
    );
  }
  if (typeof engine !== 'function' && typeof engine !== 'string') {
    throw new EntenteError(
      'misuse',
      'An engine is a function of the merge input, or the path of a module that exports one as `merge`.',
    );
  }
  context.engines.set(name, engine as never);
}
