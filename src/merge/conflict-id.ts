// The identity of a clash: a hash of its three texts and of nothing else, so that the same clash is known again in
// another place, another file or another year, and a recorded decision can be found.
import { hashOf } from '../core/hash.ts';
import type { MergeSide } from './types.ts';

const LENGTH = 16;

/** 16 hex characters; an absent side is another thing than an empty one. */
export function conflictId(base: MergeSide, current: MergeSide, proposed: MergeSide): string {
  const parts = [base, current, proposed].map((side) => (side === null ? 'absent' : hashOf(side)));
  return hashOf(parts.join('\n')).slice(0, LENGTH);
}

/** Gives the second of two equal ids in one text `-2`, so that an id names one place. */
export function createIdDealer(): (base: MergeSide, current: MergeSide, proposed: MergeSide) => string {
  const seen = new Map<string, number>();
  return (base, current, proposed) => {
    const id = conflictId(base, current, proposed);
    const times = (seen.get(id) ?? 0) + 1;
    seen.set(id, times);
    return times === 1 ? id : `${id}-${times}`;
  };
}
