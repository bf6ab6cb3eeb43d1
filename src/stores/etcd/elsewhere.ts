// Large contents in another store: each is a resource there, named by its hash. Who may need one is known in etcd alone;
// what is let go of there is deleted here, unless it was put again meanwhile: whoever sends a content writes a version.
import { randomUUID } from 'node:crypto';
import { EntenteError } from '../../core/errors.ts';
import type { AgentId, ResourceId, Space } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import type { CommitReply, Store, Write } from '../store.ts';

export interface Elsewhere {
  /** Resolves when the other store has it, in a version from after this call. */
  put(hash: string, bytes: Uint8Array): Promise<void>;
  get(hash: string): Promise<Uint8Array | undefined>;
  /** What is there of these now, to be handed to `drop`. */
  look(hashes: readonly string[]): Promise<readonly (Head | undefined)[]>;
  /** Takes away what still is as it was seen. */
  drop(heads: readonly (Head | undefined)[]): Promise<void>;
}

const SPACE = 'etcd-contents' as Space;
const AGENT = 'etcd' as AgentId;
/** Writers of one content at the same time, at most. */
const TRIES = 8;

export function createElsewhere(store: Store): Elsewhere {
  async function look(hashes: readonly string[]): Promise<readonly (Head | undefined)[]> {
    return (await store.read(SPACE, hashes as readonly ResourceId[])).heads;
  }

  async function write(resource: ResourceId, head: Head | undefined, each: Write): Promise<CommitReply> {
    const commitId = randomUUID();
    const [reply] = await store.commit([
      {
        space: SPACE,
        agent: AGENT,
        commitId,
        fingerprint: commitId,
        epoch: await store.epoch(),
        asOf: Number.MAX_SAFE_INTEGER,
        at: 0,
        tokenBound: false,
        guards: [{ resource, revision: head?.revision ?? 0, hash: head?.hash ?? '' }],
        writes: [each],
        records: [],
        keeps: [],
        meta: { outcome: 'committed' },
      },
    ]);
    if (reply === undefined) throw away();
    return reply;
  }

  return {
    look,
    async put(hash, content) {
      const resource = hash as ResourceId;
      for (let tries = 0; tries < TRIES; tries += 1) {
        const [head] = await look([hash]);
        const reply = await write(resource, head, { resource, kind: 'content', hash, content });
        if (reply.status === 'committed') return;
        // Somebody else has just written it, which does as well; or taken it away.
        if (reply.status === 'stale' && reply.heads[0]?.deleted === false) return;
        if (reply.status === 'unavailable' || reply.status === 'unknown') throw reply.error;
      }
      throw away();
    },
    get: (hash) => store.content(hash),
    async drop(heads) {
      let last = 0;
      for (const head of heads) {
        if (head === undefined || head.deleted) continue;
        const { resource } = head;
        const reply = await write(resource, head, { resource, kind: 'delete' });
        if (reply.status === 'committed') last = Math.max(last, reply.revision);
      }
      if (last > 0) await store.trim(SPACE, last);
    },
  };
}

function away(): EntenteError {
  return new EntenteError('store-unavailable', 'The store that has the contents did not take one.', {
    next: 'Look at that store, then send the same again.',
  });
}
