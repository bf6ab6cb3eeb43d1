// What every part of the controller works with. Clock, random and sleep are injected, so that tests own time.
import type { ConflictEntry } from '../core/resolution.ts';
import { type AgentId, parseAgentId, type ResourceId, type Space } from '../core/resource.ts';
import type { Repairs, Token } from '../core/token.ts';
import type { Head } from '../core/version.ts';
import type { Engine } from '../merge/types.ts';
import type { Direct } from '../stores/direct.ts';
import type { Store, StoredRecord } from '../stores/store.ts';
import type { Policy } from '../strategies/policy.ts';
import type { Strategy } from '../strategies/types.ts';
import type { Origin } from './base.ts';
import type { BegunVersions } from './begun.ts';
import type { Chains } from './chain.ts';
import type { Lanes } from './lanes.ts';
import type { Ring } from './ring.ts';
import type { Shared } from './shared.ts';
import type { Limits } from './types.ts';

export interface Counters {
  conflicts: number;
  retries: number;
  rejected: number;
}

export interface Context {
  readonly store: Store;
  /** The store's short way for the common commit, where it has one. */
  readonly direct: Direct | undefined;
  readonly space: Space;
  readonly clock: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly limits: Limits;
  readonly onWarning: (message: string) => void;
  readonly aroundMerge: <T>(work: () => Promise<T>) => Promise<T>;
  /** Rules of this controller, registered ones first; the stored policy comes after them. */
  readonly registered: Policy;
  readonly own: Policy;
  readonly fallback: Strategy | undefined;
  readonly engines: Map<string, Engine | string>;
  readonly counters: Counters;
  readonly history: Ring<ConflictEntry>;
  readonly lanes: Lanes;
  readonly chains: Chains;
  /** Versions that changes were begun from, and the stored policy, for those who ask at once. */
  readonly origins: Shared<Origin>;
  readonly begun: BegunVersions;
  readonly policies: Shared<StoredRecord | undefined>;
  readonly newId: () => string;
  /** Names that were checked already. */
  readonly agents: KnownAgents;
  /** Keeps the hidden class of tokens alive; nothing reads it. */
  readonly shape: Token;
}

/** A bounded set of agents' names in canonical form: checking one again costs as much as a commit's bookkeeping. */
export class KnownAgents {
  readonly #names = new Set<string>();
  /** None yet: no text is equal to it, the empty one neither. */
  #last: string | undefined;

  has(name: string): name is AgentId {
    if (name === this.#last) return true;
    if (!this.#names.has(name)) return false;
    this.#last = name;
    return true;
  }

  parse(name: unknown): AgentId {
    if (typeof name === 'string' && this.has(name)) return name;
    const agent = parseAgentId(name);
    if (this.#names.size >= MAX_KNOWN) {
      this.#names.clear();
      this.#last = undefined;
    }
    this.#names.add(agent);
    return agent;
  }
}

const MAX_KNOWN = 1000;

export interface TokenFacts {
  readonly epoch: string;
  readonly asOf: number;
  readonly at: number;
  readonly attempt?: number;
  readonly repairs?: Repairs;
}

/**
 * A token that every controller keeps. The engine holds hidden classes weakly: where a collection finds no frozen token
 * alive, theirs goes, and all compiled code that knows it goes too, which made the common commit a third slower. The
 * time is a fraction so that the class has room for times that are no small integers from the start.
 */
export function shapeOfTokens(space: Space): Token {
  const name = '' as ResourceId & AgentId;
  const head: Head = {
    resource: name,
    version: 0,
    revision: 0,
    born: 0,
    hash: '',
    agent: name,
    at: 0.5,
    deleted: true,
  };
  return headToken({ space, newId: () => '' }, head, name, '', 0, 0.5);
}

/** A frozen token on a head, put together from what is at hand: the common case of `tokenOn`. */
export function headToken(
  context: Pick<Context, 'space' | 'newId'>,
  head: Head,
  agent: AgentId,
  epoch: string,
  asOf: number,
  at: number,
): Token {
  const { resource, version, revision, born, hash } = head;
  const { space } = context;
  const id = context.newId();
  return Object.freeze({ id, space, epoch, resource, version, revision, asOf, born, hash, agent, attempt: 0, at });
}

/** A frozen token on a head (or on what never was). */
export function tokenOn(
  context: Context,
  resource: ResourceId,
  agent: AgentId,
  head: Head | undefined,
  facts: TokenFacts,
): Token {
  const id = context.newId();
  const { space } = context;
  const { epoch, asOf, at, attempt = 0, repairs } = facts;
  const version = head === undefined ? 0 : head.version;
  const revision = head === undefined ? 0 : head.revision;
  const born = head === undefined ? 0 : head.born;
  const hash = head === undefined ? '' : head.hash;
  const token: Token =
    repairs === undefined
      ? { id, space, epoch, resource, version, revision, asOf, born, hash, agent, attempt, at }
      : { id, space, epoch, resource, version, revision, asOf, born, hash, agent, attempt, at, repairs };
  return Object.freeze(token);
}
