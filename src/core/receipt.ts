// The ledger of an automatic merge: who kept, added and removed what, so that a checker can prove nothing was dropped.
import type { RecordedUse } from './recorded.ts';

/**
 * One run of lines (text) or one member (structures) of the ledger.
 * `kept`: of the base, in the result. `added`: from the named sides, in the result; nobody named = a decision's own
 * text. `removed`: of the base, taken out by the named sides. `dropped`: added by the named side and left out of the
 * result, because an option or a decision said so. `woven`: of the base, with what both sides put into it.
 */
export interface ReceiptEntry {
  readonly action: 'kept' | 'added' | 'removed' | 'dropped' | 'woven';
  readonly by: readonly ('current' | 'proposed')[];
  /** `dropped`: the range in the side that is named, of lines or of the elements of the array at `pointer`. */
  readonly from?: readonly [number, number];
  /** Line text: 0-based half-open ranges in the base and in the result. Structures: an RFC 6901 pointer. */
  readonly base?: readonly [number, number];
  readonly result?: readonly [number, number];
  readonly pointer?: string;
  /** `woven`: who put what in. */
  readonly spans?: readonly WovenSpan[];
}

/** Bytes `[from, to)`, counted from the beginning of the woven lines: without proposed's they are current's lines. */
export interface WovenSpan {
  readonly by: 'current' | 'proposed';
  readonly from: number;
  readonly to: number;
}

/** A remark of a merge for whoever reads its result: a fall-back that was taken, a check that was not made. */
export interface Note {
  readonly code: string;
  readonly message: string;
}

export interface Receipt {
  readonly engine: string;
  readonly entries: readonly ReceiptEntry[];
  /** The places that kept decisions settled: only there may a change be left out. */
  readonly recorded?: readonly RecordedUse[];
  /** What the engine says beside the ledger; as the controller stores and tells it, the first 20. */
  readonly notes?: readonly Note[];
}
