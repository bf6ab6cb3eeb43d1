// What became of one commit in the transaction's answer: the look at its commitId comes first, then what is stale.
import type { ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import { guardHolds } from '../check.ts';
import type { CommitReply } from '../store.ts';
import type { Encoded } from './encode.ts';
import { revisionOf } from './numbers.ts';
import type { Opened } from './opened.ts';
import type { Planned } from './plan.ts';
import { entryFrom, headFrom, headOf, recordFrom, trimFrom } from './values.ts';
import { type Answered, getOp, ranged } from './wire.ts';

export type Fate =
  | CommitReply
  /** It has landed before, and its entry is in this segment. */
  | { readonly status: 'landed'; readonly segment: number }
  /** Nothing stands against it: a content that was sent before it is gone. */
  | { readonly status: 'again' };

export interface Outcome {
  readonly place: number;
  /** etcd's revision of the whole transaction. */
  readonly mod: number;
  readonly own: Answered;
  /** The space's revision and its trim point, behind all commits of the transaction. */
  readonly revision: number;
  readonly trimmed: number;
}

export function fateOf(encoded: Encoded, { heads }: Planned, outcome: Outcome): Fate {
  const { place, mod, own } = outcome;
  if (!own.succeeded) return refusalOf(encoded, outcome);
  const revision = revisionOf(mod, place);
  const { agent, at } = encoded;
  return {
    status: 'committed',
    revision,
    heads: heads.map((head) => headOf(head, { resource: head.r, revision, agent, at })),
  };
}

function refusalOf(encoded: Encoded, { own, revision, trimmed }: Outcome): Fate {
  const [landed, ...rest] = own.responses.map((response) => ranged(response).kvs[0]);
  if (landed !== undefined) return { status: 'landed', segment: Number(landed.value.toString('utf8')) };
  const current = new Map<string, Head>();
  for (const [index, id] of encoded.guarded.entries()) {
    const kv = rest[index];
    if (kv !== undefined) current.set(id, headFrom(id as ResourceId, kv));
  }
  const staleRecords = encoded.records.flatMap(({ id, expected }, index) => {
    const kv = rest[encoded.guarded.length + index];
    return (kv === undefined ? 0 : recordFrom(kv).revision) === expected ? [] : [id];
  });
  const isStale = encoded.guards.some((guard) => !guardHolds(guard, current.get(guard.resource)));
  if (!isStale && staleRecords.length === 0) return { status: 'again' };
  if (encoded.asOf < trimmed) return { status: 'expired', trimmed };
  return { status: 'stale', revision, heads: [...current.values()], staleRecords };
}

/** The first answer to a commit that comes again. */
export async function replayOf(
  { client, keys, faultOf }: Opened,
  encoded: Encoded,
  segment: number,
): Promise<CommitReply> {
  try {
    const entry = keys.entry(encoded.space, segment, encoded.key);
    const { responses } = await client.read([getOp(entry), getOp(keys.trimmed(encoded.space))]);
    const [kv, trim] = responses.map((response) => ranged(response).kvs[0]);
    // Trimmed in between: it had landed, so the request is from before the trim point.
    if (kv === undefined) return { status: 'expired', trimmed: trimFrom(trim).trimmed };
    const found = entryFrom(kv);
    return found.fingerprint === encoded.fingerprint ? { status: 'replayed', entry: found } : { status: 'mismatch' };
  } catch (error) {
    return { status: 'unknown', error: faultOf(error) };
  }
}
