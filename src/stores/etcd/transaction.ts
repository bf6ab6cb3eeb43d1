// How the commits of a group become one transaction. Where all of them seem to hold it is flat: everything that any of
// them compares, then everything that they write, all or nothing. Where one may not, each is a transaction inside it, which
// compares and writes for itself. The flat form saves etcd's gateway much of its work: it reads JSON anew in each depth.
import type { Opened } from './opened.ts';
import type { Planned } from './plan.ts';
import {
  type Answered,
  type Compare,
  getOp,
  hasValue,
  type Json,
  nested,
  type Operation,
  putOp,
  txnOp,
} from './wire.ts';

/** Comparisons, or operations, of a flat transaction: etcd takes 128. */
export const FLAT_ROOM = 124;

/** What etcd made of a group. */
export interface Sent {
  /** False: nothing was done, because the history is another one, the segment is closed, or one of a flat group does not hold. */
  readonly done: boolean;
  /** etcd's revision of all of it. */
  readonly mod: number;
  /** What became of each commit; empty where that was not asked. */
  readonly own: readonly Answered[];
  /** The epoch and the newer seals, where nothing was done. */
  readonly ahead: readonly (Json | undefined)[];
  /** The space's last keys and its trim point, behind all of it; empty where nobody needs to be told. */
  readonly behind: readonly (Json | undefined)[];
}

const LANDED: Answered = { succeeded: true, revision: 0, responses: [] };

/** Whether it is worth to try the group as a flat one: it is small enough, and nothing is known to be stale. */
export function mayBeFlat(planned: readonly Planned[]): boolean {
  const compared = planned.reduce((sum, { txn }) => sum + txn.compare.length, 0);
  const written = planned.reduce((sum, { txn }) => sum + txn.success.length, 0);
  return (
    Math.max(compared, written) <= FLAT_ROOM &&
    planned.every(({ txn }) => !txn.success.some((operation) => 'request_txn' in operation)) &&
    planned.every(({ txn }) => !txn.compare.some(holdsNever))
  );
}

function holdsNever(compare: Compare): boolean {
  return compare.target === undefined && compare.result === 'LESS';
}

function aheadOf({ keys, segments }: Opened, space: string): readonly Operation[] {
  return [getOp(keys.epoch), segments.sealsOp(space)];
}

function comparesOf({ keys, segments, epoch }: Opened, space: string, segment: number): readonly Compare[] {
  return [hasValue(keys.epoch, epoch()), ...segments.compares(space, segment)];
}

/** All of the group, or nothing. A single commit that does not hold is told at once what stands against it. */
export async function sendFlat(
  opened: Opened,
  space: string,
  segment: number,
  planned: readonly Planned[],
): Promise<Sent> {
  const { client, keys, lasts } = opened;
  const [only] = planned.length === 1 ? planned : [];
  const behind = only === undefined ? [] : [lasts.op(space), getOp(keys.trimmed(space)), ...only.txn.failure];
  const { succeeded, revision, responses } = await client.write({
    compare: [...comparesOf(opened, space, segment), ...planned.flatMap(({ txn }) => txn.compare)],
    success: planned.flatMap(({ txn }) => txn.success),
    failure: [...aheadOf(opened, space), ...behind],
  });
  if (succeeded) return { done: true, mod: revision, own: planned.map(() => LANDED), ahead: [], behind: [] };
  const [epoch, seals, last, trim, ...looked] = responses;
  const own = only === undefined ? [] : [{ succeeded: false, revision, responses: looked }];
  return { done: false, mod: revision, own, ahead: [epoch, seals], behind: [last, trim] };
}

/** Each for itself: one that does not hold takes no other with it. */
export async function sendNested(
  opened: Opened,
  space: string,
  segment: number,
  planned: readonly Planned[],
): Promise<Sent> {
  const { client, keys, lasts } = opened;
  const { succeeded, revision, responses } = await client.write({
    compare: comparesOf(opened, space, segment),
    // What refusals have to tell comes once for all of them.
    success: [...planned.map(({ txn }) => txnOp(txn)), lasts.op(space), getOp(keys.trimmed(space))],
    // etcd's quota counts the puts of the outermost branches alone: without one of them it would let all of this pass.
    failure: [...aheadOf(opened, space), putOp(keys.quota, '')],
  });
  if (!succeeded) return { done: false, mod: revision, own: [], ahead: responses, behind: [] };
  const behind = responses.slice(planned.length);
  return { done: true, mod: revision, own: planned.map((_, place) => nested(responses[place])), ahead: [], behind };
}
