// Merges arrays as sequences. Both sides' changes are found against the base; changes of different elements and of
// different gaps go together, two insertions into one gap or overlapping runs do not. Elements that were exchanged one
// for one keep their place, so they are merged by themselves, never by an index that has shifted.
import type { Hunk } from '../diff.ts';
import * as C from './context.ts';
import type { Elements } from './keyed.ts';
import { diffSequence, type ElementIds, internElements } from './sequence.ts';
import * as T from './tape.ts';

/** The base's element is not on that side any more. */
const DELETED = -1;
/** It went in a run that became another number of elements: no single one took its place. */
const DISSOLVED = -2;

interface Sequences {
  readonly context: C.Context;
  readonly work: C.Work;
  readonly elements: Elements;
  readonly ids: ElementIds;
  /** Equal elements in front, on all three sides, that `ids` leaves out. */
  readonly offset: number;
  readonly current: Aligned;
  readonly proposed: Aligned;
  /** Places in current whose element goes. */
  readonly gone: Set<number>;
  /** Elements of proposed by the place in current that they come in front of. */
  readonly inserted: Map<number, number[]>;
  /** Equal changes of both sides. */
  readonly agreed: Set<Hunk>;
}

interface Aligned {
  readonly hunks: readonly Hunk[];
  /** For each base element: its place on this side, DELETED or DISSOLVED. */
  readonly at: Int32Array;
  /** For each gap of the base: the place on this side in front of which an insertion stands. */
  readonly gap: Int32Array;
}

export function mergeOrdered(context: C.Context, work: C.Work, all: Elements): void {
  const { offset, elements } = trimEqual(context, all);
  const ids = internElements(context, elements);
  const current = align(ids.base.length, diffSequence(ids.base, ids.current, context.watch));
  const proposed = align(ids.base.length, diffSequence(ids.base, ids.proposed, context.watch));
  const sequences: Sequences = {
    context,
    work,
    elements,
    ids,
    offset,
    current,
    proposed,
    gone: new Set(),
    inserted: new Map(),
    agreed: new Set(),
  };
  decideHunks(sequences);
  const items = arrange(sequences, all);
  mergePairs(sequences, items);
}

function trimEqual(context: C.Context, all: Elements): { readonly offset: number; readonly elements: Elements } {
  const { base, current, proposed } = all;
  const most = Math.min(base.length, current.length, proposed.length);
  const isSame = (back: number, i: number): boolean => {
    const pick = (list: readonly number[]): number => (back === 0 ? list[i] : list[list.length - 1 - i]) as number;
    return C.sameInAll(context, pick(base), pick(current), pick(proposed));
  };
  let head = 0;
  while (head < most && isSame(0, head)) head++;
  let tail = 0;
  while (tail < most - head && isSame(1, tail)) tail++;
  const cut = (list: readonly number[]): readonly number[] => list.slice(head, list.length - tail);
  return { offset: head, elements: { base: cut(base), current: cut(current), proposed: cut(proposed) } };
}

const isInsertion = (hunk: Hunk): boolean => hunk.aStart === hunk.aEnd;
const isDeletion = (hunk: Hunk): boolean => hunk.bStart === hunk.bEnd;
const isExchange = (hunk: Hunk): boolean => hunk.aEnd - hunk.aStart === hunk.bEnd - hunk.bStart;
/** A run that became another number of elements. */
const isIrregular = (hunk: Hunk): boolean => !isInsertion(hunk) && !isDeletion(hunk) && !isExchange(hunk);

function align(count: number, hunks: readonly Hunk[]): Aligned {
  const at = new Int32Array(count);
  const gap = new Int32Array(count + 1);
  let side = 0;
  let base = 0;
  const keepTo = (end: number): void => {
    for (; base < end; base++, side++) {
      at[base] = side;
      gap[base + 1] = side + 1;
    }
  };
  for (const hunk of hunks) {
    keepTo(hunk.aStart);
    for (; base < hunk.aEnd; base++) {
      const place = hunk.bStart + base - hunk.aStart;
      at[base] = isExchange(hunk) ? place : isDeletion(hunk) ? DELETED : DISSOLVED;
      gap[base + 1] = isExchange(hunk) ? place + 1 : hunk.bEnd;
    }
    side = hunk.bEnd;
    if (isInsertion(hunk)) gap[base] = side;
  }
  keepTo(count);
  return { hunks, at, gap };
}

/** Decides proposed's changes one after another against those of current that they touch. */
function decideHunks(sequences: Sequences): void {
  const { current, proposed } = sequences;
  const clashes = createClashes(sequences);
  let first = 0;
  for (const theirs of proposed.hunks) {
    while ((current.hunks[first]?.aEnd ?? Number.POSITIVE_INFINITY) < theirs.aStart) first++;
    let isBlocked = false;
    let isAgreed = false;
    for (let i = first; ; i++) {
      const ours = current.hunks[i];
      if (ours === undefined || ours.aStart > theirs.aEnd) break;
      if (sameHunk(sequences, ours, theirs)) {
        isAgreed = true;
        sequences.agreed.add(ours).add(theirs);
      } else if (clashes.judge(ours, theirs)) {
        isBlocked = true;
      }
    }
    if (!isBlocked && !isAgreed) apply(sequences, theirs, clashes.element);
  }
}

function sameHunk({ ids }: Sequences, ours: Hunk, theirs: Hunk): boolean {
  if (ours.aStart !== theirs.aStart || ours.aEnd !== theirs.aEnd) return false;
  const length = ours.bEnd - ours.bStart;
  if (length !== theirs.bEnd - theirs.bStart) return false;
  for (let i = 0; i < length; i++) {
    if (ids.current[ours.bStart + i] !== ids.proposed[theirs.bStart + i]) return false;
  }
  return true;
}

interface Clashes {
  /** True if proposed's change cannot be applied; then the clash is recorded. */
  readonly judge: (ours: Hunk, theirs: Hunk) => boolean;
  /** Records a clash at one base element. */
  readonly element: (base: number, current?: number, proposed?: number) => void;
}

function createClashes({ context, work, elements, offset }: Sequences): Clashes {
  let isArrayTold = false;
  const told = new Set<number>();
  const whole = (kind: 'content' | 'both-added'): true => {
    if (!isArrayTold) C.clash(context, work.place, kind, work);
    isArrayTold = true;
    return true;
  };
  const element = (base: number, current?: number, proposed?: number): void => {
    if (told.has(base)) return;
    told.add(base);
    const index = offset + base;
    const nodes = {
      base: elements.base[base] ?? T.ABSENT,
      current: elements.current[current ?? -1] ?? T.ABSENT,
      proposed: elements.proposed[proposed ?? -1] ?? T.ABSENT,
    };
    const kind = nodes.current < 0 || nodes.proposed < 0 ? 'modified-deleted' : 'content';
    C.clash(context, C.childPlace(work.place, index, index), kind, nodes);
  };
  const overlap = (ours: Hunk, theirs: Hunk): boolean => {
    const from = Math.max(ours.aStart, theirs.aStart);
    const count = Math.min(ours.aEnd, theirs.aEnd) - from;
    const isEither = isIrregular(ours) || isIrregular(theirs);
    if (!isEither) return false;
    if (count <= 0) return isIrregular(ours) && isIrregular(theirs) && whole('content');
    if (count > 1) return whole('content');
    element(from, isDeletion(ours) ? undefined : ours.bStart, isDeletion(theirs) ? undefined : theirs.bStart);
    return isIrregular(theirs);
  };
  const judge = (ours: Hunk, theirs: Hunk): boolean => {
    if (isInsertion(ours) && isInsertion(theirs)) return whole('both-added');
    if (isInsertion(theirs)) return tears(ours, theirs.aStart) && whole('content');
    if (isInsertion(ours)) return tears(theirs, ours.aStart) && whole('content');
    return overlap(ours, theirs);
  };
  return { judge, element };
}

/** Would an insertion at that gap stand inside what the other side took away, or at an unclear place in its run? */
function tears(hunk: Hunk, gap: number): boolean {
  if (isIrregular(hunk)) return hunk.aStart <= gap && gap <= hunk.aEnd;
  return isDeletion(hunk) && hunk.aStart < gap && gap < hunk.aEnd;
}

function apply(sequences: Sequences, theirs: Hunk, clashAt: Clashes['element']): void {
  const { context, elements, ids, current, offset, gone, inserted } = sequences;
  const isWhole = isInsertion(theirs) || isIrregular(theirs);
  for (let i = theirs.aStart; i < theirs.aEnd; i++) {
    context.watch(1);
    const place = current.at[i] as number;
    if (isExchange(theirs)) {
      if (place === DELETED) clashAt(i, undefined, theirs.bStart + i - theirs.aStart);
    } else if (place >= 0) {
      if (isWhole || ids.base[i] === ids.current[place]) gone.add(offset + place);
      else clashAt(i, place);
    }
  }
  if (!isWhole) return;
  const at = offset + (current.gap[theirs.aStart] as number);
  // Changes around elements that current deleted come to one place: in proposed's order.
  const others = inserted.get(at) ?? [];
  inserted.set(at, others.concat(elements.proposed.slice(theirs.bStart, theirs.bEnd)));
}

/** The children of the result, as a plan where they are not just current's; gives their places by node. */
function arrange(sequences: Sequences, all: Elements): (node: number, place: number) => number {
  const { context, work, gone, inserted } = sequences;
  if (gone.size === 0 && inserted.size === 0) return (_, place) => place;
  const items: number[] = [];
  const places = new Map<number, number>();
  const put = (item: number): void => {
    places.set(item, items.length);
    items.push(item);
  };
  for (let i = 0; i <= all.current.length; i++) {
    for (const node of inserted.get(i) ?? []) put(~node);
    const node = all.current[i];
    if (node !== undefined && !gone.has(i)) put(node);
  }
  context.plans.set(work.current, { kind: 'items', items, source: work.proposed });
  return (node, place) => places.get(node) ?? place;
}

/** Opens the elements that stand on all sides and differ, and writes down who added and removed the others. */
function mergePairs(sequences: Sequences, placeOf: (node: number, place: number) => number): void {
  const { context, work, elements, ids, offset, current, proposed, agreed } = sequences;
  for (let i = 0; i < ids.base.length; i++) {
    const c = current.at[i] as number;
    const p = proposed.at[i] as number;
    if (c < 0 || p < 0) {
      const by = [...(c < 0 ? C.BY_CURRENT : []), ...(p < 0 ? C.BY_PROPOSED : [])];
      C.removed(context, work.place, offset + i, by);
    } else if (ids.base[i] !== ids.current[c] || ids.base[i] !== ids.proposed[p]) {
      const node = elements.current[c] as number;
      const place = C.childPlace(work.place, offset + i, placeOf(node, offset + c));
      context.work.push({
        base: elements.base[i] as number,
        current: node,
        proposed: elements.proposed[p] as number,
        place,
      });
    }
  }
  const isNew = (hunk: Hunk): boolean => isInsertion(hunk) || isIrregular(hunk);
  for (const hunk of current.hunks.filter(isNew)) {
    const by = agreed.has(hunk) ? C.BOTH : C.BY_CURRENT;
    for (let j = hunk.bStart; j < hunk.bEnd; j++) {
      C.added(context, work.place, placeOf(elements.current[j] as number, offset + j), by);
    }
  }
  for (const hunk of proposed.hunks.filter((each) => isNew(each) && !agreed.has(each))) {
    for (let j = hunk.bStart; j < hunk.bEnd; j++) {
      C.added(context, work.place, placeOf(~(elements.proposed[j] as number), offset + j), C.BY_PROPOSED);
    }
  }
}
