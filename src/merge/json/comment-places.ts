// Which children of a container are the same one on all three sides, so that the comments around them can be compared:
// members by their names, elements by identity or as the sequence merge lays them along each other. Never by an index
// alone: an element that moved would get the comments of the one that stood there before.
import { align } from './alignment.ts';
import { type Context, sameInAll } from './context.ts';
import { DEFAULT_KEY, type Elements, indexById } from './keyed.ts';
import { matchPlace, type Place } from './pointer.ts';
import { diffSequence, internElements } from './sequence.ts';
import * as T from './tape.ts';
import type { ItemSlots } from './trivia.ts';

interface Slots {
  readonly items: readonly ItemSlots[];
}

/** The slots of one container on all three sides. */
export interface SlotSides {
  readonly base: Slots;
  readonly current: Slots;
  readonly proposed: Slots;
}

/** One child, with what it is called in the base. */
export interface Matched {
  readonly base: ItemSlots;
  readonly current: ItemSlots;
  readonly proposed: ItemSlots;
  readonly segment: string | number;
}

/** The children that stand on all three sides. Throws OverBudget. */
export function matchChildren(
  context: Context,
  place: Place | undefined,
  kind: number,
  sides: SlotSides,
): readonly Matched[] {
  return kind === T.ARRAY ? matchElements(context, place, sides) : matchMembers(context, sides);
}

function matchMembers(context: Context, { base, current, proposed }: SlotSides): readonly Matched[] {
  const byName = (doc: T.Doc, { items }: Slots): ReadonlyMap<string, ItemSlots> =>
    new Map(items.map((item) => [T.keyOf(doc, item.node), item]));
  const before = byName(context.base, base);
  const theirs = byName(context.proposed, proposed);
  const matched: Matched[] = [];
  for (const [segment, own] of byName(context.current, current)) {
    const [b, p] = [before.get(segment), theirs.get(segment)];
    if (b !== undefined && p !== undefined) matched.push({ base: b, current: own, proposed: p, segment });
  }
  return matched;
}

/** Equal ones at both ends first: most arrays are not touched at all. */
function matchElements(context: Context, place: Place | undefined, sides: SlotSides): readonly Matched[] {
  const lists = [sides.base.items, sides.current.items, sides.proposed.items] as const;
  const [b, c, p] = lists.map(({ length }) => length) as [number, number, number];
  const most = Math.min(b, c, p);
  const matched: Matched[] = [];
  const match = (inBase: number, inCurrent: number, inProposed: number): void => {
    const [base, current, proposed] = [lists[0][inBase], lists[1][inCurrent], lists[2][inProposed]];
    if (base === undefined || current === undefined || proposed === undefined) return;
    matched.push({ base, current, proposed, segment: inBase });
  };
  const isSame = (inBase: number, inCurrent: number, inProposed: number): boolean =>
    sameInAll(context, lists[0][inBase]?.node ?? T.ABSENT, nodeAt(lists[1], inCurrent), nodeAt(lists[2], inProposed));
  let head = 0;
  for (; head < most && isSame(head, head, head); head++) match(head, head, head);
  let tail = 0;
  for (; tail < most - head && isSame(b - 1 - tail, c - 1 - tail, p - 1 - tail); tail++) {
    match(b - 1 - tail, c - 1 - tail, p - 1 - tail);
  }
  if (head + tail === most) return matched;
  const cut = (items: readonly ItemSlots[]): readonly number[] =>
    items.slice(head, items.length - tail).map(({ node }) => node);
  const middle = { base: cut(lists[0]), current: cut(lists[1]), proposed: cut(lists[2]) };
  for (const [i, j, k] of pairsOf(context, place, middle)) match(head + i, head + j, head + k);
  return matched;
}

function nodeAt(items: readonly ItemSlots[], index: number): number {
  return items[index]?.node ?? T.ABSENT;
}

type Pair = readonly [base: number, current: number, proposed: number];

/** By identity where each element has one of its own, else along the changes of the two sequences. */
function pairsOf(context: Context, place: Place | undefined, elements: Elements): readonly Pair[] {
  const policy = matchPlace(context.arrays, place);
  const key = typeof policy === 'object' ? policy.key : policy === undefined ? DEFAULT_KEY : undefined;
  const pairs = key === undefined ? undefined : pairsById(context, elements, key);
  return pairs ?? pairsInOrder(context, elements, policy === 'set');
}

function pairsById(context: Context, elements: Elements, key: string): readonly Pair[] | undefined {
  const base = indexById(context.base, elements.base, key);
  const current = base && indexById(context.current, elements.current, key);
  const proposed = current && indexById(context.proposed, elements.proposed, key);
  if (base === undefined || current === undefined || proposed === undefined) return undefined;
  const pairs: Pair[] = [];
  for (const [identity, i] of base) {
    const [j, k] = [current.get(identity), proposed.get(identity)];
    if (j !== undefined && k !== undefined) pairs.push([i, j, k]);
  }
  return pairs;
}

/** In a set no element takes another one's place. */
function pairsInOrder(context: Context, elements: Elements, isSet: boolean): readonly Pair[] {
  const ids = internElements(context, elements);
  const { length } = ids.base;
  const current = align(length, diffSequence(ids.base, ids.current, context.watch)).at;
  const proposed = align(length, diffSequence(ids.base, ids.proposed, context.watch)).at;
  const pairs: Pair[] = [];
  for (let i = 0; i < length; i++) {
    const [j = -1, k = -1] = [current[i], proposed[i]];
    if (j < 0 || k < 0) continue;
    if (!isSet || (ids.base[i] === ids.current[j] && ids.base[i] === ids.proposed[k])) pairs.push([i, j, k]);
  }
  return pairs;
}
