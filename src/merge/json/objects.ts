// Merges the members of two objects against their base (absent counts as empty): the union of the names, each decided
// by itself. A missing member is something else than null; a new one follows its predecessor on the side that added it.
import { clash } from './clash.ts';
import * as C from './context.ts';
import { equalKeys } from './equal.ts';
import { isRenamedTwice } from './renamed.ts';
import * as T from './tape.ts';
import { clashValues, itemOf, planVerdict, writeVerdict } from './verdict.ts';
import { FRONT, type Insertions, insertAfter, weave } from './weave.ts';

export function mergeObjects(context: C.Context, work: C.Work): void {
  const { base, current, proposed, place } = work;
  const end = T.nextOf(context.current, current);
  const endProposed = T.nextOf(context.proposed, proposed);
  const endBase = base < 0 ? T.RECORD : T.nextOf(context.base, base);
  let c = current + T.RECORD;
  let p = proposed + T.RECORD;
  let b = base < 0 ? T.RECORD : base + T.RECORD;
  let anchor = FRONT;
  const before = context.work.length;
  // Most objects have the same members in the same order on all sides: no name is decoded, no map built.
  while (c < end && p < endProposed && b < endBase && sameNames(context, b, c, p)) {
    if (!C.sameInAll(context, b, c, p)) pushMember(context, work, T.keyOf(context.current, c), b, c, p);
    anchor = c;
    c = T.nextOf(context.current, c);
    p = T.nextOf(context.proposed, p);
    b = T.nextOf(context.base, b);
  }
  if (c === end && p === endProposed && b === endBase) return;
  const rest: Rest = {
    base: membersBetween(context.base, b, endBase),
    current: membersBetween(context.current, c, end),
    proposed: membersBetween(context.proposed, p, endProposed),
  };
  if (isRenamedTwice(context, rest)) {
    // What was found in it up to here belongs to the clash.
    context.work.length = before;
    clashValues(context, work, 'content', RENAMED);
    return;
  }
  const gone = keepOwn(context, work, rest);
  const insertions = takeNew(context, work, rest, anchor);
  for (const [name] of rest.base) {
    if (!rest.current.has(name) && !rest.proposed.has(name)) C.removed(context, place, name, C.BOTH);
  }
  if (gone.size === 0 && insertions.size === 0) return;
  const isNew = (node: number): boolean => node >= c && !rest.base.has(T.keyOf(context.current, node));
  const items = weave(T.childrenOf(context.current, current), insertions, (node) => !gone.has(node), isNew);
  context.plans.set(current, { kind: 'items', items, source: proposed });
}

const RENAMED = 'both sides gave one member another name';

interface Rest {
  readonly base: ReadonlyMap<string, number>;
  readonly current: ReadonlyMap<string, number>;
  readonly proposed: ReadonlyMap<string, number>;
}

function membersBetween(doc: T.Doc, from: number, end: number): Map<string, number> {
  const members = new Map<string, number>();
  for (let node = from; node < end; node = T.nextOf(doc, node)) members.set(T.keyOf(doc, node), node);
  return members;
}

function sameNames(context: C.Context, b: number, c: number, p: number): boolean {
  return equalKeys(context.current, c, context.proposed, p) && equalKeys(context.current, c, context.base, b);
}

function pushMember(
  context: C.Context,
  work: C.Work,
  name: string,
  base: number,
  current: number,
  proposed: number,
): void {
  const parent = { current: work.current, proposed: work.proposed };
  context.work.push({ base, current, proposed, place: C.childPlace(work.place, name, name), parent });
}

/** Decides the members that current has; those that proposed deleted are given back. */
function keepOwn(context: C.Context, work: C.Work, rest: Rest): Set<number> {
  const gone = new Set<number>();
  for (const [name, current] of rest.current) {
    const base = rest.base.get(name) ?? T.ABSENT;
    const proposed = rest.proposed.get(name) ?? T.ABSENT;
    if (proposed >= 0) {
      if (!C.sameInAll(context, base, current, proposed)) pushMember(context, work, name, base, current, proposed);
    } else if (base < 0) {
      C.added(context, work.place, name, C.BY_CURRENT);
    } else if (C.sameBC(context, base, current)) {
      gone.add(current);
      C.removed(context, work.place, name, C.BY_PROPOSED);
    } else {
      const place = C.childPlace(work.place, name, name);
      const verdict = clash(context, place, 'modified-deleted', { base, current });
      if (verdict === undefined) continue;
      if (!planVerdict(context, current, { base, current }, verdict)) gone.add(current);
      writeVerdict(context, place, { base, current }, verdict);
    }
  }
  return gone;
}

/** Decides the members that only proposed has; new ones are given back by the member of current that they follow. */
function takeNew(context: C.Context, work: C.Work, rest: Rest, first: number): Insertions {
  const insertions: Insertions = new Map();
  let anchor = first;
  for (const [name, proposed] of rest.proposed) {
    const current = rest.current.get(name);
    const base = rest.base.get(name) ?? T.ABSENT;
    if (current !== undefined) {
      anchor = current;
    } else if (base < 0) {
      insertAfter(insertions, anchor, ~proposed);
      C.added(context, work.place, name, C.BY_PROPOSED);
    } else if (C.sameBP(context, base, proposed)) {
      C.removed(context, work.place, name, C.BY_CURRENT);
    } else {
      const place = C.childPlace(work.place, name, name);
      const verdict = clash(context, place, 'modified-deleted', { base, proposed });
      if (verdict === undefined) continue;
      const item = itemOf(context, { base, proposed }, verdict);
      if (item !== undefined) insertAfter(insertions, anchor, item);
      writeVerdict(context, place, { base, proposed }, verdict);
    }
  }
  return insertions;
}
