// The signature that every merge engine has. Engines are pure: they fetch nothing, hold nothing and never throw on data.
import type { Note, Receipt } from '../core/receipt.ts';
import type { MergeConflict } from '../core/region.ts';

export type { Note } from '../core/receipt.ts';

/** A side of a merge: bytes, or null for absent (never was, or deleted). */
export type MergeSide = Uint8Array | null;

export type ArrayPolicy = 'ordered' | 'set' | 'append' | 'atomic' | { readonly key: string };

/** Budgets are arguments, never module state; over budget is a conflict that says so. */
export interface MergeBudget {
  /** Bytes a side. @default 2 MiB in the controller, unlimited in `mergeContents` */
  readonly bytes?: number;
  /** Lines a side; not of JSON and its like, whose documents may be one line. */
  readonly lines?: number;
  /** Nodes of a structured document a side. */
  readonly nodes?: number;
  /** Nesting depth of a structured document. @default 5,000 */
  readonly depth?: number;
  /** Milliseconds for the whole merge, looked at between steps. */
  readonly ms?: number;
  /** The clock that `ms` is measured with, in milliseconds. @default performance.now */
  readonly clock?: () => number;
}

export interface MergeOptions {
  /** Which engine; `auto` goes by path, then media type, then contents, else it is text. */
  readonly engine?: string;
  readonly budget?: MergeBudget;

  // Text. All off unless asked for.
  /** `merge`: changes of neighbouring lines are no clash (prose, logs). */
  readonly adjacent?: 'conflict' | 'merge';
  /** Take what both sides have, current first, instead of a conflict. */
  readonly union?: boolean;
  /** Decide each conflicting region (text) or place (JSON) for one side; conflicts of the whole value stay open. */
  readonly favor?: 'current' | 'proposed';
  /** `auto`: CRLF against LF is no change of a line; the file's ending is merged as one flag. */
  readonly eol?: 'bytes' | 'auto';
  /** `normalize`: a missing newline at the end is no change, and the result has one. */
  readonly finalNewline?: 'bytes' | 'normalize';
  /** Blanks at the ends of lines, or all blanks, are no change; the changed spelling is kept, current's first. */
  readonly ignoreWhitespace?: 'none' | 'trailing' | 'all';
  /** `bytes`: a byte order mark is a part of the first line, not a flag of the file. */
  readonly bom?: 'flag' | 'bytes';

  // Source code.
  /** `ignore`: a merge by lines is not parsed again, and what it declares twice is no conflict. @default 'check' */
  readonly syntax?: 'check' | 'ignore';
  /** Puts the two sides' additions to one list together where the syntax tree says that order means nothing there. */
  readonly commutative?: boolean;

  // JSON.
  readonly format?: 'json' | 'jsonc';
  /** By pointer pattern (`*` stands for one segment, `**` for any number). */
  readonly arrays?: { readonly [pointerPattern: string]: ArrayPolicy };
  readonly strings?: { readonly [pointerPattern: string]: 'text' };
  readonly counters?: readonly string[];

  // package.json.
  /** `higher`: a dependency that both sides raised within one major takes the higher version. @default 'conflict' */
  readonly bumps?: 'conflict' | 'higher';
}

export interface MergeInput {
  readonly base: MergeSide;
  readonly current: MergeSide;
  readonly proposed: MergeSide;
  readonly path?: string;
  readonly mediaType?: string;
  readonly options?: MergeOptions;
}

export interface MergeStats {
  readonly engine: string;
  /** Regions (text) or members (structures) that merged without a clash, and those that clashed. */
  readonly clean: number;
  readonly conflicts: number;
}

export interface CleanMerge {
  readonly status: 'clean';
  /** null: the merge is a deletion. */
  readonly content: MergeSide;
  readonly receipt: Receipt;
  readonly stats: MergeStats;
  readonly notes: readonly Note[];
}

export interface ConflictedMerge {
  readonly status: 'conflict';
  readonly conflicts: readonly MergeConflict[];
  /** All conflicts left as current, the rest merged; null where there is no such document. */
  readonly partial: MergeSide;
  readonly stats: MergeStats;
  readonly notes: readonly Note[];
  /** The input, by reference, so that the result can be rendered and settled. */
  readonly input: MergeInput;
  /** The conflicts that `resolveConflict` has settled so far. */
  readonly settled?: readonly SettledConflict[];
}

/** A settled conflict: its id, and how it was decided. */
export interface SettledConflict {
  readonly id: string;
  readonly decision: RegionDecision;
}

export const mergeErrorCodes = ['syntax', 'duplicate-key', 'too-deep', 'strategy-threw'] as const;
export type MergeErrorCode = (typeof mergeErrorCodes)[number];

export interface FailedMerge {
  readonly status: 'error';
  readonly code: MergeErrorCode;
  /** Which side, and where in it: an RFC 6901 pointer or a byte offset. */
  readonly at?: {
    readonly side?: 'base' | 'current' | 'proposed';
    readonly offset?: number;
    readonly pointer?: string;
  };
  readonly message: string;
}

export type MergeResult = CleanMerge | ConflictedMerge | FailedMerge;

export type Engine = (input: MergeInput) => MergeResult;

/** Decision for one conflicting region. */
export type RegionDecision =
  | { readonly use: 'base' | 'current' | 'proposed' | 'both' }
  | { readonly content: Uint8Array | string; readonly allowMarkers?: boolean };
