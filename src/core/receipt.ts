// The ledger of an automatic merge: who kept, added and removed what, so that a checker can prove nothing was dropped.

/** Which side of a three-way merge. */
export type Side = 'base' | 'current' | 'proposed';

/**
 * One run of lines (text) or one member (structures) of the ledger.
 * `kept`: of the base, in the result. `added`: from the named sides, in the result. `removed`: of the base, taken out
 * by the named sides.
 */
export interface ReceiptEntry {
  readonly action: 'kept' | 'added' | 'removed';
  readonly by: readonly ('current' | 'proposed')[];
  /** Line text: 0-based half-open ranges in the base and in the result. Structures: an RFC 6901 pointer. */
  readonly base?: readonly [number, number];
  readonly result?: readonly [number, number];
  readonly pointer?: string;
}

export interface Receipt {
  readonly engine: string;
  readonly entries: readonly ReceiptEntry[];
}
