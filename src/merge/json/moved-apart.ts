// Members that each side moved to another object: removed where they were, and added at two places. Place by place nothing
// clashes, and what was one value would stand in the document twice. Elements of arrays have a look of their own (moves.ts).
import type { Context } from './context.ts';
import { equalValues } from './equal.ts';
import { appendSegment } from './pointer.ts';
import { isTelling } from './renamed.ts';
import * as T from './tape.ts';

type SideName = 'base' | 'current' | 'proposed';

/** One object in the three documents; a side that has it not, or has no object there, is absent. */
interface Place {
  readonly at: string;
  readonly nodes: { readonly [side in SideName]: number };
}

/** A member that came or went, and the pointer to its object. */
interface Member {
  readonly node: number;
  readonly at: string;
  /** Its object came or went with it. */
  readonly isInner: boolean;
}

interface Found {
  readonly gone: Member[];
  readonly added: { readonly current: Member[]; readonly proposed: Member[] };
}

/** Which member would stand twice, and where; undefined where none would. Throws OverBudget. */
export function findMovedApart(context: Context): string | undefined {
  const { gone, added } = membersOf(context);
  const told = added.current.length === 0 || added.proposed.length === 0 ? [] : gone;
  if (told.length === 0) return undefined;
  const [ours, theirs] = [byHash(context.current, added.current), byHash(context.proposed, added.proposed)];
  for (const { node, at, isInner } of told) {
    const hash = T.hashAt(context.base, node);
    const find = (side: 'current' | 'proposed', among: readonly Member[] | undefined): Member | undefined =>
      // Objects that go and come with what they hold have another name, and perhaps changes: a matter of names (renamed.ts).
      among?.find((each) => !(isInner && each.isInner) && isIt(context, node, side, each.node));
    const mine = find('current', ours.get(hash));
    const other = find('proposed', theirs.get(hash));
    if (mine === undefined || other === undefined) continue;
    // Two names in the object where it was are a clash there (renamed.ts).
    if (mine.at === at && other.at === at) continue;
    const name = JSON.stringify(T.keyOf(context.base, node).slice(0, LONGEST));
    const [from, to, and] = [at, mine.at, other.at].map((pointer) => JSON.stringify(pointer.slice(0, LONGEST)));
    return `each side moved ${name} out of ${from} to another place: to ${to}, and to ${and}`;
  }
  return undefined;
}

/** Characters of a name or a pointer that are told. */
const LONGEST = 100;

/** What both sides removed, and what one alone added, in objects that are not the same in all three documents. */
function membersOf(context: Context): Found {
  const found: Found = { gone: [], added: { current: [], proposed: [] } };
  const open: Place[] = [{ at: '', nodes: { base: T.ROOT, current: T.ROOT, proposed: T.ROOT } }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { at, nodes } = place;
    const of = (side: SideName): Members => members(context, side, nodes);
    const own = { base: of('base'), current: of('current'), proposed: of('proposed') };
    for (const side of ['current', 'proposed'] as const) {
      const others = [own.base, own[side === 'current' ? 'proposed' : 'current']];
      for (const each of newIn(context, side, own[side], others, at)) found.added[side].push(each);
    }
    for (const [name, base] of own.base) {
      const next = { base, current: own.current.get(name) ?? T.ABSENT, proposed: own.proposed.get(name) ?? T.ABSENT };
      if (next.current >= 0 || next.proposed >= 0) {
        if (differs(context, next)) open.push({ at: appendSegment(at, name), nodes: next });
      } else for (const each of telling(context, { node: base, at, isInner: false })) found.gone.push(each);
    }
  }
  return found;
}

function telling(context: Context, member: Member): readonly Member[] {
  return inside(context, 'base', member).filter(({ node }) => isTelling(context, node));
}

type Members = ReadonlyMap<string, number>;

function newIn(
  context: Context,
  side: SideName,
  own: Members,
  others: readonly Members[],
  at: string,
): readonly Member[] {
  return [...own].flatMap(([name, node]) =>
    others.some((other) => other.has(name)) ? [] : inside(context, side, { node, at, isInner: false }),
  );
}

/** A member that came or went, and all that came or went in it. */
function inside(context: Context, side: SideName, member: Member): readonly Member[] {
  const doc = context[side];
  const found = [member];
  // The list grows while it is walked over.
  for (const { node, at } of found) {
    if (T.kindOf(doc, node) !== T.OBJECT) continue;
    const within = appendSegment(at, T.keyOf(doc, node));
    for (const child of T.childrenOf(doc, node)) found.push({ node: child, at: within, isInner: true });
    context.watch(1);
  }
  return found;
}

/** The members of a side's object by their names. */
function members(context: Context, side: SideName, nodes: Place['nodes']): Members {
  const doc = context[side];
  const node = nodes[side];
  if (node < 0 || T.kindOf(doc, node) !== T.OBJECT) return new Map();
  const children = T.childrenOf(doc, node);
  context.watch(children.length);
  return new Map(children.map((child) => [T.keyOf(doc, child), child]));
}

function differs(context: Context, { base, current, proposed }: Place['nodes']): boolean {
  if (T.kindOf(context.base, base) !== T.OBJECT) return false;
  const hash = T.hashAt(context.base, base);
  const isSame = (side: 'current' | 'proposed', node: number): boolean =>
    node >= 0 && T.hashAt(context[side], node) === hash;
  return !isSame('current', current) || !isSame('proposed', proposed);
}

/** Of one hash: all of them are equal but for made-up documents. */
const MOST_ALIKE = 8;

function byHash(doc: T.Doc, found: readonly Member[]): ReadonlyMap<number, readonly Member[]> {
  const hashed = new Map<number, Member[]>();
  for (const member of found) {
    const hash = T.hashAt(doc, member.node);
    const alike = hashed.get(hash);
    if (alike === undefined) hashed.set(hash, [member]);
    else if (alike.length < MOST_ALIKE) alike.push(member);
  }
  return hashed;
}

/** The same value; of one that holds nothing the same name, too, since equal ones are many. */
function isIt(context: Context, base: number, side: 'current' | 'proposed', node: number): boolean {
  context.watch(1);
  if (!equalValues(context.base, base, context[side], node)) return false;
  return T.isContainer(context.base, base) || T.keyOf(context.base, base) === T.keyOf(context[side], node);
}
