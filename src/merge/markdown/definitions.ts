// Definitions of links and footnotes (`[name]: …`) that both sides added under one name. The first one in a text counts,
// so that the other side's links would lead somewhere else without a word.
import { bytesOfLines, type Lines } from '../lines.ts';
import type { Region, Sides } from '../three-way.ts';
import { type MarkdownLine, outlineOf } from './outline.ts';

/** Also in a quote or an item, and however far it is indented: in a list that is no code. */
const DEFINITION = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t])))*[ \t]*\[((?:[^[\]\\]|\\.){1,999})\]:(.*)$/s;
const QUOTES = /^(?:[ \t]*>)*/;
const TITLE = /^["'(]/;

interface Definition {
  /** Its lines `[line, end)`. */
  readonly line: number;
  readonly end: number;
  readonly name: string;
  readonly what: string;
}

/** The regions, those as conflicts in which each side defines a name that is new and has another meaning on the other. */
export function keepDefinitions(texts: Sides, regions: readonly Region[]): readonly Region[] {
  const kinds = regions.map(({ kind }) => kind);
  if (!kinds.includes('current') || !kinds.includes('proposed')) return regions;
  const known = new Set(definitionsIn(texts.base).map(({ name }) => name));
  const newIn = (lines: Lines): readonly Definition[] => definitionsIn(lines).filter(({ name }) => !known.has(name));
  const [ours, theirs] = [newIn(texts.current), newIn(texts.proposed)];
  if (ours.length === 0 || theirs.length === 0) return regions;
  const [mine, other] = [meaningsOf(ours), meaningsOf(theirs)];
  const clashing = new Set([...mine].flatMap(([name, what]) => ((other.get(name) ?? what) === what ? [] : [name])));
  if (clashing.size === 0) return regions;
  const [own, their] = [linesOf(ours, clashing), linesOf(theirs, clashing)];
  const has = (lines: ReadonlySet<number>, from: number, to: number): boolean => {
    for (let line = from; line < to; line++) if (lines.has(line)) return true;
    return false;
  };
  return regions.map((region) => {
    const { kind, currentStart, currentEnd, proposedStart, proposedEnd } = region;
    const isClash =
      (kind === 'current' && has(own, currentStart, currentEnd)) ||
      (kind === 'proposed' && has(their, proposedStart, proposedEnd));
    return isClash ? { ...region, kind: 'conflict' as const } : region;
  });
}

/** What each name means: of several definitions the first one counts. */
function meaningsOf(definitions: readonly Definition[]): ReadonlyMap<string, string> {
  return new Map([...definitions].reverse().map(({ name, what }) => [name, what]));
}

function linesOf(definitions: readonly Definition[], names: ReadonlySet<string>): ReadonlySet<number> {
  const found = new Set<number>();
  for (const { line, end, name } of definitions) {
    if (names.has(name)) for (let i = line; i < end; i++) found.add(i);
  }
  return found;
}

function definitionsIn(lines: Lines): readonly Definition[] {
  // Most texts have none, and need no outline.
  if (!Buffer.from(lines.bytes.buffer, lines.bytes.byteOffset, lines.bytes.byteLength).includes(']:')) return [];
  const outline = outlineOf(lines);
  const begun = outline.map(({ kind }, line) =>
    kind === 'text' || kind === 'item' ? beginAt(lines, line) : undefined,
  );
  return begun.flatMap((begin, line) => {
    if (begin === undefined) return [];
    const { name, rest } = begin;
    const isMore = (i: number): boolean => i < outline.length && begun[i] === undefined;
    const further = name.startsWith('^')
      ? footnoteFrom(lines, outline, line, isMore)
      : linkFrom(lines, outline, line, rest, isMore);
    const what = [rest, ...further].filter((text) => text !== '').join(' ');
    return what === '' ? [] : [{ line, end: line + 1 + further.length, name, what }];
  });
}

function beginAt(lines: Lines, line: number): { readonly name: string; readonly rest: string } | undefined {
  const [, name = '', rest = ''] = DEFINITION.exec(textAt(lines, line)) ?? [];
  return name === '' ? undefined : { name: name.trim().replace(/\s+/g, ' ').toLowerCase(), rest: rest.trim() };
}

/** What goes on behind the first line of a footnote: its paragraph, and what is indented below that. */
function footnoteFrom(
  lines: Lines,
  outline: readonly MarkdownLine[],
  line: number,
  isMore: (line: number) => boolean,
): readonly string[] {
  const texts: string[] = [];
  let [count, isBroken] = [0, false];
  for (let i = line + 1; isMore(i); i++) {
    const text = innerAt(lines, i);
    const isOutside = !isIndented(lines, i) && (isBroken || outline[i]?.kind !== 'text');
    if (text !== '' && isOutside) break;
    texts.push(text);
    isBroken = text === '';
    if (!isBroken) count = texts.length;
  }
  return texts.slice(0, count);
}

/** Where a link leads and its title may stand on the lines below its name. */
function linkFrom(
  lines: Lines,
  outline: readonly MarkdownLine[],
  line: number,
  rest: string,
  isMore: (line: number) => boolean,
): readonly string[] {
  const texts: string[] = [];
  let i = line + 1;
  const next = (): string => (isMore(i) && outline[i]?.kind === 'text' ? innerAt(lines, i) : '');
  if (rest === '' && next() !== '') texts.push(innerAt(lines, i++));
  if (TITLE.test(next())) for (; next() !== ''; i++) texts.push(next());
  return texts;
}

function isIndented(lines: Lines, line: number): boolean {
  const text = textAt(lines, line);
  const inner = text.replace(QUOTES, '');
  // The blank behind the mark of a quote is a part of that.
  return /^[ \t]/.test(inner === text ? inner : inner.slice(1));
}

/** A line without the marks of a quote that it stands in. */
function innerAt(lines: Lines, line: number): string {
  return textAt(lines, line).replace(QUOTES, '').trim();
}

function textAt(lines: Lines, line: number): string {
  return Buffer.from(bytesOfLines(lines, line, line + 1)).toString('latin1');
}
