// Guarded records that the service itself keeps: keys, signing keys, claims, proposals. One commit each, like every
// other write; what raced and lost is told to the caller, who looks again.
import { EntenteError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import type { AgentId, Space } from '../core/resource.ts';
import type { CommitRequest, RecordWrite, Store } from '../stores/store.ts';

const TRIES = 8;

export interface RecordSender {
  readonly space: Space;
  readonly agent: AgentId;
  /** Milliseconds since 1970, for display only. */
  readonly at: number;
  /** Unique for this write: sent again under the same one while its answer is in doubt. */
  readonly commitId: string;
  readonly reason: string;
}

/** Writes one record; false where it has another revision than `record.expected`. Throws what the store cannot do. */
export async function writeRecord(store: Store, sender: RecordSender, record: RecordWrite): Promise<boolean> {
  const { space, agent, at, commitId, reason } = sender;
  const { epoch, revision: asOf } = await store.read(space, []);
  const fingerprint = hashOf(JSON.stringify([record.kind, record.id, record.state ?? '', record.value]));
  const request: CommitRequest = {
    ...{ space, agent, commitId, fingerprint, epoch, asOf, at, tokenBound: false },
    ...{ guards: [], writes: [], records: [record], keeps: [] },
    meta: { outcome: 'recorded', reason },
  };
  let doubt: EntenteError | undefined;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const [reply] = await store.commit([request]);
    switch (reply?.status) {
      case 'committed':
      case 'replayed':
        return true;
      case 'stale':
        return false;
      case 'unavailable':
        if (doubt === undefined) throw reply.error;
        break;
      case 'unknown':
        doubt = reply.error;
        break;
      default:
        throw new EntenteError(
          'store-unavailable',
          `The store did not take the record: ${reply?.status ?? 'no answer'}.`,
        );
    }
  }
  throw doubt ?? new EntenteError('store-unavailable', 'The store did not say whether the record was written.');
}
