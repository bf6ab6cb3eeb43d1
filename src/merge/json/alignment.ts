// How one side of a sequence stands to the base: its changes, and where each base element and each gap went.
import type { Hunk } from '../diff.ts';

/** The base's element is not on that side any more. */
export const DELETED = -1;
/** It went in a run that became another number of elements: no single one took its place. */
export const DISSOLVED = -2;

export interface Aligned {
  readonly hunks: readonly Hunk[];
  /** For each base element: its place on this side, DELETED or DISSOLVED. */
  readonly at: Int32Array;
  /** For each gap of the base: the place on this side in front of which an insertion stands. */
  readonly gap: Int32Array;
}

export const isInsertion = (hunk: Hunk): boolean => hunk.aStart === hunk.aEnd;
export const isDeletion = (hunk: Hunk): boolean => hunk.bStart === hunk.bEnd;
export const isExchange = (hunk: Hunk): boolean => hunk.aEnd - hunk.aStart === hunk.bEnd - hunk.bStart;
/** A run that became another number of elements. */
export const isIrregular = (hunk: Hunk): boolean => !isInsertion(hunk) && !isDeletion(hunk) && !isExchange(hunk);

/** Lays the changes of one side, of a base with `count` elements, along it. */
export function align(count: number, hunks: readonly Hunk[]): Aligned {
  const at = new Int32Array(count);
  const gap = new Int32Array(count + 1);
  let side = 0;
  let base = 0;
  const keepTo = (end: number): void => {
    for (; base < end; base++, side++) {
      at[base] = side;
      gap[base + 1] = side + 1;
    }
  };
  for (const hunk of hunks) {
    keepTo(hunk.aStart);
    for (; base < hunk.aEnd; base++) {
      const place = hunk.bStart + base - hunk.aStart;
      at[base] = isExchange(hunk) ? place : isDeletion(hunk) ? DELETED : DISSOLVED;
      gap[base + 1] = isExchange(hunk) ? place + 1 : hunk.bEnd;
    }
    side = hunk.bEnd;
    if (isInsertion(hunk)) gap[base] = side;
  }
  keepTo(count);
  return { hunks, at, gap };
}
