// A way past requests and replies, for a store in this process's memory. The common commit takes less time than the
// objects that carry it, so such a store may offer its two steps as plain calls beside the contract. They do what `read`
// and `commit` do and nothing less; anything out of the ordinary answers undefined, and the caller takes the contract.
import type { AgentId, ResourceId, Space } from '../core/resource.ts';
import type { Token } from '../core/token.ts';
import type { Store } from './store.ts';

/** The size of a version without content. */
export const HASH_ONLY = -1;

/** A head as the store has it now: read at once, never kept, never changed by the caller. */
export interface Standing {
  readonly resource: ResourceId;
  readonly version: number;
  readonly revision: number;
  readonly born: number;
  readonly hash: string;
  readonly size: number;
  readonly agent: AgentId;
  readonly at: number;
  readonly deleted: boolean;
}

/** One space of such a store. A closed store throws its fault at every call, as the contract's promises reject. */
export interface Direct {
  readonly epoch: string;
  /** The space's newest revision. */
  revision(): number;
  /** The head under exactly this name: whatever is found has a canonical id. */
  look(id: string): Standing | undefined;
  /**
   * Commits a hash-only version on the head that the token names, with the log entry of the request that `commit` would
   * get: by the token's agent, under its id, with the hash as fingerprint. Undefined, and nothing is done, where the
   * head is another one.
   */
  swap(token: Token, hash: string, at: number): Standing | undefined;
}

// By identity: a wrapper around a store is another store, and nobody gets past it.
const offers = new WeakMap<Store, (space: Space) => Direct | undefined>();

export function offerDirect(store: Store, direct: (space: Space) => Direct | undefined): Store {
  offers.set(store, direct);
  return store;
}

export function directOf(store: Store, space: Space): Direct | undefined {
  return offers.get(store)?.(space);
}
