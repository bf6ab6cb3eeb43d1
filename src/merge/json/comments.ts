// Merges the comments of JSONC. They are no values, so the merge of values does not see them: where members stand on all
// three sides, the comments in front of each and behind it are merged three-way; where they cannot be placed, a clash
// says so. No comment that somebody wrote is lost in silence.
import { clash } from './clash.ts';
import { type Context, childPlace, type Plan, sameInAll } from './context.ts';
import { type Place, pointerOf } from './pointer.ts';
import { lineIndent } from './style.ts';
import * as T from './tape.ts';
import { commentsBetween, type ItemSlots, slotsOf } from './trivia.ts';

/** A range of current's trivia to be replaced. */
export interface TriviaSplice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Triple {
  readonly base: number;
  readonly current: number;
  readonly proposed: number;
  readonly place: Place | undefined;
}

export function mergeComments(context: Context, hasBase: boolean): TriviaSplice[] {
  const { base, current, proposed } = context;
  const splices: TriviaSplice[] = [];
  if (!current.jsonc || !hasBase || allComments(base) === allComments(proposed)) return splices;
  const stack: Triple[] = [{ base: T.ROOT, current: T.ROOT, proposed: T.ROOT, place: undefined }];
  for (let triple = stack.pop(); triple !== undefined; triple = stack.pop()) {
    mergeInside(context, triple, stack, splices);
  }
  return splices;
}

/** Makes it a clash if a comment that a side added is missing in the result, and no other clash has it. */
export function refuseLostComments(context: Context, result: T.Doc): void {
  if (!result.jsonc) return;
  const { base, current, proposed } = context;
  const [before, ours, theirs, after] = [base, current, proposed, result].map(tally) as [Tally, Tally, Tally, Tally];
  const lost: string[] = [];
  for (const text of new Set([...ours.keys(), ...theirs.keys()])) {
    const [b, c, p, r] = [before, ours, theirs, after].map((each) => each.get(text) ?? 0) as [
      number,
      number,
      number,
      number,
    ];
    if ((c > b && r < c - Math.max(0, b - p)) || (p > b && r < p - Math.max(0, b - c))) lost.push(text);
  }
  const has = (side: Uint8Array | undefined, text: string): boolean =>
    side !== undefined && Buffer.from(side).includes(text);
  // What was decided against may be lost on either side, what is open only on proposed's.
  const isTold = (text: string): boolean =>
    context.clashingComments.includes(text) ||
    context.clashes.some(({ proposed: side }) => has(side, text)) ||
    context.decided.some(({ current: own, proposed: side }) => has(own, text) || has(side, text));
  if (lost.every(isTold)) return;
  const nodes = { base: T.ROOT, current: T.ROOT, proposed: T.ROOT };
  const reason = 'a comment that one side added has no place in the other side';
  const verdict = clash(context, undefined, 'content', nodes, { reason, allows: 'sides', isFixed: true });
  if (verdict !== undefined) context.entries.push({ action: 'dropped', by: ['proposed'], pointer: '' });
}

type Tally = Map<string, number>;

function tally(doc: T.Doc): Tally {
  const counts: Tally = new Map();
  for (const comment of commentsBetweenTokens(doc)) counts.set(comment, (counts.get(comment) ?? 0) + 1);
  return counts;
}

function allComments(doc: T.Doc): string {
  return JSON.stringify(commentsBetweenTokens(doc));
}

/** Comments in document order. The gaps between tokens hold nothing else but commas, colons and brackets. */
function commentsBetweenTokens(doc: T.Doc): string[] {
  const comments: string[] = [];
  let from = 0;
  const gap = (to: number): void => {
    comments.push(...commentsBetween(doc, from, to));
  };
  for (let node = 0; node < doc.length; node += T.RECORD) {
    if (T.keyStartOf(doc, node) >= 0 && node !== T.ROOT) {
      gap(T.keyStartOf(doc, node));
      from = T.keyEndOf(doc, node);
    }
    gap(T.startOf(doc, node));
    from = T.isContainer(doc, node) ? T.startOf(doc, node) + 1 : T.endOf(doc, node);
  }
  gap(doc.bytes.length);
  return comments;
}

function mergeInside(context: Context, triple: Triple, stack: Triple[], splices: TriviaSplice[]): void {
  const { base, current, proposed } = context;
  const kind = T.kindOf(current, triple.current);
  if (kind > T.ARRAY || kind !== T.kindOf(base, triple.base) || kind !== T.kindOf(proposed, triple.proposed)) return;
  const plan = context.plans.get(triple.current);
  if (plan !== undefined && plan.kind !== 'items') return;
  const all = {
    base: slotsOf(base, triple.base),
    current: slotsOf(current, triple.current),
    proposed: slotsOf(proposed, triple.proposed),
  };
  for (const [b, c, p, segment] of matchItems(context, kind, plan, all)) {
    const place = childPlace(triple.place, segment, segment);
    mergeSlot(context, place, splices, b, c, p, 'lead');
    mergeSlot(context, place, splices, b, c, p, 'trail');
    stack.push({ base: b.node, current: c.node, proposed: p.node, place });
  }
  mergeSlot(context, triple.place, splices, all.base.inside, all.current.inside, all.proposed.inside, 'lead');
  mergeSlot(context, triple.place, splices, all.base.inside, all.current.inside, all.proposed.inside, 'trail');
}

interface Slots {
  readonly items: readonly ItemSlots[];
  readonly inside: ItemSlots;
}

function matchItems(
  context: Context,
  kind: number,
  plan: Plan | undefined,
  all: { readonly base: Slots; readonly current: Slots; readonly proposed: Slots },
): [ItemSlots, ItemSlots, ItemSlots, string | number][] {
  const { base, current, proposed } = context;
  const matched: [ItemSlots, ItemSlots, ItemSlots, string | number][] = [];
  if (kind === T.ARRAY) {
    for (const [b, c, p, index] of matchElements(context, plan, all)) matched.push([b, c, p, index]);
    return matched;
  }
  const byName = (doc: T.Doc, items: readonly ItemSlots[]): Map<string, ItemSlots> =>
    new Map(items.map((item) => [T.keyOf(doc, item.node), item]));
  const before = byName(base, all.base.items);
  const theirs = byName(proposed, all.proposed.items);
  for (const [name, c] of byName(current, all.current.items)) {
    const b = before.get(name);
    const p = theirs.get(name);
    if (b !== undefined && p !== undefined) matched.push([b, c, p, name]);
  }
  return matched;
}

/** Elements at the same index, where the array kept its shape; else the equal ones at its front and at its end. */
function matchElements(
  context: Context,
  plan: Plan | undefined,
  { base, current, proposed }: { readonly base: Slots; readonly current: Slots; readonly proposed: Slots },
): [ItemSlots, ItemSlots, ItemSlots, number][] {
  const matched: [ItemSlots, ItemSlots, ItemSlots, number][] = [];
  const lengths = [base, current, proposed].map(({ items }) => items.length) as [number, number, number];
  const most = Math.min(...lengths);
  const isSameShape = plan === undefined && lengths.every((each) => each === most);
  const match = (i: number, isBack: boolean): boolean => {
    const at = lengths.map((length) => (isBack ? length - 1 - i : i)) as [number, number, number];
    const b = base.items[at[0]];
    const c = current.items[at[1]];
    const p = proposed.items[at[2]];
    if (b === undefined || c === undefined || p === undefined) return false;
    if (!isSameShape && !sameInAll(context, b.node, c.node, p.node)) return false;
    matched.push([b, c, p, at[0]]);
    return true;
  };
  let head = 0;
  while (head < most && match(head, false)) head++;
  for (let tail = 0; tail < most - head && match(tail, true); tail++);
  return matched;
}

function mergeSlot(
  context: Context,
  place: Place | undefined,
  splices: TriviaSplice[],
  base: ItemSlots,
  current: ItemSlots,
  proposed: ItemSlots,
  slot: 'lead' | 'trail',
): void {
  const before = commentsIn(context.base, base[slot]);
  const ours = commentsIn(context.current, current[slot]);
  const theirs = commentsIn(context.proposed, proposed[slot]);
  if (theirs === before || theirs === ours) return;
  const splice = spliceOf(context, current, proposed, slot, theirs === '[]');
  if (ours !== before) {
    context.clashingComments.push(...commentsBetween(context.proposed, ...proposed[slot]));
    const verdict = clash(
      context,
      place,
      'content',
      { base: base.node, current: current.node, proposed: proposed.node },
      { reason: 'both sides changed a comment here', allows: 'sides', isFixed: splice === undefined },
    );
    if (verdict === undefined) return;
    const dropped = 'use' in verdict && verdict.use === 'proposed' ? 'current' : 'proposed';
    context.entries.push({ action: 'dropped', by: [dropped], pointer: pointerOf(place, 'base') });
    if (dropped === 'proposed') return;
    context.clashingComments.push(...commentsBetween(context.current, ...current[slot]));
  }
  // Without a place of its own the check of all comments afterwards makes it a clash.
  if (splice !== undefined) splices.push(splice);
}

/** Current's comments exchanged for proposed's; undefined where those have no place to stand at. */
function spliceOf(
  context: Context,
  current: ItemSlots,
  proposed: ItemSlots,
  slot: 'lead' | 'trail',
  isRemoved: boolean,
): TriviaSplice | undefined {
  const [start, end] = current[slot];
  if (start === end && slot === 'lead') return undefined;
  const own = T.textOf(context.current, start, end);
  const text = isRemoved ? blanksIn(own, slot) : T.textOf(context.proposed, ...proposed[slot]);
  const indent = slot === 'trail' ? '' : lineIndent(context.current, current.at);
  if (/\/\/[^\n]*$/.test(text) && !isLineEnd(context.current, end)) return undefined;
  return { start, end, text: slot === 'trail' ? text : text.replace(/\n[ \t]*/g, `\n${indent}`) };
}

/** Is there nothing but blanks up to the end of the line? */
function isLineEnd(doc: T.Doc, at: number): boolean {
  let i = at;
  while (doc.bytes[i] === 0x20 || doc.bytes[i] === 0x09) i++;
  return doc.bytes[i] === 0x0a || doc.bytes[i] === 0x0d;
}

/** What stays where the comments go: the end of the line and the indent. */
function blanksIn(trivia: string, slot: 'lead' | 'trail'): string {
  if (slot === 'trail') return '';
  const newline = trivia.lastIndexOf('\n');
  return newline < 0 ? '' : trivia.slice(trivia[newline - 1] === '\r' ? newline - 1 : newline);
}

function commentsIn(doc: T.Doc, [from, to]: readonly [number, number]): string {
  return JSON.stringify(commentsBetween(doc, from, to));
}
