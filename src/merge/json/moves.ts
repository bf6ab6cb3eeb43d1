// Elements of a sequence that went from one place to another. A sequence merge sees a move as a removal and an insertion,
// so that two sides that moved one element to two places would leave it twice, and one that was moved and removed would
// come back. And where a run was exchanged as a whole, an element may stand in its neighbour's place.
import type { Hunk } from '../diff.ts';
import { DISSOLVED, isExchange, isInsertion } from './alignment.ts';
import type { Context } from './context.ts';
import { equalValues } from './equal.ts';
import type { Sequences } from './regions.ts';
import * as T from './tape.ts';

/** How often a value came (or, below zero, went) on each side, and would in the result. */
interface Tally {
  current: number;
  proposed: number;
  result: number;
}

/**
 * Whether the merge of changes that do not touch would hold a value more often than the side that has it least often,
 * although no side added one: both moved it, or one moved it and the other one removed it. Or less often than it was, although
 * no side has it less often: each took another one of several that are equal from its place, and both put one in the same.
 */
export function movesMeet({ context, ids, current, proposed, agreed }: Sequences): boolean {
  const tallies = new Map<number, Tally>();
  const tallyOf = (id: number): Tally => {
    context.watch(1);
    const found = tallies.get(id) ?? { current: 0, proposed: 0, result: 0 };
    tallies.set(id, found);
    return found;
  };
  const gone = new Set<number>();
  const count = (side: 'current' | 'proposed', hunk: Hunk): void => {
    for (let i = hunk.aStart; i < hunk.aEnd; i++) {
      const tally = tallyOf(ids.base[i] as number);
      tally[side] -= 1;
      if (!gone.has(i)) tally.result -= 1;
      gone.add(i);
    }
    const isTwice = side === 'proposed' && agreed.has(hunk);
    for (let j = hunk.bStart; j < hunk.bEnd; j++) {
      const tally = tallyOf(ids[side][j] as number);
      tally[side] += 1;
      if (!isTwice) tally.result += 1;
    }
  };
  for (const hunk of current.hunks) count('current', hunk);
  for (const hunk of proposed.hunks) count('proposed', hunk);
  return [...tallies.values()].some(isOff);
}

function isOff({ current, proposed, result }: Tally): boolean {
  const isBack = current <= 0 && proposed <= 0 && result > Math.min(current, proposed);
  return isBack || (current >= 0 && proposed >= 0 && result < 0);
}

/** Pairs of moves that are compared. */
const MOST_PAIRS = 4_000_000;

/** An element that a side took from one place and put in another one: its index in the base, and where it stands now. */
interface Move {
  readonly base: number;
  readonly place: number;
  readonly hunk: Hunk;
}

/**
 * Whether the two sides moved different elements past each other: the merge has the order of a side that left the two as
 * they were, and the other side's move would be undone without a word. Only elements that are there once are looked at.
 */
export function movesCross(sequences: Sequences): boolean {
  const { context, current, proposed } = sequences;
  const ours = movesOf(sequences, 'current');
  const theirs = ours.length === 0 ? [] : movesOf(sequences, 'proposed');
  // Each is compared with each: beyond that, a person looks.
  if (ours.length * theirs.length > MOST_PAIRS) return true;
  const placeIn = (side: 'current' | 'proposed', own: Move | undefined, base: number): number =>
    own?.place ?? (sequences[side].at[base] as number);
  const moved = {
    current: new Map(ours.map((move) => [move.base, move])),
    proposed: new Map(theirs.map((move) => [move.base, move])),
  };
  for (const a of ours) {
    for (const b of theirs) {
      context.watch(1);
      if (a.base === b.base || current.at[b.base] === DISSOLVED || proposed.at[a.base] === DISSOLVED) continue;
      const places = {
        current: [a.place, placeIn('current', moved.current.get(b.base), b.base)] as const,
        proposed: [placeIn('proposed', moved.proposed.get(a.base), a.base), b.place] as const,
      };
      if (Math.min(...places.current, ...places.proposed) < 0) continue;
      const before = a.base < b.base;
      const [mine, other] = [places.current[0] < places.current[1], places.proposed[0] < places.proposed[1]];
      const wanted = mine === before ? other : mine;
      if (isInFront(sequences, a, b) !== wanted) return true;
    }
  }
  return false;
}

/** Hunks that do not clash: the one that begins first, and at one place the insertion; in what both put in, its place there. */
function isInFront({ agreed }: Sequences, a: Move, b: Move): boolean {
  if (a.hunk.aStart !== b.hunk.aStart) return a.hunk.aStart < b.hunk.aStart;
  return agreed.has(b.hunk) ? offsetOf(a) < offsetOf(b) : isInsertion(a.hunk);
}

function offsetOf({ place, hunk }: Move): number {
  return place - hunk.bStart;
}

function movesOf({ context, ids, ...sides }: Sequences, side: 'current' | 'proposed'): readonly Move[] {
  const { hunks } = sides[side];
  const came = new Map<number, Omit<Move, 'base'> | undefined>();
  for (const hunk of hunks) {
    for (let j = hunk.bStart; j < hunk.bEnd; j++) {
      context.watch(1);
      const id = ids[side][j] as number;
      came.set(id, came.has(id) ? undefined : { place: j, hunk });
    }
  }
  if (came.size === 0) return [];
  const went = new Map<number, number | undefined>();
  for (const { aStart, aEnd } of hunks) {
    for (let i = aStart; i < aEnd; i++) {
      const id = ids.base[i] as number;
      if (came.get(id) !== undefined) went.set(id, went.has(id) ? undefined : i);
    }
  }
  return [...went].flatMap(([id, base]) => {
    const found = came.get(id);
    return found === undefined || base === undefined ? [] : [{ base, ...found }];
  });
}

/**
 * Whether what stands in the place of a base element, in a run of two or more that a side exchanged one for one, looks
 * like another one of the run: then nobody can say that it is the same element, changed.
 */
export function isShifted(sequences: Sequences, side: 'current' | 'proposed', index: number): boolean {
  const { context, elements } = sequences;
  const hunk = hunkAt(sequences[side].hunks, index);
  if (hunk === undefined || !isExchange(hunk) || hunk.aEnd - hunk.aStart < 2) return false;
  const own = index - hunk.aStart;
  const score = (from: number, to: number): Likeness =>
    likenessOf(
      context,
      { doc: context.base, node: elements.base[hunk.aStart + from] as number },
      { doc: context[side], node: elements[side][hunk.bStart + to] as number },
    );
  const itself = score(own, own);
  const end = Math.min(hunk.aEnd - hunk.aStart, own + REACH + 1);
  for (let other = Math.max(0, own - REACH); other < end; other++) {
    if (other === own) continue;
    if (isMore(score(other, own), itself) || isMore(score(own, other), itself)) return true;
  }
  return false;
}

/** Neighbours on each side that an element is compared with. */
const REACH = 16;

function hunkAt(hunks: readonly Hunk[], index: number): Hunk | undefined {
  let low = 0;
  let high = hunks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hunks[middle] as Hunk).aEnd <= index) low = middle + 1;
    else high = middle;
  }
  const found = hunks[low];
  return found !== undefined && found.aStart <= index ? found : undefined;
}

/** Members that two elements have alike, and which part of their texts is alike at the ends. */
interface Likeness {
  readonly members: number;
  readonly ends: number;
}

function isMore(one: Likeness, other: Likeness): boolean {
  return one.members > other.members || (one.members + other.members === 0 && one.ends > other.ends);
}

interface Element {
  readonly doc: T.Doc;
  readonly node: number;
}

function likenessOf(context: Context, a: Element, b: Element): Likeness {
  return { members: equalMembers(context, a, b), ends: equalEnds(context, a, b) };
}

function equalMembers(context: Context, a: Element, b: Element): number {
  if (T.kindOf(a.doc, a.node) !== T.OBJECT || T.kindOf(b.doc, b.node) !== T.OBJECT) return 0;
  const others = T.membersOf(b.doc, b.node);
  let equal = 0;
  for (const [name, member] of T.membersOf(a.doc, a.node)) {
    context.watch(1);
    const other = others.get(name);
    if (other !== undefined && equalValues(a.doc, member, b.doc, other)) equal += 1;
  }
  return equal;
}

/** Bytes that are looked at, at each end. */
const LOOK = 256;

function equalEnds(context: Context, a: Element, b: Element): number {
  const [one, other] = [T.valueBytes(a.doc, a.node), T.valueBytes(b.doc, b.node)];
  const size = Math.min(one.length, other.length);
  let head = 0;
  while (head < size && head < LOOK && one[head] === other[head]) head += 1;
  let tail = 0;
  while (tail < size - head && tail < LOOK && one.at(-1 - tail) === other.at(-1 - tail)) tail += 1;
  context.watch(1);
  return (head + tail) / Math.max(one.length, other.length);
}
