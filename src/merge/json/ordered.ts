// Merges arrays as sequences. Both sides' changes are found against the base; changes of different elements and of
// different gaps go together, two insertions into one gap or overlapping runs do not. Elements that were exchanged one
// for one keep their place, so they are merged by themselves, never by an index that has shifted.
import type { Hunk } from '../diff.ts';
import { align, DELETED, isExchange, isInsertion, isIrregular } from './alignment.ts';
import { clash, type Verdict } from './clash.ts';
import * as C from './context.ts';
import type { Elements } from './keyed.ts';
import { isShifted, movesCross, movesMeet } from './moves.ts';
import {
  decideRegions,
  fillRegion,
  findParts,
  insertAt,
  isRegion,
  type Region,
  type Sequences,
  writeRegion,
} from './regions.ts';
import { diffSequence, internElements } from './sequence.ts';
import * as T from './tape.ts';
import { clashValues, itemOf, planVerdict, swallow, writeVerdict } from './verdict.ts';

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
    parts: new Map(),
    decided: new Map(),
    known: hashesOf(context, all.base),
  };
  findParts(sequences);
  const before = clashesIn(context);
  const verdict = decideHunks(sequences);
  if (clashesIn(context) === before) {
    const reason = movesMeet(sequences) ? MOVED : movesCross(sequences) ? CROSSED : undefined;
    if (reason !== undefined) {
      clashValues(context, work, 'content', reason);
      return;
    }
  }
  const placeOf = arrange(sequences, all);
  mergePairs(sequences, placeOf);
  if (verdict !== undefined && 'value' in verdict) swallow(context, work.place, work, verdict);
}

const MOVED = 'both sides moved one element, or one moved what the other removed';
const CROSSED = 'the sides moved two elements past each other: each order undoes the other side’s';
const SHIFTED = 'a side wrote these elements anew: which one took the place of this one cannot be told';

function clashesIn({ clashes, decided }: C.Context): number {
  return clashes.length + decided.length;
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

/**
 * Decides proposed's changes one after another against those of current that they touch; gives the decision of the
 * array's own clash.
 */
function decideHunks(sequences: Sequences): Verdict | undefined {
  const { proposed, parts, agreed } = sequences;
  const verdict = decideRegions(sequences);
  let filled: Region | undefined;
  for (const theirs of proposed.hunks) {
    const part = parts.get(theirs);
    if (part !== undefined && isRegion(part)) {
      if (part !== filled) fillRegion(sequences, part);
      filled = part;
    } else if (!agreed.has(theirs)) {
      apply(sequences, theirs);
    }
  }
  return verdict;
}

function apply(sequences: Sequences, theirs: Hunk): void {
  const { context, elements, ids, current, offset, gone } = sequences;
  const isWhole = isInsertion(theirs) || isIrregular(theirs);
  for (let i = theirs.aStart; i < theirs.aEnd; i++) {
    context.watch(1);
    const place = current.at[i] as number;
    if (isExchange(theirs)) {
      if (place === DELETED) clashElement(sequences, i, undefined, theirs.bStart + i - theirs.aStart);
    } else if (place >= 0) {
      if (isWhole || ids.base[i] === ids.current[place]) gone.add(offset + place);
      else clashElement(sequences, i, place);
    }
  }
  if (isWhole) {
    const at = offset + (current.gap[theirs.aStart] as number);
    insertAt(sequences, at, elements.proposed.slice(theirs.bStart, theirs.bEnd));
  }
}

/** One side deleted an element that the other one changed. */
function clashElement(sequences: Sequences, base: number, current?: number, proposed?: number): void {
  const { context, work, elements, offset, gone, decided } = sequences;
  const nodes = {
    base: elements.base[base] ?? T.ABSENT,
    current: elements.current[current ?? -1] ?? T.ABSENT,
    proposed: elements.proposed[proposed ?? -1] ?? T.ABSENT,
  };
  const index = offset + base;
  const verdict = clash(context, C.childPlace(work.place, index, index), 'modified-deleted', nodes);
  if (verdict === undefined) return;
  let item: number | undefined = nodes.current;
  if (current !== undefined) {
    if (!planVerdict(context, nodes.current, nodes, verdict)) gone.add(offset + current);
  } else {
    item = itemOf(context, nodes, verdict);
    if (item !== undefined) insertAt(sequences, offset + (sequences.current.gap[base] as number), [~item]);
  }
  const own = {
    current: current === undefined ? undefined : offset + current,
    proposed: proposed === undefined ? undefined : offset + proposed,
  };
  decided.set(base, { nodes, verdict, item, own });
}

/** Both sides changed the element, and one of them may have put another one in its place. */
function isTorn(sequences: Sequences, base: number, current: number, proposed: number): boolean {
  const { ids } = sequences;
  const [b, c, p] = [ids.base[base], ids.current[current], ids.proposed[proposed]];
  if (b === c || b === p || c === p) return false;
  const { context, elements, known } = sequences;
  const isKnown = (side: 'current' | 'proposed', place: number): boolean =>
    known().has(T.hashAt(context[side], elements[side][place] as number));
  if (isKnown('current', current) || isKnown('proposed', proposed)) return true;
  return isShifted(sequences, 'current', base) || isShifted(sequences, 'proposed', base);
}

/** The hashes of the base's elements, when they are first asked for: one of them in another's place was moved or copied. */
function hashesOf({ base, watch }: C.Context, nodes: readonly number[]): () => ReadonlySet<number> {
  let found: Set<number> | undefined;
  return () => {
    if (found === undefined) watch(nodes.length);
    found ??= new Set(nodes.map((node) => T.hashAt(base, node)));
    return found;
  };
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

type PlaceOf = (node: number, place: number) => number;

/** Opens the elements that stand on all sides and differ, and writes down who added and removed the others. */
function mergePairs(sequences: Sequences, placeOf: PlaceOf): void {
  const regions = [...new Set([...sequences.parts.values()].filter(isRegion))];
  let next = 0;
  for (let i = 0; i < sequences.ids.base.length; i++) {
    while ((regions[next]?.to ?? Number.POSITIVE_INFINITY) <= i) next++;
    if ((regions[next]?.from ?? Number.POSITIVE_INFINITY) > i) mergePair(sequences, i, placeOf);
  }
  tellNew(sequences, placeOf);
  for (const region of regions) writeRegion(sequences, region, placeOf);
}

/** What became of one element of the base, outside of what clashes as a run. */
function mergePair(sequences: Sequences, base: number, placeOf: PlaceOf): void {
  const { context, work, elements, ids, offset } = sequences;
  const c = sequences.current.at[base] as number;
  const p = sequences.proposed.at[base] as number;
  const settled = sequences.decided.get(base);
  if (settled !== undefined) {
    const { nodes, verdict, item, own } = settled;
    const result = item === undefined ? offset + base : placeOf(item, offset + c);
    writeVerdict(context, { ...C.childPlace(work.place, offset + base, result), own }, nodes, verdict);
    return;
  }
  if (c < 0 || p < 0) {
    C.removed(context, work.place, offset + base, [...(c < 0 ? C.BY_CURRENT : []), ...(p < 0 ? C.BY_PROPOSED : [])]);
    return;
  }
  if (ids.base[base] === ids.current[c] && ids.base[base] === ids.proposed[p]) return;
  const node = elements.current[c] as number;
  const own = { current: offset + c, proposed: offset + p };
  const place = { ...C.childPlace(work.place, offset + base, placeOf(node, offset + c)), own };
  const pair = { base: elements.base[base] as number, current: node, proposed: elements.proposed[p] as number, place };
  if (isTorn(sequences, base, c, p)) clashValues(context, pair, 'content', SHIFTED);
  else context.work.push(pair);
}

/** Writes down who added the elements that the base does not have. */
function tellNew(
  { context, work, elements, offset, current, proposed, agreed, parts }: Sequences,
  placeOf: PlaceOf,
): void {
  const isNew = (hunk: Hunk): boolean => {
    const part = parts.get(hunk);
    return (isInsertion(hunk) || isIrregular(hunk)) && (part === undefined || !isRegion(part));
  };
  const tell = ({ bStart, bEnd }: Hunk, by: readonly C.Changer[], nodeAt: (j: number) => number): void => {
    for (let j = bStart; j < bEnd; j++) C.added(context, work.place, placeOf(nodeAt(j), offset + j), by);
  };
  for (const hunk of current.hunks.filter(isNew)) {
    tell(hunk, agreed.has(hunk) ? C.BOTH : C.BY_CURRENT, (j) => elements.current[j] as number);
  }
  for (const hunk of proposed.hunks.filter((each) => isNew(each) && !agreed.has(each))) {
    tell(hunk, C.BY_PROPOSED, (j) => ~(elements.proposed[j] as number));
  }
}
