// A store that compares and writes nothing, for "what would happen": it reads the real one, and answers a commit as that
// would answer now. What it says is true of the moment, no more.
import { EntenteError } from '../core/errors.ts';
import type { Head } from '../core/version.ts';
import type { CommitReply, CommitRequest, Snapshot, Store, Write } from '../stores/store.ts';
import { passThrough } from './pass-through.ts';

function headOf(request: CommitRequest, write: Write, before: Head | undefined, revision: number): Head {
  const { agent, at } = request;
  const deleted = write.kind === 'delete';
  const living = before !== undefined && !before.deleted;
  return {
    ...{ resource: write.resource, version: (before?.version ?? 0) + 1, revision, agent, at, deleted },
    born: living || (deleted && before !== undefined) ? before.born : revision,
    hash: deleted ? '' : write.hash,
    ...(write.kind === 'content' ? { size: write.content.length } : {}),
    ...(write.kind === 'content' && write.mediaType !== undefined ? { mediaType: write.mediaType } : {}),
  };
}

async function staleRecords(store: Store, request: CommitRequest): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const { kind, id, expected } of request.records) {
    const record = await store.record(request.space, kind, id);
    if ((record?.revision ?? 0) !== expected) stale.push(id);
  }
  return stale;
}

async function rehearse(store: Store, request: CommitRequest): Promise<CommitReply> {
  const { space, agent, commitId } = request;
  const landed = await store.commitStatus(space, agent, commitId);
  if (landed.status === 'committed') {
    const { entry } = landed;
    return entry.fingerprint === request.fingerprint ? { status: 'replayed', entry } : { status: 'mismatch' };
  }
  const ids = [...request.guards, ...request.writes].map(({ resource }) => resource);
  const snapshot: Snapshot = await store.read(space, ids);
  if (snapshot.epoch !== request.epoch) return { status: 'epoch-changed', epoch: snapshot.epoch };
  const heads = new Map(snapshot.heads.filter((head) => head !== undefined).map((head) => [head.resource, head]));
  const holds = request.guards.every(({ resource, revision, hash }) => {
    const head = heads.get(resource);
    return (head?.revision ?? 0) === revision && (head?.hash ?? '') === hash;
  });
  const records = await staleRecords(store, request);
  if (!holds || records.length > 0) {
    if (request.asOf < snapshot.trimmed) return { status: 'expired', trimmed: snapshot.trimmed };
    const { revision } = snapshot;
    const watched = request.guards.map(({ resource }) => heads.get(resource)).filter((head) => head !== undefined);
    return { status: 'stale', revision, heads: watched, staleRecords: records };
  }
  const revision = snapshot.revision + 1;
  const made = request.writes.map((write) => headOf(request, write, heads.get(write.resource), revision));
  return { status: 'committed', revision, heads: made };
}

/** The store as it is, but for `commit`, which only says what would come of it. */
export function rehearsalStore(store: Store): Store {
  return {
    ...passThrough(store),
    commit: (requests) => Promise.all(requests.map((request) => rehearse(store, request))),
    trim: () => {
      throw new EntenteError('read-only', 'A rehearsal trims nothing.');
    },
    close: async () => {},
  };
}
