// The marker in the target: which source it is a copy of, and whether that copy is done. How far it is says the target's
// own revision of each space, so nothing has to be written down after a batch, and a kill at any moment loses nothing.
import { randomUUID } from 'node:crypto';
import { EntenteError } from '../../core/errors.ts';
import { type AgentId, MIGRATION_SPACE, type Space } from '../../core/resource.ts';
import type { CommitRequest, Store } from '../store.ts';

const KIND = 'migration';
const ID = 'source';
/** Who writes what stands for commits that are trimmed in the source, and the marker. */
export const MIGRATOR: AgentId = 'entente-migrate' as AgentId;

interface MarkerValue {
  /** The epoch of the source. */
  readonly from: string;
  readonly state: 'copying' | 'done';
  /** The trim points of the source that the copy began with, by space. */
  readonly trimmed: { readonly [space: string]: number };
}

export interface Marker {
  /** The trim point that the copy of this space began with; undefined: it has not begun. */
  trimmedOf(space: Space): number | undefined;
  begin(space: Space, trimmed: number): Promise<void>;
  done(): Promise<void>;
}

/** Reads or makes the marker. Throws `misuse` where the target holds anything else than this half-done copy. */
export async function openMarker(target: Store, from: string, at: number): Promise<Marker> {
  const record = await target.record(MIGRATION_SPACE, KIND, ID);
  let value = record?.value as MarkerValue | undefined;
  let revision = record?.revision ?? 0;
  if (value === undefined) {
    if ((await target.spaces()).length > 0) throw taken('it is not empty');
    value = { from, state: 'copying', trimmed: {} };
    await write(value);
  } else if (value.state === 'done') throw taken('a copy was finished in it, and may be in use');
  else if (value.from !== from) throw taken('it is the half-done copy of another store');

  async function write(next: MarkerValue): Promise<void> {
    const commitId = randomUUID();
    const request: CommitRequest = {
      ...{ space: MIGRATION_SPACE, agent: MIGRATOR, commitId, fingerprint: commitId, epoch: await target.epoch() },
      ...{ asOf: 0, at, tokenBound: false, guards: [], writes: [], keeps: [] },
      records: [{ kind: KIND, id: ID, state: next.state, value: next, expected: revision }],
      meta: { outcome: 'recorded' },
    };
    const [reply] = await target.commit([request]);
    if (reply?.status === 'unavailable' || reply?.status === 'unknown') throw reply.error;
    if (reply?.status !== 'committed') throw taken('another migration writes to it');
    revision = reply.revision;
    value = next;
  }

  const now = (): MarkerValue => value ?? { from, state: 'copying', trimmed: {} };
  return {
    trimmedOf: (space) => (Object.hasOwn(now().trimmed, space) ? now().trimmed[space] : undefined),
    begin: (space, trimmed) => write({ ...now(), trimmed: { ...now().trimmed, [space]: trimmed } }),
    done: () => write({ ...now(), state: 'done' }),
  };
}

function taken(why: string): EntenteError {
  return new EntenteError('misuse', `Nothing is moved into this store: ${why}.`, {
    next: 'Name a new store as the target, or remove what is in this one.',
  });
}
