// Puts two sides' additions to one list together. Three versions of a source that differ in one place only; in that
// place each side only put something into the base's text, between the same items of the same list. The result is the
// base's text with what both put in, so that taking one side's part out again gives the other side: that is the proof
// which the receipt carries. What does not fit this in every respect is left to be the conflict that it is.
import type { Changer } from '../receipt.ts';
import type { Watch } from '../watch.ts';
import { alignItems, type Gap, type Placed, placeItems } from './align.ts';
import { findLists } from './find-lists.ts';
import { inOrder } from './in-order.ts';
import type { GrammarName } from './languages.ts';
import { claimOf, isOfValues, type List } from './lists.ts';
import { isOpenField, mayGoOn } from './lists-script.ts';
import { type ParsedCode, parseCode } from './parse.ts';

export interface Versions {
  readonly base: string;
  readonly current: string;
  readonly proposed: string;
}

/** A stretch of the woven text that one side put in; 0-based, half-open, in UTF-16 units. */
export interface Span {
  readonly by: Changer;
  readonly from: number;
  readonly to: number;
}

export interface Woven {
  readonly text: string;
  readonly spans: readonly Span[];
}

/** How much of all versions, at their beginnings and their ends, is the same and stays out of it. */
export interface Outside {
  readonly before: number;
  readonly after: number;
}

/** The woven text; undefined where the two sides did more than add different things to one list. */
export function weave(language: GrammarName, versions: Versions, outside: Outside, watch: Watch): Woven | undefined {
  const parsed: ParsedCode[] = [];
  try {
    for (const text of [versions.base, versions.current, versions.proposed]) {
      const each = parseCode(language, text, watch);
      if (each === undefined) return undefined;
      parsed.push(each);
      if (each.root.hasError) return undefined;
    }
    const [base, current, proposed] = parsed;
    if (base === undefined || current === undefined || proposed === undefined) return undefined;
    for (const lists of findLists(versions, { base: base.root, current: current.root, proposed: proposed.root })) {
      const woven = wovenAsMeant(language, versions, lists, outside, watch);
      if (woven === undefined) continue;
      // Whichever side is called current: what only holds in one order was never independent of it.
      const [swapped, others] = [swap(versions), swap(lists)];
      if (wovenAsMeant(language, swapped, others, outside, watch) !== undefined) return woven;
    }
    return undefined;
  } finally {
    for (const { free } of parsed) free();
  }
}

function swap<Sides extends { readonly current: unknown; readonly proposed: unknown }>(sides: Sides): Sides {
  return { ...sides, current: sides.proposed, proposed: sides.current };
}

function wovenAsMeant(
  language: GrammarName,
  versions: Versions,
  lists: Lists,
  outside: Outside,
  watch: Watch,
): Woven | undefined {
  const woven = weaveList(language, versions, lists, outside);
  return woven !== undefined && isAsMeant(language, versions, woven, lists, watch) ? woven : undefined;
}

export interface Lists {
  readonly base: List;
  readonly current: List;
  readonly proposed: List;
}

function weaveList(language: GrammarName, versions: Versions, lists: Lists, outside: Outside): Woven | undefined {
  const current = alignItems(placeItems(versions.base, lists.base), placeItems(versions.current, lists.current));
  const proposed = alignItems(placeItems(versions.base, lists.base), placeItems(versions.proposed, lists.proposed));
  if (current === undefined || proposed === undefined) return undefined;
  if (shareNames(language, lists, current, proposed)) return undefined;
  let text = versions.base.slice(0, lists.base.start);
  const spans: Span[] = [];
  const base = placeItems(versions.base, lists.base);
  let start = lists.base.start;
  for (let i = 0; i < base.gaps.length; i++) {
    const gap = base.gaps[i] ?? '';
    const mine = current[i];
    const theirs = proposed[i];
    if (mine === undefined || theirs === undefined) return undefined;
    if (mine.gap !== gap && theirs.gap !== gap && !mayStandTogether(language, lists, mine.added, theirs.added)) {
      return undefined;
    }
    const from = Math.max(0, outside.before - start);
    const to = versions.base.length - outside.after - start;
    const whole = isOfValues(lists.current) && mine.added.length + theirs.added.length > 2;
    const put = inOrder({ gap, items: base.texts, index: i, from, to, whole }, mine, theirs);
    if (put === undefined) return undefined;
    text += gap.slice(0, put.at);
    for (const { by, text: part } of put.parts) {
      spans.push({ by, from: text.length, to: text.length + part.length });
      text += part;
    }
    const item = base.texts[i] ?? '';
    text += gap.slice(put.at) + item;
    start += gap.length + item.length;
  }
  return { text: text + versions.base.slice(lists.base.end), spans };
}

/** Whether both sides added something under one name, wherever in the list. */
function shareNames(language: GrammarName, lists: Lists, current: readonly Gap[], proposed: readonly Gap[]): boolean {
  const namesOf = (list: List, gaps: readonly Gap[]): readonly string[] =>
    gaps.flatMap(({ added }) => added.flatMap(({ node }) => claimOf(language, list, node)?.names ?? []));
  const mine = new Set(namesOf(lists.current, current));
  return namesOf(lists.proposed, proposed).some((name) => mine.has(name));
}

/** Both added something, all of one sort, and nothing under a name that is there already or comes twice. */
function mayStandTogether(
  language: GrammarName,
  lists: Lists,
  mine: readonly Placed[],
  theirs: readonly Placed[],
): boolean {
  if (mine.length === 0 || theirs.length === 0 || mayRunTogether([...mine, ...theirs])) return false;
  const claims = [
    ...mine.map(({ node }) => claimOf(language, lists.current, node)),
    ...theirs.map(({ node }) => claimOf(language, lists.proposed, node)),
  ];
  const taken = new Set(lists.base.items.flatMap((item) => claimOf(language, lists.base, item)?.names ?? []));
  for (const claim of claims) {
    if (claim === undefined || claim.sort !== claims[0]?.sort) return false;
    for (const name of new Set(claim.names)) {
      if (taken.has(name)) return false;
      taken.add(name);
    }
  }
  return true;
}

/** Whichever comes first, so that it is alike when the sides are swapped. */
function mayRunTogether(added: readonly Placed[]): boolean {
  return added.some(({ node }) => mayGoOn(node)) && added.some(({ node }) => isOpenField(node));
}

/** The woven text, parsed again: no error, and the list holds just what the base had and what the sides added, comments too. */
function isAsMeant(
  language: GrammarName,
  versions: Versions,
  { text, spans }: Woven,
  lists: Lists,
  watch: Watch,
): boolean {
  if (without(text, spans, 'proposed') !== versions.current) return false;
  if (without(text, spans, 'current') !== versions.proposed) return false;
  const parsed = parseCode(language, text, watch);
  if (parsed === undefined) return false;
  try {
    if (parsed.root.hasError) return false;
    const after = versions.base.length - lists.base.end;
    const [list] = findLists(
      { base: text, current: text, proposed: text },
      {
        base: parsed.root,
        current: parsed.root,
        proposed: parsed.root,
      },
      { type: lists.base.node.type, start: lists.base.start, after },
    );
    if (list === undefined || hasHole(list.base)) return false;
    return hold(list.base, text, lists, versions);
  } finally {
    parsed.free();
  }
}

function hold(woven: List, text: string, lists: Lists, versions: Versions): boolean {
  const left = new Map<string, number>();
  const count = (list: List, source: string, by: number): void => {
    for (const one of [...textsOf(list, source), ...commentsOf(list, source)]) left.set(one, (left.get(one) ?? 0) + by);
  };
  count(woven, text, 1);
  count(lists.current, versions.current, -1);
  count(lists.proposed, versions.proposed, -1);
  count(lists.base, versions.base, 1);
  return [...left.values()].every((times) => times === 0);
}

function textsOf({ items }: List, source: string): readonly string[] {
  return items.map(({ startIndex, endIndex }) => source.slice(startIndex, endIndex));
}

/** The comments between the items; one that ends the line of an item with that item, since it is about it. */
function commentsOf({ node, items }: List, source: string): readonly string[] {
  return node.children
    .filter(({ type }) => type === 'comment')
    .map(({ startIndex, endIndex }) => {
      const item = items.findLast((each) => each.endIndex <= startIndex);
      const isBehind = item !== undefined && !source.slice(item.endIndex, startIndex).includes('\n');
      const about = isBehind ? source.slice(item.startIndex, item.endIndex) : '';
      return JSON.stringify([source.slice(startIndex, endIndex), about]);
    });
}

/** Two commas with nothing between them: legal in an array, and never meant. */
function hasHole({ node }: List): boolean {
  const tokens = node.children.filter(({ isExtra, type }) => !isExtra && type !== 'comment').map(({ type }) => type);
  return tokens.some((type, i) => type === ',' && tokens[i + 1] === ',');
}

function without(text: string, spans: readonly Span[], by: Changer): string {
  let rest = '';
  let at = 0;
  for (const span of spans) {
    if (span.by !== by) continue;
    rest += text.slice(at, span.from);
    at = span.to;
  }
  return rest + text.slice(at);
}
