// What clashed, in the words of people: the same in the queue and above the conflict.
import type { QueueItem, RegionKind } from '../api/types.ts';

const KINDS: { readonly [kind in RegionKind]: string } = {
  content: 'both changed the same place',
  'modified-deleted': 'one changed what the other deleted',
  'both-added': 'both created it',
  type: 'both changed what kind of value it is',
  order: 'both changed the order',
  binary: 'binary, cannot be merged',
  budget: 'too much to merge in time',
  'too-large': 'too large to merge',
  'not-append-only': 'something but the end was changed',
};

/** What clashed, in a few words. */
export function clashOf({ regions, reason }: Pick<QueueItem, 'regions' | 'reason'>): string {
  const [first] = regions;
  if (first === undefined) return reason;
  const places = regions.length === 1 ? '1 place' : `${regions.length} places`;
  return `${places}: ${KINDS[first.kind] ?? first.kind}`;
}
