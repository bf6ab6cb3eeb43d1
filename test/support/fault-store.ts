// A store behind a bad network, with a seed: requests and replies get lost, repeated and late, reads lag, wake-ups get
// lost. What it does to callers is what a real backend may do; what it must never do is break the store's promises.
import { EntenteError } from '../../src/core/errors.ts';
import type { ResourceId, Space } from '../../src/core/resource.ts';
import type { Head } from '../../src/core/version.ts';
import type { CommitReply, CommitRequest, Snapshot, Store } from '../../src/stores/store.ts';
import { createRandom } from './random.ts';
import { withMethods } from './wrap.ts';

/** Probabilities in [0, 1]; all 0 unless said. */
export interface FaultOptions {
  readonly seed: number;
  /** The request is lost: nothing is applied, the reply is `unavailable`. */
  readonly beforeApply?: number;
  /** The reply is lost: the batch is applied, the reply is `unknown`. */
  readonly afterApply?: number;
  /** The request is lost, and nobody can tell: nothing is applied, the reply is `unknown`. */
  readonly lostUnknown?: number;
  /** The request arrives twice; the caller gets the answer to the second. */
  readonly duplicate?: number;
  /** A call waits before and after it reaches the store. */
  readonly delay?: number;
  /** How it waits, given a number in [0, 1). @default up to five turns of the event loop */
  readonly wait?: (length: number) => Promise<void>;
  /** A read answers as of 1 to `lag` commits ago. */
  readonly stale?: number;
  readonly lag?: number;
  /** A wake-up is dropped, or comes late and out of order. */
  readonly wakeDrop?: number;
  readonly wakeDelay?: number;
}

export interface FaultStore extends Store {
  /** How often each fault was done. */
  readonly faults: Readonly<Record<FaultName, number>>;
  /** From now on no faults, so that a test can look at what came out. */
  heal(): void;
}

const faultNames = [
  'beforeApply',
  'afterApply',
  'lostUnknown',
  'duplicate',
  'delay',
  'stale',
  'wakeDrop',
  'wakeDelay',
] as const;
type FaultName = (typeof faultNames)[number];

export function createFaultStore(inner: Store, options: FaultOptions): FaultStore {
  const random = createRandom(options.seed);
  const faults = Object.fromEntries(faultNames.map((name) => [name, 0])) as Record<FaultName, number>;
  let healed = false;

  function happens(name: FaultName): boolean {
    const probability = options[name] ?? 0;
    if (healed || probability === 0 || !random.chance(probability)) return false;
    faults[name] += 1;
    return true;
  }

  async function maybeWait(): Promise<void> {
    if (!happens('delay')) return;
    if (options.wait !== undefined) await options.wait(random.next());
    else for (let turns = random.below(5); turns >= 0; turns -= 1) await nextTurn();
  }

  /** Calls under way: closing lets them end first. */
  const pending = new Set<Promise<unknown>>();
  async function tracked<T>(call: Promise<T>): Promise<T> {
    pending.add(call);
    try {
      return await call;
    } finally {
      pending.delete(call);
    }
  }

  async function commit(requests: readonly CommitRequest[]): Promise<readonly CommitReply[]> {
    await maybeWait();
    if (happens('beforeApply')) return requests.map(() => failed('unavailable'));
    if (happens('lostUnknown')) return requests.map(() => failed('unknown'));
    let replies = await inner.commit(requests);
    if (happens('duplicate')) replies = await inner.commit(requests);
    await maybeWait();
    return happens('afterApply') ? requests.map(() => failed('unknown')) : replies;
  }

  async function read(space: Space, ids: readonly ResourceId[]): Promise<Snapshot> {
    await maybeWait();
    const snapshot = await inner.read(space, ids);
    if (!happens('stale')) return snapshot;
    return asOf(inner, space, snapshot, snapshot.revision - 1 - random.below(options.lag ?? 5));
  }

  async function* unreliable(source: AsyncIterable<void>): AsyncGenerator<void, void, undefined> {
    for await (const _ of source) {
      if (happens('wakeDrop')) continue;
      if (happens('wakeDelay')) for (let turns = random.below(20); turns >= 0; turns -= 1) await nextTurn();
      yield;
    }
  }

  return {
    ...withMethods(inner, {
      commit: (requests) => tracked(commit(requests)),
      read,
      // The store is told at once that somebody listens; only the hints that come then are unreliable.
      wake: (space, signal) => unreliable(inner.wake(space, signal)),
      async close() {
        await Promise.allSettled([...pending]);
        await inner.close();
      },
    }),
    faults,
    heal() {
      healed = true;
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function failed(status: 'unavailable' | 'unknown'): CommitReply {
  const what = status === 'unknown' ? 'The reply was lost.' : 'The request was lost.';
  return { status, error: new EntenteError('store-unavailable', what, { next: 'Send it again.' }) };
}

/** The snapshot as it was at an earlier revision, as far as the store remembers. */
async function asOf(store: Store, space: Space, snapshot: Snapshot, revision: number): Promise<Snapshot> {
  if (revision < snapshot.trimmed) return snapshot;
  const heads: (Head | undefined)[] = [];
  for (const head of snapshot.heads) heads.push(await headAsOf(store, space, head, revision));
  return { ...snapshot, revision, heads };
}

async function headAsOf(
  store: Store,
  space: Space,
  current: Head | undefined,
  revision: number,
): Promise<Head | undefined> {
  let head = current;
  while (head !== undefined && head.revision > revision) {
    const page = await store.history(space, head.resource, { after: String(head.version), limit: 1 });
    head = page.items[0]?.head;
  }
  return head;
}
