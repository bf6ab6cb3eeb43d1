// What a structural merge knows while it walks the three documents: the places still to be looked at, and what has been
// decided so far. Decisions are plans on nodes of current; what has no plan stays as current has it.
import type { ReceiptEntry } from '../../core/receipt.ts';
import type { RegionKind } from '../../core/region.ts';
import type { createIdDealer } from '../conflict-id.ts';
import type { RegionDecision } from '../types.ts';
import type { Watch } from '../watch.ts';
import { equalValues } from './equal.ts';
import type { Foreign } from './foreign.ts';
import { type ArrayPatterns, appendSegment, type Patterns, type Place, pointerOf } from './pointer.ts';
import type * as T from './tape.ts';

export type Changer = 'current' | 'proposed';
export const BOTH: readonly Changer[] = ['current', 'proposed'];
export const BY_CURRENT: readonly Changer[] = ['current'];
export const BY_PROPOSED: readonly Changer[] = ['proposed'];

/** Three nodes at one place, current and proposed present; base may be T.ABSENT. */
export interface Work {
  readonly base: number;
  readonly current: number;
  readonly proposed: number;
  readonly place: Place | undefined;
  /** The objects that it is a member of. */
  readonly parent?: { readonly current: number; readonly proposed: number };
}

/** What becomes of a node of current. */
export type Plan =
  /** The children in order: a node of current, or `~` a foreign one. `source` is the container in proposed. */
  | { readonly kind: 'items'; readonly items: readonly number[]; readonly source: number }
  /** A foreign value (foreign.ts) in the place of current's. */
  | { readonly kind: 'take'; readonly node: number }
  | { readonly kind: 'text'; readonly text: string };

/** A clash, its sides as source ranges; a side that has nothing there is left out. */
export interface Clash {
  readonly id: string;
  readonly pointer: string;
  readonly kind: RegionKind;
  readonly reason?: string;
  readonly base?: Uint8Array;
  readonly current?: Uint8Array;
  readonly proposed?: Uint8Array;
}

/** Decisions by the ids of the clashes that they settle; `taken` is filled with the ids that the merge met. */
export interface Settled {
  readonly decisions: ReadonlyMap<string, RegionDecision>;
  readonly taken: Set<string>;
}

export interface Context {
  readonly base: T.Doc;
  readonly current: T.Doc;
  readonly proposed: T.Doc;
  readonly arrays: ArrayPatterns;
  readonly strings: Patterns<'text'>;
  readonly counters: Patterns<true>;
  readonly plans: Map<number, Plan>;
  readonly work: Work[];
  /** Open ones, and those that a decision or `favor` settled. */
  readonly clashes: Clash[];
  readonly decided: Clash[];
  readonly dealId: ReturnType<typeof createIdDealer>;
  readonly settled: Settled;
  readonly favor: Changer | undefined;
  /** The limit of nesting, for what a decision brings. */
  readonly depth: { readonly depth?: number };
  readonly foreign: Foreign[];
  /** Arrays that a decision exchanged as a whole: their pointers in the base and in the result. */
  readonly swallowed: { readonly at: string; readonly to: string }[];
  /** A decision took the whole document away. */
  isGone: boolean;
  readonly entries: ReceiptEntry[];
  readonly notes: Set<string>;
  /** Comments that a clash of comments speaks of: proposed's, and current's that a decision left out. */
  readonly clashingComments: string[];
  readonly watch: Watch;
}

export function sameInAll(context: Context, base: number, current: number, proposed: number): boolean {
  return base >= 0 && sameCP(context, current, proposed) && sameBC(context, base, current);
}

export function sameBC(context: Context, base: number, current: number): boolean {
  return base >= 0 && equalValues(context.base, base, context.current, current);
}

export function sameBP(context: Context, base: number, proposed: number): boolean {
  return base >= 0 && equalValues(context.base, base, context.proposed, proposed);
}

export function sameCP(context: Context, current: number, proposed: number): boolean {
  return equalValues(context.current, current, context.proposed, proposed);
}

/** The place of a child: what it is called in the base, and in the result. */
export function childPlace(parent: Place | undefined, base: string | number, result: string | number): Place {
  return { parent, base, result };
}

export function removed(
  context: Context,
  parent: Place | undefined,
  segment: string | number,
  by: readonly Changer[],
): void {
  context.entries.push({ action: 'removed', by, pointer: appendSegment(pointerOf(parent, 'base'), segment) });
}

export function added(
  context: Context,
  parent: Place | undefined,
  segment: string | number,
  by: readonly Changer[],
): void {
  context.entries.push({ action: 'added', by, pointer: appendSegment(pointerOf(parent, 'result'), segment) });
}

/** The value at a place was exchanged for another one. */
export function exchanged(context: Context, { base, place }: Work, by: readonly Changer[]): void {
  if (base >= 0) context.entries.push({ action: 'removed', by, pointer: pointerOf(place, 'base') });
  context.entries.push({ action: 'added', by, pointer: pointerOf(place, 'result') });
}
