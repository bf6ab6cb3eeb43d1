// Finds the list in which three versions of a source differ: the same node in all three, around the place of the change.
import type { Node } from '../packages.ts';
import { type List, listAt } from './lists.ts';
import type { Lists, Versions } from './weave.ts';

interface Roots {
  readonly base: Node;
  readonly current: Node;
  readonly proposed: Node;
}

/** Where a list lies: the text before it and after it is the same in all versions. */
interface Place {
  readonly type: string;
  readonly start: number;
  /** Units between its end and the end of the source. */
  readonly after: number;
}

/** The lists that hold the whole change, innermost first; with `wanted`, the list at that place. */
export function findLists(versions: Versions, roots: Roots, wanted?: Place): readonly Lists[] {
  const head = wanted === undefined ? sharedHead(versions) : wanted.start;
  const tail = wanted === undefined ? sharedTail(versions, head) : wanted.after;
  const around = (side: keyof Versions): readonly List[] =>
    listsAround(roots[side], versions[side], head, versions[side].length - tail);
  const [current, proposed] = [around('current'), around('proposed')];
  const found: Lists[] = [];
  for (const base of around('base').toReversed()) {
    const place = placeOf(base, versions.base);
    if (wanted !== undefined && !isAt(place, wanted)) continue;
    const mine = current.find((list) => isAt(placeOf(list, versions.current), place));
    const theirs = proposed.find((list) => isAt(placeOf(list, versions.proposed), place));
    if (mine !== undefined && theirs !== undefined) found.push({ base, current: mine, proposed: theirs });
  }
  return found;
}

function placeOf({ node, start, end }: List, source: string): Place {
  return { type: node.type, start, after: source.length - end };
}

function isAt(place: Place, other: Place): boolean {
  return place.type === other.type && place.start === other.start && place.after === other.after;
}

/** From the root inwards: the lists that reach over `[from, to)`. */
function listsAround(root: Node, source: string, from: number, to: number): readonly List[] {
  const found: List[] = [];
  const open: Node[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const list = listAt(node, source);
    if (list !== undefined && list.start <= from && list.end >= to) found.push(list);
    for (const child of node.children) {
      if (child.startIndex <= from && endWithBlanks(source, child) >= to) open.push(child);
    }
  }
  return found;
}

/** An indented block ends at its last token; what is put after it lies behind the line's end. */
function endWithBlanks(source: string, { endIndex }: Node): number {
  let at = endIndex;
  while (at < source.length && /\s/.test(source.charAt(at))) at += 1;
  return at;
}

function sharedHead({ base, current, proposed }: Versions): number {
  let at = 0;
  while (at < base.length && base[at] === current[at] && base[at] === proposed[at]) at += 1;
  return at;
}

function sharedTail({ base, current, proposed }: Versions, head: number): number {
  const limit = Math.min(base.length, current.length, proposed.length) - head;
  let tail = 0;
  while (tail < limit) {
    const unit = base.at(-1 - tail);
    if (unit !== current.at(-1 - tail) || unit !== proposed.at(-1 - tail)) break;
    tail += 1;
  }
  return tail;
}
