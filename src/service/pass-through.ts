// A store that hands every call on: what wrappers start from. Written out, not spread, so that a wrapper keeps working
// when a store holds its methods on a prototype.
import type { Store } from '../stores/store.ts';

export function passThrough(inner: Store): Store {
  return {
    capabilities: inner.capabilities,
    commit: (requests) => inner.commit(requests),
    commitStatus: (space, agent, commitId) => inner.commitStatus(space, agent, commitId),
    read: (space, ids) => inner.read(space, ids),
    content: (hash) => inner.content(hash),
    list: (space, prefix, page) => inner.list(space, prefix, page),
    history: (space, id, page) => inner.history(space, id, page),
    record: (space, kind, id) => inner.record(space, kind, id),
    records: (space, kind, filter, page) => inner.records(space, kind, filter, page),
    counts: (space) => inner.counts(space),
    log: (space, after, limit) => inner.log(space, after, limit),
    wake: (space, signal) => inner.wake(space, signal),
    trim: (space, before) => inner.trim(space, before),
    epoch: () => inner.epoch(),
    spaces: () => inner.spaces(),
    close: () => inner.close(),
  };
}
