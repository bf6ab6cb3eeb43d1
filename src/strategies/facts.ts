// What a strategy may look at, and what it answers: a resolution, or an order that only the controller can carry out.
import type { ConflictKind } from '../core/conflict-kind.ts';
import type { Resolution } from '../core/resolution.ts';
import type { CustomFunction, Merge } from './types.ts';

export interface Facts {
  readonly kind: ConflictKind;
  /** Who proposes, and who holds the current version. */
  readonly agent: string;
  readonly holder: string;
  /** How many `retry` outcomes the token has been through. */
  readonly attempt: number;
}

export type Verdict =
  | Resolution
  /** Merge with this engine; what it leaves goes to the strategy's `otherwise`. */
  | { readonly type: 'merge'; readonly strategy: Merge }
  | { readonly type: 'custom'; readonly fn: CustomFunction }
  /** Not decided by this strategy: hand it back as a conflict. */
  | { readonly type: 'handBack'; readonly reason: string };
