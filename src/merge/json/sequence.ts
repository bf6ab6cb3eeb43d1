// Which elements of an array changed: elements become integers (equal values, equal integers), and the shortest edit
// script of E. W. Myers runs over those. Groups of changes that could stand in several places go to the lowest one, on
// both sides alike.
import { type Hunk, hunksOf } from '../diff.ts';
import { searchEdits } from '../myers.ts';
import { OverBudget, type Watch } from '../watch.ts';
import type { Context } from './context.ts';
import { equalValues } from './equal.ts';
import type { Elements } from './keyed.ts';
import * as T from './tape.ts';

export interface ElementIds {
  readonly base: Int32Array;
  readonly current: Int32Array;
  readonly proposed: Int32Array;
}

/** So many different values with one hash come only from somebody who made them. */
const MAX_COLLISIONS = 64;

export function internElements(context: Context, elements: Elements): ElementIds {
  const [base, current, proposed] = internLists(
    [
      { doc: context.base, nodes: elements.base },
      { doc: context.current, nodes: elements.current },
      { doc: context.proposed, nodes: elements.proposed },
    ],
    context.watch,
    MAX_COLLISIONS,
  ) as [Int32Array, Int32Array, Int32Array];
  return { base, current, proposed };
}

interface NodeList {
  readonly doc: T.Doc;
  readonly nodes: readonly number[];
}

/** One integer for each different value. Throws OverBudget if more values than allowed share a hash. */
export function internLists(lists: readonly NodeList[], watch: Watch, maxCollisions: number): Int32Array[] {
  const buckets = new Map<number, { readonly doc: T.Doc; readonly node: number; readonly id: number }[]>();
  let next = 0;
  const idOf = (doc: T.Doc, node: number): number => {
    watch(1);
    const hash = T.hashAt(doc, node);
    const bucket = buckets.get(hash);
    const known = bucket?.find((each) => equalValues(each.doc, each.node, doc, node));
    if (known !== undefined) return known.id;
    if (bucket === undefined) buckets.set(hash, [{ doc, node, id: next }]);
    else if (bucket.length >= maxCollisions) throw new OverBudget();
    else bucket.push({ doc, node, id: next });
    return next++;
  };
  return lists.map(({ doc, nodes }) => Int32Array.from(nodes, (node) => idOf(doc, node)));
}

/** The changes from `a` to `b` in order, at least one unchanged element between two of them. */
export function diffSequence(a: Int32Array, b: Int32Array, watch: Watch): readonly Hunk[] {
  const changes = { a: new Uint8Array(a.length), b: new Uint8Array(b.length) };
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) from++;
  let toA = a.length;
  let toB = b.length;
  while (toA > from && toB > from && a[toA - 1] === b[toB - 1]) {
    toA--;
    toB--;
  }
  searchEdits({
    a: a.subarray(from, toA),
    b: b.subarray(from, toB),
    markA: (i) => {
      changes.a[from + i] = 1;
    },
    markB: (j) => {
      changes.b[from + j] = 1;
    },
    watch,
  });
  slideDown(a, changes.a, changes.b, watch);
  slideDown(b, changes.b, changes.a, watch);
  return hunksOf(changes);
}

/** Moves each group of changed elements that meets no change of the other side down as far as equal elements allow. */
function slideDown(ids: Int32Array, marks: Uint8Array, other: Uint8Array, watch: Watch): void {
  let at = 0;
  let otherAt = 0;
  while (at < ids.length) {
    if (marks[at] === 0) {
      while (other[otherAt] === 1) otherAt++;
      at++;
      otherAt++;
      continue;
    }
    let start = at;
    while (marks[at] === 1) at++;
    while (other[otherAt] !== 1 && at < ids.length && ids[start] === ids[at]) {
      watch(1);
      marks[start++] = 0;
      marks[at++] = 1;
      otherAt++;
      while (marks[at] === 1) at++;
    }
  }
}
