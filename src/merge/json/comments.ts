// Merges the comments of JSONC. They are no values, so the merge of values does not see them: where members stand on all
// three sides, the comments in front of each and behind it are merged three-way; where they cannot be placed, a clash
// says so. No comment that somebody wrote is lost in silence.
import { clash } from './clash.ts';
import { keepsComments } from './comment-count.ts';
import { matchChildren } from './comment-places.ts';
import { type Context, childPlace } from './context.ts';
import { type Place, pointerOf } from './pointer.ts';
import { lineIndent, styleOf } from './style.ts';
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

/** Has the result each comment as often as the sides together say? What an option or a decision left out does not count. */
export function hasAllComments({ base, current, proposed }: Context, result: T.Doc): boolean {
  if (!result.jsonc) return true;
  const [before, ours, theirs, after] = [base, current, proposed, result].map(plainComments) as [
    readonly string[],
    readonly string[],
    readonly string[],
    readonly string[],
  ];
  return keepsComments(before, ours, theirs, after);
}

const BOTH_CHANGED = 'both sides changed a comment here';

/** Nothing is open but places of comments, and no option or decision has left anything out. */
export function isOpenInComments({ clashes, decided, favor }: Context): boolean {
  return clashes.every(({ reason }) => reason === BOTH_CHANGED) && decided.length === 0 && favor === undefined;
}

/** Nothing is open at all. */
function isWhole(context: Context): boolean {
  return context.clashes.length === 0 && isOpenInComments(context);
}

/** Makes it a clash if a comment is missing, doubled or back in the result, and no other clash has it. */
export function refuseStrayComments(context: Context, result: T.Doc, hasBase: boolean): void {
  if (!result.jsonc || (isWhole(context) ? hasAllComments(context, result) : hasAddedComments(context, result))) return;
  const nodes = { base: hasBase ? T.ROOT : T.ABSENT, current: T.ROOT, proposed: T.ROOT };
  const reason = 'the comments of one side have no place in the other side';
  const verdict = clash(context, undefined, 'content', nodes, { reason, allows: 'sides', isFixed: true });
  if (verdict !== undefined) context.entries.push({ action: 'dropped', by: ['proposed'], pointer: '' });
}

/** Is each comment that a side added in the result, or in a clash? */
function hasAddedComments(context: Context, result: T.Doc): boolean {
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
  return lost.every(isTold);
}

type Tally = Map<string, number>;

function tally(doc: T.Doc): Tally {
  const counts: Tally = new Map();
  for (const comment of commentsBetweenTokens(doc)) counts.set(comment, (counts.get(comment) ?? 0) + 1);
  return counts;
}

/** A comment of several lines is moved to the indent of its place. */
function plainComments(doc: T.Doc): readonly string[] {
  return commentsBetweenTokens(doc).map((comment) => comment.replace(/\s+/g, ' '));
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
  for (const { base: b, current: c, proposed: p, segment } of matchChildren(context, triple.place, kind, all)) {
    const place = childPlace(triple.place, segment, segment);
    mergeSlot(context, place, splices, b, c, p, 'lead');
    mergeSlot(context, place, splices, b, c, p, 'trail');
    stack.push({ base: b.node, current: c.node, proposed: p.node, place });
  }
  mergeSlot(context, triple.place, splices, all.base.inside, all.current.inside, all.proposed.inside, 'lead');
  mergeSlot(context, triple.place, splices, all.base.inside, all.current.inside, all.proposed.inside, 'trail');
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
      { reason: BOTH_CHANGED, allows: 'sides', isFixed: splice === undefined },
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
  const indent = lineIndent(context.current, current.at);
  if (slot === 'lead') {
    // In front of a closing bracket comments have the indent of what stands there, and the bracket its own.
    const [own, most] = [proposed, current].map(({ at, inside }, i) =>
      lineIndent(i === 0 ? context.proposed : context.current, inside ?? at),
    ) as [string, string];
    return { start, end, text: indented(text, own, most, indent) };
  }
  // What follows a line comment goes to a line of its own.
  const needsLine = /\/\/[^\n]*$/.test(text) && !isLineEnd(context.current, end);
  return { start, end, text: needsLine ? text + styleOf(context.current).eol + indent : text };
}

/** Trivia with lines from the indent `own` moved to `to`, and what stands behind it to `last`. Blank lines stay as they are. */
function indented(text: string, own: string, to: string, last: string): string {
  const lines = text.split('\n');
  return lines
    .map((line, i) => {
      if (i === 0) return line;
      const words = line.replace(/^[ \t]+/, '');
      if (i === lines.length - 1) return last + words;
      const blanks = line.slice(0, line.length - words.length);
      return words.trim() === '' ? line : to + (blanks.startsWith(own) ? blanks.slice(own.length) : '') + words;
    })
    .join('\n');
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
