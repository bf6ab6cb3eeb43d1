// The part of the proof that deals with decisions: what a side says that it lost must have stood against a change of the
// other side, somebody must have been allowed to drop it, and what stands there instead is the chosen side's.
import type { ReceiptEntry } from '../../core/receipt.ts';
import type { CleanMerge, MergeInput, MergeSide } from '../types.ts';
import type { Proof, Quad } from './check.ts';
import { isSameValue } from './check-values.ts';

export type Side = 'current' | 'proposed';
const SIDES: readonly Side[] = ['current', 'proposed'];

/** What the receipt says was left out; `isFree`: a person decided, so that values may be nobody's. */
export interface Drops {
  readonly isFree: boolean;
  /** May a clash be settled for that side? */
  readonly mayWin: (side: Side) => boolean;
  readonly count: number;
  /** Is that loss of a whole value (or of an array's order) told? */
  readonly whole: (side: Side, pointer: string) => boolean;
  /** Is that loss of an element told? */
  readonly element: (side: Side, array: string, index: number) => boolean;
  /** Losses that no `whole` or `element` has asked for yet. */
  readonly unused: () => number;
}

/** Reads the losses of a receipt; undefined if one is told that nobody may decide. */
export function readDrops(
  entries: readonly ReceiptEntry[],
  { options }: MergeInput,
  isFree: boolean,
): Drops | undefined {
  const told = entries.filter(({ action }) => action === 'dropped');
  const favor = options?.favor;
  const isAllowed = ({ by }: ReceiptEntry): boolean =>
    by.length === 1 && (isFree || (favor !== undefined && favor !== by[0]));
  if (!told.every(isAllowed)) return undefined;
  const unused = new Set(told);
  const wholes = new Map(told.filter(({ from }) => from === undefined).map((entry) => [placeOf(entry), entry]));
  const elements = byArray(told);
  const use = (entry: ReceiptEntry | undefined): boolean => {
    if (entry !== undefined) unused.delete(entry);
    return entry !== undefined;
  };
  return {
    isFree,
    mayWin: (side) => isFree || favor === side,
    count: told.length,
    whole: (side, pointer) => use(wholes.get(`${side} ${pointer}`)),
    element: (side, array, index) => use(findRange(elements.get(`${side} ${array}`), index)),
    unused: () => unused.size,
  };
}

function placeOf({ by, pointer }: ReceiptEntry): string {
  return `${by[0]} ${pointer}`;
}

/** Losses of elements by side and array, in the order of their ranges. */
function byArray(told: readonly ReceiptEntry[]): Map<string, ReceiptEntry[]> {
  const found = new Map<string, ReceiptEntry[]>();
  for (const entry of told) {
    if (entry.from === undefined) continue;
    const others = found.get(placeOf(entry));
    if (others === undefined) found.set(placeOf(entry), [entry]);
    else others.push(entry);
  }
  for (const entries of found.values()) entries.sort((a, b) => (a.from?.[0] ?? 0) - (b.from?.[0] ?? 0));
  return found;
}

/** The range that holds an index: a favoured array may have a hundred thousand, so it is searched by halves. */
function findRange(entries: readonly ReceiptEntry[] = [], index: number): ReceiptEntry | undefined {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.from?.[0] ?? 0) <= index) low = middle + 1;
    else high = middle;
  }
  const found = entries[low - 1];
  return found?.from !== undefined && index < found.from[1] ? found : undefined;
}

/** True if the place is one that both sides changed and that a decision settled as the receipt says. */
export function isDecided(
  proof: Proof,
  quad: Quad,
  removers: readonly string[] | undefined,
  adders: readonly string[] | undefined,
): boolean {
  const { drops } = proof;
  const { base, current, proposed, result } = quad;
  const isGap = base < 0 && current < 0 && proposed < 0;
  const isChanged =
    !isSameValue(proof.base, base, proof.current, current) &&
    !isSameValue(proof.base, base, proof.proposed, proposed) &&
    !isSameValue(proof.current, current, proof.proposed, proposed);
  if (isGap || !isChanged || (adders !== undefined) !== result >= 0) return false;
  if (String(removers) !== String(base < 0 ? undefined : SIDES)) return false;
  const chosen = chosenSide(proof, quad, adders);
  if (chosen === undefined) return false;
  return SIDES.every((side) => side === chosen || quad[side] < 0 || isTold(drops, quad, side));
}

/** Whose value the result has; `nobody` for a decision's own; undefined if it is not what the receipt says. */
function chosenSide(
  { drops, ...proof }: Proof,
  quad: Quad,
  adders: readonly string[] | undefined,
): Side | 'nobody' | undefined {
  const [first] = adders ?? [];
  if (quad.result < 0) {
    return SIDES.find((side) => quad[side] < 0 && drops.mayWin(side)) ?? (drops.isFree ? 'nobody' : undefined);
  }
  if (first === undefined) return drops.isFree ? 'nobody' : undefined;
  const side = SIDES.find((each) => each === first);
  if (side === undefined || adders?.length !== 1 || !drops.mayWin(side)) return undefined;
  return isSameValue(proof[side], quad[side], proof.result, quad.result) ? side : undefined;
}

function isTold(drops: Drops, { own, at }: Quad, side: Side): boolean {
  const index = own?.[side];
  return own === undefined || index === undefined ? drops.whole(side, at) : drops.element(side, own.array, index);
}

/** Was the order of an array decided for the one that the result has? */
export function isOrderDecided(
  { drops }: Proof,
  array: string,
  after: string,
  orders: { readonly base: string; readonly current: string; readonly proposed: string },
): boolean {
  const lost = SIDES.filter((side) => drops.whole(side, array));
  if (lost.length === 2) return drops.isFree && after === orders.base;
  const kept = SIDES.find((side) => !lost.includes(side));
  return lost.length === 1 && kept !== undefined && after === orders[kept];
}

/** A whole document decided on its bytes, so that no side has to be read; false if the receipt does not say that. */
export function isWholeDecided(input: MergeInput, { content, receipt }: CleanMerge, drops: Drops): boolean {
  const entries = receipt.entries.filter(({ action }) => action !== 'kept');
  if (entries.some(({ pointer, from }) => pointer !== '' || from !== undefined)) return false;
  const named = (action: string): string[] =>
    entries.filter((each) => each.action === action).map(({ by }) => String(by));
  if (String(named('removed')) !== String(input.base === null ? [] : [String(SIDES)])) return false;
  const [adder, ...more] = named('added');
  if (more.length > 0 || (adder !== undefined) !== (content !== null)) return false;
  const chosen = content === null ? SIDES.find((side) => input[side] === null) : adder;
  if (chosen === undefined || chosen === '') return drops.isFree && losesAll(input, drops, undefined);
  const side = SIDES.find((each) => each === chosen);
  return side !== undefined && drops.mayWin(side) && sameBytes(input[side], content) && losesAll(input, drops, side);
}

function losesAll(input: MergeInput, drops: Drops, chosen: Side | undefined): boolean {
  return SIDES.every((side) => side === chosen || input[side] === null || drops.whole(side, ''));
}

function sameBytes(a: MergeSide, b: MergeSide): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}
