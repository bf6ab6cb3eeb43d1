// Decisions that are kept: what somebody decided where three texts met, found again by the id of that meeting.
import type { RegionAt } from './region.ts';

/** What stands in the place from now on: the text of a side, or a text of the decision's own. */
export type RecordedChoice = { readonly use: 'base' | 'current' | 'proposed' } | { readonly content: Uint8Array };

/** A decision on one place of a conflict. The newest one on the same three texts is the one that is kept. */
export interface RecordedDecision {
  /** The engine and the stable id of the three texts: `text-0123456789abcdef`. */
  readonly id: string;
  readonly engine: string;
  /** The stable id of the three texts. */
  readonly region: string;
  readonly choice: RecordedChoice;
  readonly agent: string;
  /** Milliseconds since 1970, for display only. */
  readonly at: number;
  readonly reason?: string;
  /** The resource and the conflict that it was decided on. */
  readonly resource: string;
  readonly conflictId: string;
  /** Structures: the pointers at which it was decided, the last ones. Elsewhere it is not applied by itself. */
  readonly places?: readonly string[];
  /** The record's own revision. */
  readonly revision: number;
}

/** A kept decision for one place of a conflict. */
export interface OfferedDecision {
  /** The id of the place among the regions of the conflict. */
  readonly region: string;
  readonly decision: RecordedDecision;
  /** It was decided at another place of a structure: a person may take it, a policy does not. */
  readonly elsewhere?: true;
}

/** What was decided before on the places of a conflict. */
export interface Offer {
  /** Every place has a decision: together they are a full proposal, `{ use: 'recorded' }`. */
  readonly complete: boolean;
  readonly decisions: readonly OfferedDecision[];
}

/** A place of a merge that a kept decision settled: in its receipt, so that nothing is left out in silence. */
export interface RecordedUse {
  /** The id of the kept decision. */
  readonly id: string;
  /** The place, by its id in this merge and by where it lies in the three texts. */
  readonly region: string;
  readonly at: RegionAt;
  /** Who decided, on which conflict, and the revision of the record that was gone by. */
  readonly agent: string;
  readonly conflictId: string;
  readonly revision: number;
}
