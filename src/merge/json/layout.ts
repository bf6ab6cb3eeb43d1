// Lays out the children of a container anew: those that it had keep their bytes with the trivia around them, new ones
// get the lead, indent and separators of their siblings. The result is pieces: ranges of the document, text, and values
// that somebody else prints.

import { leadStart, type Spaced, type Spacing, spacingOf, spacingOfEmpty } from './spacing.ts';
import { lineIndent } from './style.ts';
import * as T from './tape.ts';
import { commaAfter, hasComment, itemStart, trailEnd } from './trivia.ts';

export type Piece<V> =
  | {
      readonly from: number;
      readonly to: number;
      /** It begins with what stands in front of a child: what is put in at `from` belongs to the child before. */
      readonly isLead?: true;
    }
  | { readonly text: string }
  | { readonly value: V; readonly indent: string };

/** A child that the container did not have. */
export interface NewChild<V> {
  /** Comments in front of it. */
  readonly lead?: readonly string[];
  /** Its name as source text; undefined in arrays. */
  readonly name?: string;
  /** The text between name and value on the side that it comes from. */
  readonly colon?: string | undefined;
  readonly value: V;
  /** A comment after it on its line. */
  readonly trail?: string;
}

export interface Layout<V> extends Spaced {
  /** In order: a child of the container, or a new one. */
  readonly items: readonly (number | NewChild<V>)[];
  /** A child of the container whose value the caller prints: it must not be copied as a part of a longer range. */
  readonly isChanged?: (node: number) => V | undefined;
}

/** The pieces of the whole container, brackets included. */
export function layOut<V>(layout: Layout<V>): Piece<V>[] {
  const { style, container } = layout;
  const { doc } = style;
  const start = T.startOf(doc, container);
  const close = T.endOf(doc, container) - 1;
  const first = T.countOf(doc, container) === 0 ? T.ABSENT : container + T.RECORD;
  // The bracket is text, so that no piece begins where the container does: ranges inside it can be spliced again.
  const bracket = T.kindOf(doc, container) === T.OBJECT ? '{' : '[';
  const pieces: Piece<V>[] = [{ text: bracket }, { from: start + 1, to: trailEnd(doc, start + 1) }];
  const spacing = first < 0 ? spacingOfEmpty(layout, start, close) : spacingOf(layout, first);
  const runs = runsOf(layout);
  const ends = endsOf(layout, runs);
  runs.forEach((run, i) => {
    const isLast = i === runs.length - 1;
    if ('child' in run) putNew(pieces, layout, spacing, run.child, i === 0, !isLast || ends.hasTrailingComma);
    else putRun(pieces, layout, spacing, run, i === 0, isLast, ends);
  });
  putTail(pieces, layout, spacing, ends.tail, close);
  return pieces;
}

/** A run of children that stood next to each other already, or one new child. */
type Run<V> =
  | { readonly first: number; readonly last: number; readonly previous: number; readonly changed: V | undefined }
  | { readonly child: NewChild<V> };

function runsOf<V>({ style, container, items, isChanged }: Layout<V>): Run<V>[] {
  const { doc } = style;
  const runs: { first: number; last: number; previous: number; changed: V | undefined }[] = [];
  const all: Run<V>[] = [];
  let isOpen = false;
  const starts = new Map<number, { previous: number }>();
  for (const item of items) {
    if (typeof item !== 'number') {
      all.push({ child: item });
      isOpen = false;
      continue;
    }
    const changed = isChanged?.(item);
    const top = runs.at(-1);
    if (isOpen && top !== undefined && changed === undefined && T.nextOf(doc, top.last) === item) {
      top.last = item;
    } else {
      const run = { first: item, last: item, previous: T.ABSENT, changed };
      runs.push(run);
      all.push(run);
      starts.set(item, run);
    }
    isOpen = changed === undefined;
  }
  const end = T.nextOf(doc, container);
  let previous = T.ABSENT;
  for (let child = container + T.RECORD; child < end; child = T.nextOf(doc, child)) {
    const run = starts.get(child);
    if (run !== undefined) run.previous = previous;
    previous = child;
  }
  return all;
}

interface Ends {
  readonly hasTrailingComma: boolean;
  /** Where the trivia in front of the closing bracket begins. */
  readonly tail: number;
}

function endsOf<V>({ style, container }: Layout<V>, runs: readonly Run<V>[]): Ends {
  const { doc } = style;
  const last = lastChild(doc, container);
  if (last < 0) return { hasTrailingComma: false, tail: trailEnd(doc, T.startOf(doc, container) + 1) };
  const end = T.endOf(doc, last);
  const comma = commaAfter(doc, end);
  if (comma < 0) return { hasTrailingComma: false, tail: trailEnd(doc, end) };
  return { hasTrailingComma: runs.length > 0, tail: trailEnd(doc, comma + 1) };
}

function lastChild(doc: T.Doc, container: number): number {
  let last = T.ABSENT;
  const end = T.nextOf(doc, container);
  for (let child = container + T.RECORD; child < end; child = T.nextOf(doc, child)) last = child;
  return last;
}

function putRun<V>(
  pieces: Piece<V>[],
  layout: Layout<V>,
  spacing: Spacing,
  run: { readonly first: number; readonly last: number; readonly previous: number; readonly changed: V | undefined },
  isFirst: boolean,
  isLast: boolean,
  ends: Ends,
): void {
  const { doc } = layout.style;
  const { first, last, previous, changed } = run;
  const lead = leadStart(doc, layout.container, previous);
  const begin = itemStart(doc, first);
  const isAtHead = previous < 0;
  const end = T.endOf(doc, last);
  const comma = commaAfter(doc, end);
  const post = comma < 0 ? trailEnd(doc, end) : comma;
  const trail = comma < 0 ? post : trailEnd(doc, comma + 1);
  const isWhole = changed === undefined;
  // White space belongs to the place, comments to the child.
  const keepsLead = isFirst === isAtHead;
  if (!keepsLead) pieces.push({ text: leadFor(doc, lead, begin, isFirst ? spacing.head : spacing.between) });
  const from = keepsLead ? lead : begin;
  const to = isWhole ? end : T.startOf(doc, first);
  pieces.push(keepsLead ? { from, to, isLead: true } : { from, to });
  if (!isWhole) pieces.push({ value: changed, indent: spacing.indent });
  const needsComma = !isLast || ends.hasTrailingComma;
  if (comma >= 0 && needsComma) {
    // Apart, so that a comment can be put behind the comma.
    pieces.push({ from: end, to: comma + 1 }, { from: comma + 1, to: trail });
  } else if (comma >= 0) {
    pieces.push({ from: end, to: trimmedEnd(doc, end, comma) }, { from: comma + 1, to: trail });
  } else {
    if (needsComma) pieces.push({ text: ',' });
    pieces.push({ from: end, to: post });
  }
}

/** Without comments there is nothing to keep in front of a comma that goes. */
function trimmedEnd(doc: T.Doc, from: number, to: number): number {
  return hasComment(doc, from, to) ? to : from;
}

/** The lead of a child that comes to another place: that place's white space, the child's own comments. */
function leadFor(doc: T.Doc, from: number, to: number, blanks: string): string {
  if (!hasComment(doc, from, to)) return blanks;
  const own = T.textOf(doc, from, to);
  return /^\s*\n/.test(own) ? own : blanks + own.trimStart();
}

function putNew<V>(
  pieces: Piece<V>[],
  { style, fallback }: Layout<V>,
  spacing: Spacing,
  child: NewChild<V>,
  isFirst: boolean,
  needsComma: boolean,
): void {
  const blanks = isFirst ? spacing.head : spacing.between;
  const colon = style.colon ?? fallback.colon ?? child.colon ?? ': ';
  // A line comment needs the end of its line, whatever the spacing here.
  const isLines = blanks.includes('\n');
  const comments = (child.lead ?? [])
    .map((each) => each + (isLines ? blanks : each.startsWith('//') ? style.eol : ' '))
    .join('');
  pieces.push({ text: blanks + comments + (child.name === undefined ? '' : child.name + colon) });
  pieces.push({ value: child.value, indent: spacing.indent });
  const trail = child.trail ?? '';
  pieces.push({
    text: (needsComma ? ',' : '') + trail + (trail.includes('//') && !spacing.head.includes('\n') ? style.eol : ''),
  });
}

function putTail<V>(pieces: Piece<V>[], layout: Layout<V>, spacing: Spacing, tail: number, close: number): void {
  const { doc } = layout.style;
  const isEmptied = layout.items.length === 0;
  const wasEmpty = T.countOf(doc, layout.container) === 0;
  const start = T.startOf(doc, layout.container);
  if (isEmptied && !hasComment(doc, tail, close)) {
    // A comment behind the opening bracket may run to the end of its line.
    const isOpen = trailEnd(doc, start + 1) > start + 1;
    pieces.push({ text: isOpen ? layout.style.eol + lineIndent(doc, start) : '' }, { from: close, to: close + 1 });
  } else if (wasEmpty && !hasComment(doc, tail, close))
    pieces.push({ text: spacing.tail }, { from: close, to: close + 1 });
  else if (wasEmpty) pieces.push({ text: spacing.tail.trimEnd() }, { from: tail, to: close + 1 });
  else pieces.push({ from: tail, to: close + 1 });
}
