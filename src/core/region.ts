// Places where two changes meet, as data. The merge engines make them, packets and conflicts carry them.

/** Half-open and 0-based: `[start, end)`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export const regionKinds = [
  'content',
  'modified-deleted',
  'both-added',
  'type',
  'order',
  'binary',
  'budget',
  'too-large',
  'not-append-only',
] as const;

export type RegionKind = (typeof regionKinds)[number];

/** Where a region lies: line ranges in the three texts, or an RFC 6901 pointer. */
export type RegionAt =
  | { readonly lines: { readonly base: Range; readonly current: Range; readonly proposed: Range } }
  | { readonly pointer: string };

/** One place that a merge could not decide. A side that is absent there is left out. */
export interface MergeConflict {
  /** A stable hash of the three texts: the same clash has the same id, so that a decision can be found again. */
  readonly id: string;
  readonly kind: RegionKind;
  readonly at: RegionAt;
  readonly base?: Uint8Array;
  readonly current?: Uint8Array;
  readonly proposed?: Uint8Array;
  /** Why, where the kind alone does not say it (a veto, a budget). */
  readonly reason?: string;
}
