// A store whose revisions have holes: what a distributed one may do. A caller that counts revisions, or adds 1 to one,
// asks for a revision that never was, and is told so.
import type { Store } from '../../src/stores/store.ts';
import { passThrough } from './wrap.ts';

const STEP = 10;
const counts = new Set(['revision', 'born', 'asOf', 'created', 'expected', 'trimmed', 'oldest']);
/** What the caller wrote is given back as it was written. */
const opaque = new Set(['value', 'meta', 'content']);

function map(value: unknown, change: (count: number) => number): unknown {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => map(item, change));
  const entries = Object.entries(value).map(([name, member]): [string, unknown] => {
    if (opaque.has(name)) return [name, member];
    return [name, counts.has(name) && typeof member === 'number' ? change(member) : map(member, change)];
  });
  return Object.fromEntries(entries);
}

function inward(count: number): number {
  if (count % STEP !== 0) throw new Error(`${count} is no revision of this store: somebody counted`);
  return count / STEP;
}

const outward = (count: number): number => count * STEP;

export function createSparseStore(inner: Store): Store {
  const store = passThrough(inner);
  const told = async <T>(work: Promise<T> | T): Promise<T> => map(await work, outward) as T;
  return {
    ...store,
    capabilities: { ...inner.capabilities, name: 'sparse', gapless: false },
    commit: (requests) => told(inner.commit(map(requests, inward) as typeof requests)),
    commitStatus: (space, agent, commitId) => told(inner.commitStatus(space, agent, commitId)),
    read: (space, ids) => told(inner.read(space, ids)),
    list: (space, prefix, page) => told(inner.list(space, prefix, page)),
    history: (space, id, page) => told(inner.history(space, id, page)),
    record: (space, kind, id) => told(inner.record(space, kind, id)),
    records: (space, kind, filter, page) => told(inner.records(space, kind, filter, page)),
    counts: (space) => told(inner.counts(space)),
    log: (space, after, limit) => told(inner.log(space, inward(after), limit)),
    trim: async (space, before) => outward(await inner.trim(space, Math.floor(before / STEP))),
  };
}
