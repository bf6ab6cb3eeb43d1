// Guarded records that the service itself keeps: keys, signing keys, claims, proposals; and what it writes to a log beside
// them. One commit each, like every other write; what raced and lost is told to the caller, who looks again.
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
  /** Further facts for the log: plain JSON. */
  readonly extra?: { readonly [name: string]: unknown };
}

/** Writes one record; false where it has another revision than `record.expected`. Throws what the store cannot do. */
export function writeRecord(store: Store, sender: RecordSender, record: RecordWrite): Promise<boolean> {
  return send(store, sender, [record]);
}

/** An entry of the log that writes nothing else. Throws what the store cannot do. */
export async function writeEntry(store: Store, sender: RecordSender): Promise<void> {
  await send(store, sender, []);
}

async function send(store: Store, sender: RecordSender, records: readonly RecordWrite[]): Promise<boolean> {
  const { space, agent, at, commitId, reason, extra } = sender;
  const { epoch, revision: asOf } = await store.read(space, []);
  const said = records.map(({ kind, id, state = '', value }) => [kind, id, state, value]);
  const request: CommitRequest = {
    ...{ space, agent, commitId, fingerprint: hashOf(JSON.stringify(said)), epoch, asOf, at, tokenBound: false },
    ...{ guards: [], writes: [], records, keeps: [] },
    meta: { outcome: 'recorded', reason, ...(extra === undefined ? {} : { extra }) },
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
