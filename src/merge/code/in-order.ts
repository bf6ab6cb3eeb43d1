// The order of two sides' additions between two items: sorted into each other where the list is sorted, else current's
// before proposed's, as everywhere in the house. The same sides always give the same order.
import type { Changer } from '../receipt.ts';
import type { Gap, Placed } from './align.ts';

export interface Part {
  readonly by: Changer;
  readonly text: string;
}

/** Where in the base's gap the parts are put in, and in which order. */
export interface Put {
  readonly at: number;
  readonly parts: readonly Part[];
}

/** The base's side of it: the gap, its neighbours, and between which places of it something may be put in. */
export interface BaseGap {
  readonly gap: string;
  /** All items of the base, and how many of them stand before the gap. */
  readonly items: readonly string[];
  readonly index: number;
  readonly from: number;
  readonly to: number;
  /** What a side added stays in one piece. */
  readonly whole: boolean;
}

/** Undefined where a side did more than put something in at one place of the gap. */
export function inOrder(base: BaseGap, current: Gap, proposed: Gap): Put | undefined {
  const { gap } = base;
  if (current.gap === gap && proposed.gap === gap) return { at: 0, parts: [] };
  const first = Math.max(firstPlace(gap, current.gap), firstPlace(gap, proposed.gap));
  const last = Math.min(lastPlace(gap, current.gap), lastPlace(gap, proposed.gap));
  const from = Math.max(first, base.from);
  if (from > Math.min(last, base.to)) return undefined;
  if (!base.whole && current.added.length > 0 && proposed.added.length > 0 && isSorted(current, proposed, base)) {
    for (let place = first; place <= last; place++) {
      const at = Math.min(Math.max(place, base.from), base.to);
      const mine = pieces(gap, current, place, 'current')?.map((piece) => moved(piece, gap, place, at));
      const theirs = pieces(gap, proposed, place, 'proposed')?.map((piece) => moved(piece, gap, place, at));
      if (areWhole(mine) && areWhole(theirs)) return { at, parts: sortedTogether(mine, theirs) };
    }
  }
  const parts: Part[] = [
    { by: 'current', text: putIn(gap, current.gap, from) },
    { by: 'proposed', text: putIn(gap, proposed.gap, from) },
  ];
  return { at: from, parts: parts.filter(({ text }) => text !== '') };
}

/** The first place in the gap at which a side may have put its text in; beyond `lastPlace` if there is none. */
function firstPlace(gap: string, side: string): number {
  if (side.length < gap.length) return Number.POSITIVE_INFINITY;
  let tail = 0;
  while (tail < gap.length && gap.at(-1 - tail) === side.at(-1 - tail)) tail += 1;
  return gap.length - tail;
}

function lastPlace(gap: string, side: string): number {
  let head = 0;
  while (head < gap.length && gap[head] === side[head]) head += 1;
  return head;
}

function putIn(gap: string, side: string, at: number): string {
  return side.slice(at, at + side.length - gap.length);
}

/** How many neighbours on either side are looked at to tell whether a list is sorted. */
const LOOK = 50;

function isSorted(current: Gap, proposed: Gap, { items, index }: BaseGap): boolean {
  const before = items.slice(Math.max(0, index - LOOK), index);
  const after = items.slice(index, index + LOOK);
  if (before.length + after.length < 2) return false;
  const runs = [current, proposed].map(({ added }) => [...before, ...added.map(({ text }) => text), ...after]);
  return runs.every((run) => run.every((text, i) => i === 0 || (run[i - 1] ?? '') <= text));
}

interface Piece extends Part {
  readonly key: string;
}

/** A side's text in parts of one item each: all with what stands before it, or all with what stands after it. */
function pieces(gap: string, { gap: side, added }: Gap, at: number, by: Changer): readonly Piece[] | undefined {
  const end = at + side.length - gap.length;
  const cut = (bounds: readonly number[]): readonly Piece[] =>
    added.map(({ text }, i) => ({ by, key: text, text: side.slice(bounds[i], bounds[i + 1]) }));
  const last: Placed | undefined = added.at(-1);
  if (last?.to === end) return cut([at, ...added.map(({ to }) => to)]);
  if (added[0]?.from === at) return cut([...added.map(({ from }) => from), end]);
  return undefined;
}

/**
 * The piece for another place in the gap: what the place passes goes from one end of it to the other. Text that is put
 * in after `, ` as `b, ` is the same as `, b` before it; undefined where it is not.
 */
function moved(piece: Piece, gap: string, from: number, to: number): Piece | undefined {
  const { text } = piece;
  if (to >= from) {
    const passed = gap.slice(from, to);
    return text.startsWith(passed) ? { ...piece, text: text.slice(passed.length) + passed } : undefined;
  }
  const passed = gap.slice(to, from);
  if (!text.endsWith(passed)) return undefined;
  return { ...piece, text: passed + text.slice(0, text.length - passed.length) };
}

function areWhole(pieces: readonly (Piece | undefined)[] | undefined): pieces is readonly Piece[] {
  return pieces?.every((piece) => piece !== undefined) ?? false;
}

function sortedTogether(mine: readonly Piece[], theirs: readonly Piece[]): readonly Part[] {
  const rest = [...theirs];
  const parts: Part[] = [];
  for (const piece of mine) {
    while (rest[0] !== undefined && rest[0].key < piece.key) parts.push(...rest.splice(0, 1));
    parts.push(piece);
  }
  return [...parts, ...rest].map(({ by, text }) => ({ by, text }));
}
