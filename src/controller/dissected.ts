// What a conflict is laid out as, for whoever decides it.
import type { Packet } from '../core/outcome.ts';
import type { MergeConflict } from '../core/region.ts';
import type { Conflict } from '../core/resolution.ts';
import type { Head } from '../core/version.ts';
import type { MergedPlace, MergePart } from '../merge/parts.ts';
import type { PastClash, Rehearsed } from './rehearse.ts';
import type { Controller } from './types.ts';

export type { MergedPlace, MergePart } from '../merge/parts.ts';

/** Why a conflict has no places to choose in. */
export type WholeReason =
  | 'binary'
  | 'deleted'
  | 'both-added'
  | 'too-large'
  | 'no-content'
  | 'base-gone'
  | 'budget'
  | 'unreadable'
  | 'other';

/** A conflict laid out for whoever decides it. */
export interface Dissected {
  readonly conflict: Conflict;
  /**
   * `text`: the result is its parts in a row. `structure`: places by pointer. `whole`: a side or content of one's own,
   * and `why` says what is in the way. `clean`: the sides merge without a clash, and were not to be merged unasked.
   */
  readonly form: 'text' | 'structure' | 'whole' | 'clean';
  readonly why?: WholeReason;
  /** The places that clash, with the bytes of each side. */
  readonly regions: readonly MergeConflict[];
  readonly parts?: readonly MergePart[];
  /** What merged by itself. */
  readonly merged: readonly MergedPlace[];
  /** All clashes as current has them, the rest merged. */
  readonly start?: Uint8Array;
  /** What was written between the base and the current side, oldest first. */
  readonly between: Packet['between'];
  /** The resource moved since the conflict's current side: what is there now, and what was written since. */
  readonly moved?: { readonly head: Head; readonly between: Packet['between'] };
}

/** A choice for one place of a conflict. */
export type ConflictChoice = { readonly region: string } & (
  | { readonly use: 'base' | 'current' | 'proposed' | 'both' | 'recorded' }
  | { readonly content: Uint8Array | string }
);

export interface ComposeOptions {
  /** Asked where a decision that was recorded on this resource would be taken. @default yes */
  readonly mayApply?: (resource: string) => boolean;
}

export interface Composed {
  readonly conflict: Conflict;
  readonly content: Uint8Array;
  /** The places without a choice: they stand as current has them. */
  readonly open: readonly string[];
}

/** A controller that has its store at hand: it lays conflicts out and tries policies, which over HTTP is the server's to do. */
export interface LocalController extends Controller {
  /** The conflict with its places, what merged by itself, who wrote, and whether the resource moved. */
  dissect(id: string): Promise<Dissected | undefined>;
  /** What choices for its places come to; nothing is stored. */
  compose(id: string, choices: readonly ConflictChoice[], options?: ComposeOptions): Promise<Composed>;
  /** What the policy of this controller would have made of a clash of the past. */
  rehearse(clash: PastClash): Promise<Rehearsed>;
}
