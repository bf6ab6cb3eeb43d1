// What a structural merge knows while it walks the three documents: the places still to be looked at, and what has been
// decided so far. Decisions are plans on nodes of current; what has no plan stays as current has it.
import type { ReceiptEntry } from '../../core/receipt.ts';
import type { RegionKind } from '../../core/region.ts';
import type { Watch } from '../watch.ts';
import { equalValues } from './equal.ts';
import { type ArrayPatterns, appendSegment, type Patterns, type Place, pointerOf } from './pointer.ts';
import * as T from './tape.ts';

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
}

/** What becomes of a node of current. */
export type Plan =
  /** The children in order: a node of current, or `~node` of proposed. `source` is the container in proposed. */
  | { readonly kind: 'items'; readonly items: readonly number[]; readonly source: number }
  | { readonly kind: 'take'; readonly node: number }
  | { readonly kind: 'text'; readonly text: string };

/** A clash, its sides as source ranges; a side that has nothing there is left out. */
export interface Clash {
  readonly pointer: string;
  readonly kind: RegionKind;
  readonly reason?: string;
  readonly base?: Uint8Array;
  readonly current?: Uint8Array;
  readonly proposed?: Uint8Array;
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
  readonly clashes: Clash[];
  readonly entries: ReceiptEntry[];
  readonly notes: Set<string>;
  /** Comments of proposed that a clash of comments speaks of. */
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

export function clash(
  context: Context,
  place: Place | undefined,
  kind: RegionKind,
  nodes: { readonly base?: number; readonly current?: number; readonly proposed?: number },
  reason?: string,
): void {
  const { base = T.ABSENT, current = T.ABSENT, proposed = T.ABSENT } = nodes;
  context.clashes.push({
    pointer: pointerOf(place, 'base'),
    kind,
    ...(reason === undefined ? {} : { reason }),
    ...(base < 0 ? {} : { base: T.valueBytes(context.base, base) }),
    ...(current < 0 ? {} : { current: T.valueBytes(context.current, current) }),
    ...(proposed < 0 ? {} : { proposed: T.valueBytes(context.proposed, proposed) }),
  });
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
