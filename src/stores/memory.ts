// The memory store: the whole contract in one process, gone with it. Also the measure of what the contract costs.
import { randomUUID } from 'node:crypto';
import { EntenteError } from '../core/errors.ts';
import type { Space } from '../core/resource.ts';
import { assertGuarded, checkLimits, recordText } from './check.ts';
import { type Direct, offerDirect } from './direct.ts';
import { Contents } from './memory/contents.ts';
import { isPlain, MemorySpace } from './memory/space.ts';
import { createWakers, type Wakers } from './memory/wakers.ts';
import { closedFault } from './opening.ts';
import type { Capabilities, CommitReply, CommitRequest, Store } from './store.ts';

export interface MemoryStoreOptions {
  /** The ring of log entries: the oldest goes when it is full, which moves the trim point. @default 10,000 */
  readonly log?: { readonly max?: number };
  /** Bytes of one content. @default 64 MiB */
  readonly maxContentBytes?: number;
}

export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  const max = options.log?.max ?? 10_000;
  if (!Number.isSafeInteger(max) || max < 1) {
    throw new EntenteError('misuse', `log.max must be a whole number of at least 1, not ${String(max)}.`);
  }
  const capabilities: Capabilities = {
    name: 'memory',
    durability: 'none',
    gapless: true,
    maxGuards: 10_000,
    maxWrites: 10_000,
    maxContentBytes: options.maxContentBytes ?? 64 * 1024 * 1024,
  };
  return memoryStore(capabilities, max, createWakers());
}

function memoryStore(capabilities: Capabilities, max: number, wakers: Wakers): Store {
  const epoch: string = randomUUID();
  const spaces = new Map<Space, MemorySpace>();
  const contents = new Contents();
  let closed = false;

  let lastName: Space | undefined;
  let lastSpace: MemorySpace | undefined;

  function spaceOf(name: Space): MemorySpace {
    if (closed) throw closedFault();
    if (name === lastName && lastSpace !== undefined) return lastSpace;
    const space = spaces.get(name) ?? new MemorySpace(max, contents);
    spaces.set(name, space);
    lastName = name;
    lastSpace = space;
    return space;
  }

  function checkRecords(request: CommitRequest): EntenteError | undefined {
    try {
      for (const record of request.records) recordText(record.id, record.value);
      return undefined;
    } catch (error) {
      if (error instanceof EntenteError) return error;
      throw error;
    }
  }

  function commitOne(request: CommitRequest): CommitReply {
    const space = spaceOf(request.space);
    if (request.epoch !== epoch) return { status: 'epoch-changed', epoch };
    // The common request needs none of the checks below: it is one guarded write of a size that is looked at here.
    const [write] = request.writes;
    if (isPlain(request) && (write?.kind !== 'content' || write.content.length <= capabilities.maxContentBytes)) {
      return told(space.commitPlain(request), request.space);
    }
    assertGuarded(request);
    const oversize =
      checkLimits(request, capabilities) ?? (request.records.length === 0 ? undefined : checkRecords(request));
    if (oversize !== undefined) return { status: 'unavailable', error: oversize };
    return told(space.commit(request), request.space);
  }

  function told(reply: CommitReply, space: Space): CommitReply {
    if (reply.status === 'committed') wakers.notify(space);
    return reply;
  }

  function direct(name: Space): Direct | undefined {
    if (closed) return undefined;
    const space = spaceOf(name);
    return {
      epoch,
      revision: () => space.revision,
      look(id) {
        if (closed) throw closedFault();
        return space.look(id);
      },
      swap(token, hash, at) {
        if (closed) throw closedFault();
        const landed = space.swap(token, hash, at);
        if (landed !== undefined) wakers.notify(name);
        return landed;
      },
    };
  }

  const store: Store = {
    capabilities,
    commit(requests) {
      try {
        if (requests.length === 1) return [commitOne(requests[0] as CommitRequest)];
        for (const request of requests) assertGuarded(request);
        return requests.map(commitOne);
      } catch (error) {
        // Answers come at once; a fault comes as a rejection, as from every other store.
        return Promise.reject(error);
      }
    },
    commitStatus: async (space, agent, commitId) => spaceOf(space).commitStatus(agent, commitId),
    read(space, ids) {
      try {
        return spaceOf(space).read(epoch, ids);
      } catch (error) {
        return Promise.reject(error);
      }
    },
    content: async (hash) => contents.get(hash),
    list: async (space, prefix, page) => spaceOf(space).list(prefix, page),
    history: async (space, id, page) => spaceOf(space).history(id, page),
    record: async (space, kind, id) => spaceOf(space).record(kind, id),
    records: async (space, kind, filter, page) => spaceOf(space).records(kind, filter.state, page),
    counts: async (space) => spaceOf(space).counts(),
    log: async (space, after, limit) => spaceOf(space).log(after, limit),
    wake: (space, signal) => wakers.wake(space, signal),
    trim: async (space, before) => spaceOf(space).trim(before),
    epoch: async () => epoch,
    spaces: async () => [...spaces].filter(([, space]) => space.revision > 0).map(([name]) => name),
    async close() {
      closed = true;
      wakers.close();
    },
  };
  return offerDirect(store, direct);
}
