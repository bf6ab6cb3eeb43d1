// Where two changes of a sequence cannot go together: the clashing changes and all that overlap them make one region,
// which is current's until it is decided, as a whole.
import type { Hunk } from '../diff.ts';
import { type Aligned, isDeletion, isInsertion, isIrregular } from './alignment.ts';
import { choosersOf, clash, type Sides, type Verdict } from './clash.ts';
import * as C from './context.ts';
import { addForeign } from './foreign.ts';
import type { Elements } from './keyed.ts';
import type { ElementIds } from './sequence.ts';
import * as T from './tape.ts';
import { writeDropped } from './verdict.ts';

export interface Sequences {
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
  /** Foreign elements by the place in current that they come in front of. */
  readonly inserted: Map<number, number[]>;
  /** Equal changes of both sides. */
  readonly agreed: Set<Hunk>;
  /** Changes that overlap or clash with others, by the part that they make together. */
  readonly parts: Map<Hunk, Part>;
  /** Decided clashes of single elements, by their index in the base. */
  readonly decided: Map<number, DecidedElement>;
  /** The hashes of all elements of the base. */
  readonly known: () => ReadonlySet<number>;
}

export interface DecidedElement {
  readonly nodes: Sides;
  readonly verdict: Verdict;
  readonly item: number | undefined;
  readonly own: { readonly current: number | undefined; readonly proposed: number | undefined };
}

interface Part {
  /** In the base; `current` and `proposed` are what the sides have there. */
  from: number;
  to: number;
  current: Hunk[];
  proposed: Hunk[];
  /** How its changes clash; undefined if they only overlap. */
  kind: 'content' | 'both-added' | undefined;
  /** The clash is about one base element only. */
  isElement: boolean;
  verdict?: Verdict;
  /** What stands there after a decision, and whose it is. */
  items: { readonly item: number; readonly by: readonly C.Changer[]; readonly place: number }[];
}

export type Region = Part & { readonly kind: 'content' | 'both-added' };

export function isRegion(part: Part): part is Region {
  return part.kind !== undefined;
}

/** Groups the changes of both sides. */
export function findParts(sequences: Sequences): void {
  const { current, proposed, agreed } = sequences;
  let first = 0;
  for (const theirs of proposed.hunks) {
    while ((current.hunks[first]?.aEnd ?? Number.POSITIVE_INFINITY) < theirs.aStart) first++;
    for (let i = first; ; i++) {
      const ours = current.hunks[i];
      if (ours === undefined || ours.aStart > theirs.aEnd) break;
      if (sameHunk(sequences, ours, theirs)) agreed.add(ours).add(theirs);
      else join(sequences.parts, ours, theirs);
    }
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

function join(parts: Map<Hunk, Part>, ours: Hunk, theirs: Hunk): void {
  const kind = clashOf(ours, theirs);
  const isOverlap = ours.aStart < theirs.aEnd && theirs.aStart < ours.aEnd;
  if (kind === undefined && !isOverlap) return;
  // Changes come in order, so that at most one of the two has a part of its own already.
  const part = parts.get(theirs) ?? parts.get(ours) ?? newPart(ours);
  part.from = Math.min(part.from, ours.aStart, theirs.aStart);
  part.to = Math.max(part.to, ours.aEnd, theirs.aEnd);
  if (!parts.has(ours)) part.current.push(ours);
  if (!parts.has(theirs)) part.proposed.push(theirs);
  parts.set(ours, part).set(theirs, part);
  part.kind ??= kind;
  if (kind !== undefined && !isOverlap) part.isElement = false;
}

function newPart({ aStart, aEnd }: Hunk): Part {
  return { from: aStart, to: aEnd, current: [], proposed: [], kind: undefined, isElement: true, items: [] };
}

/** How two changes clash that touch; undefined if they go together. */
function clashOf(ours: Hunk, theirs: Hunk): 'content' | 'both-added' | undefined {
  if (isInsertion(ours) && isInsertion(theirs)) return 'both-added';
  if (isInsertion(theirs)) return tears(ours, theirs.aStart) ? 'content' : undefined;
  if (isInsertion(ours)) return tears(theirs, ours.aStart) ? 'content' : undefined;
  const isOverlap = ours.aStart < theirs.aEnd && theirs.aStart < ours.aEnd;
  const isClash = isOverlap ? isIrregular(ours) || isIrregular(theirs) : isIrregular(ours) && isIrregular(theirs);
  return isClash ? 'content' : undefined;
}

/** Would an insertion at that gap stand inside what the other side took away, or at an unclear place in its run? */
function tears(hunk: Hunk, gap: number): boolean {
  if (isIrregular(hunk)) return hunk.aStart <= gap && gap <= hunk.aEnd;
  return isDeletion(hunk) && hunk.aStart < gap && gap < hunk.aEnd;
}

/** The part's elements on a side: outside its changes, base and side go in step. */
function rangeOf(part: Part, side: C.Changer): readonly [number, number] {
  const hunks = part[side];
  const first = hunks[0];
  const last = hunks.at(-1);
  if (first === undefined || last === undefined) return [0, 0];
  return [first.bStart - (first.aStart - part.from), last.bEnd + (part.to - last.aEnd)];
}

const isOneElement = (part: Part): boolean => part.isElement && part.to - part.from === 1;

/** Tells the clash of the array, which all its regions share, and those of single elements; gives the former's decision. */
export function decideRegions({ context, work, elements, offset, parts }: Sequences): Verdict | undefined {
  const regions = [...new Set(parts.values())].filter(isRegion);
  const shared = regions.filter((each) => !isOneElement(each));
  const [first] = shared;
  let verdict: Verdict | undefined;
  if (first !== undefined) {
    const allows = shared.every(({ from, to }) => from === to) ? 'both' : 'values';
    verdict = clash(context, work.place, first.kind, work, { allows });
    if (verdict !== undefined) for (const region of shared) region.verdict = verdict;
  }
  for (const region of regions.filter(isOneElement)) {
    const [[c, cEnd], [p, pEnd]] = [rangeOf(region, 'current'), rangeOf(region, 'proposed')];
    const nodes = {
      base: elements.base[region.from] as number,
      current: c < cEnd ? (elements.current[c] as number) : T.ABSENT,
      proposed: p < pEnd ? (elements.proposed[p] as number) : T.ABSENT,
    };
    const kind = nodes.current < 0 || nodes.proposed < 0 ? 'modified-deleted' : 'content';
    const index = offset + region.from;
    const reason = `current has ${cEnd - c} elements here, proposed ${pEnd - p}: the first of each are shown`;
    const own = clash(context, C.childPlace(work.place, index, index), kind, nodes, { reason });
    if (own !== undefined) region.verdict = own;
  }
  return verdict;
}

/** Puts into a region what was decided for it. */
export function fillRegion(sequences: Sequences, region: Region): void {
  const { context, elements, offset, gone } = sequences;
  const { verdict, items } = region;
  const isShared = !isOneElement(region);
  if (verdict === undefined || ('value' in verdict && isShared)) return;
  const [c, cEnd] = rangeOf(region, 'current');
  const [p, pEnd] = rangeOf(region, 'proposed');
  const keepsCurrent = 'use' in verdict && (verdict.use === 'current' || verdict.use === 'both');
  for (let i = c; i < cEnd; i++) {
    if (keepsCurrent) items.push({ item: elements.current[i] as number, by: C.BY_CURRENT, place: offset + i });
    else gone.add(offset + i);
  }
  const numbers = foreignOf();
  insertAt(sequences, offset + (keepsCurrent ? cEnd : c), numbers);
  const by = 'use' in verdict && verdict.use === 'both' ? C.BY_PROPOSED : choosersOf(verdict);
  for (const number of numbers) items.push({ item: ~number, by, place: 0 });

  function foreignOf(): readonly number[] {
    if (verdict === undefined) return [];
    if ('value' in verdict) return [addForeign(context, { doc: verdict.value, node: T.ROOT })];
    if (verdict.use === 'current') return [];
    if (verdict.use !== 'base') return elements.proposed.slice(p, pEnd);
    const old = elements.base.slice(region.from, region.to);
    return old.map((node) => addForeign(context, { doc: context.base, node }));
  }
}

/** Foreign elements in front of a place of current; changes that come to one place stand in the order of the base. */
export function insertAt({ inserted }: Sequences, at: number, numbers: readonly number[]): void {
  if (numbers.length > 0) inserted.set(at, (inserted.get(at) ?? []).concat(numbers));
}

/** The lines of the ledger for a decided region: taken out by both, added by whom it was decided for. */
export function writeRegion(
  { context, work, offset }: Sequences,
  region: Region,
  placeOf: (node: number, place: number) => number,
): void {
  const { verdict } = region;
  if (verdict === undefined || ('value' in verdict && !isOneElement(region))) return;
  for (let i = region.from; i < region.to; i++) C.removed(context, work.place, offset + i, C.BOTH);
  for (const { item, by, place } of region.items) C.added(context, work.place, placeOf(item, place), by);
  if ('use' in verdict && verdict.use === 'both') return;
  for (const side of C.BOTH) {
    if (choosersOf(verdict).includes(side)) continue;
    const [from, to] = rangeOf(region, side);
    writeDropped(context, work.place, side, offset + from, offset + to);
  }
}
