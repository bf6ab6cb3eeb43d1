// Under which headings the entries of a change log stand: an entry that one side added below a heading belongs there. By
// lines alone it may come under another one, that the other side put in above it: the release that it is not part of.
import { type Lines, startOf } from '../lines.ts';
import type { Region, Sides } from '../three-way.ts';
import { areAlike } from './alike.ts';
import { lineText, type MarkdownLine, outlineOf } from './outline.ts';

interface Heading {
  /** Its lines `[line, end)`: several where it is a paragraph that is underlined. */
  readonly line: number;
  readonly end: number;
  readonly level: number;
  readonly text: string;
}

/** Deeper than all headings: what a line that is none is to them. */
const ENTRY = 7;

/** Pairs of lines that are looked at for one that was reworded; beyond that all count as new. */
const MOST_COMPARED = 100_000;

/** The headings that are open at a place, by their levels; null where a conflict leaves them open. */
class Open {
  readonly #texts: (string | null | undefined)[] = Array.from({ length: ENTRY }, () => undefined);

  pass({ level, text }: Heading): void {
    this.#texts.fill(undefined, level);
    this.#texts[level] = text;
  }

  blur({ level }: Heading): void {
    this.#texts.fill(null, level);
  }

  /** Whether something of that level stands under the same headings there, down to those below level `top`. */
  isUnder(other: Open, level: number, top: number): boolean {
    for (let at = level - 1; at > top; at--) {
      const [here, there] = [this.#texts[at], other.#texts[at]];
      if (here !== null && here !== there) return false;
    }
    return true;
  }

  /** The same three ways: at each of these levels it is the heading of the side that changed it. */
  isOf(base: Open, current: Open, proposed: Open, level: number, top: number): boolean {
    for (let at = level - 1; at > top; at--) {
      const [is, before, mine, other] = [this, base, current, proposed].map((open) => open.#texts[at]);
      if (mine !== before && other !== before && mine !== other) return false;
      if (is !== null && is !== (mine === before ? other : mine)) return false;
    }
    return true;
  }
}

/** One text with its headings, walked through once from its beginning. */
class Side {
  readonly #lines: Lines;
  readonly #outline: readonly MarkdownLine[];
  readonly #headings: readonly Heading[];
  readonly open: Open = new Open();
  #next = 0;

  constructor(lines: Lines) {
    this.#lines = lines;
    this.#outline = outlineOf(lines);
    const headings: Heading[] = [];
    for (const [line, { kind, under }] of this.#outline.entries())
      if (kind === 'heading' && under !== 'more') headings.push(this.#headingAt(line));
    this.#headings = headings;
  }

  #headingAt(line: number): Heading {
    let end = line + 1;
    while (this.#outline[end]?.under === 'more') end += 1;
    const { level = 1, under } = this.#outline[line] ?? {};
    // The same heading, whichever way it is written.
    const textEnd = under === undefined ? end : end - 1;
    const text = this.#lines.bytes.toString('latin1', startOf(this.#lines, line), startOf(this.#lines, textEnd));
    return {
      line,
      end,
      level,
      text: text
        .trim()
        .replace(/^#{1,6}/, '')
        .trim(),
    };
  }

  /** One heading of the first level, before all others: the title of the whole. */
  get hasTitle(): boolean {
    return this.#headings[0]?.level === 1 && this.#headings.filter(({ level }) => level === 1).length === 1;
  }

  /** The headings from where the walk is that end before that line, and are open from then on. */
  to(line: number): readonly Heading[] {
    return this.#pass(({ end }) => end <= line);
  }

  /** Those that begin before that line: of one whose lines are not all of a region, the region has it. */
  through(line: number): readonly Heading[] {
    return this.#pass((heading) => heading.line < line);
  }

  #pass(isIn: (heading: Heading) => boolean): readonly Heading[] {
    const from = this.#next;
    for (; this.#next < this.#headings.length; this.#next++) {
      const heading = this.#headings[this.#next];
      if (heading === undefined || !isIn(heading)) break;
      this.open.pass(heading);
    }
    return this.#headings.slice(from, this.#next);
  }

  hasHeading(from: number, to: number): boolean {
    return this.#outline.slice(from, to).some(({ kind }) => kind === 'heading');
  }

  /**
   * The level of the first of these lines that is none of `others`, reworded, or of what it stands under among them;
   * undefined where there is no such line.
   */
  levelOfNew(from: number, to: number, others: readonly string[]): number | undefined {
    let level = ENTRY;
    // Of several that are like an old one, one is it.
    const known = others.length * (to - from) > MOST_COMPARED ? [] : [...others];
    for (let i = from; i < to; i++) {
      const kind = this.#outline[i]?.kind;
      if (kind === 'blank') continue;
      if (kind === 'heading') level = Math.min(level, this.#outline[i]?.level ?? 1);
      const line = lineText(this.#lines, i);
      const old = known.findIndex((other) => areAlike(other, line));
      if (old < 0) return level;
      known.splice(old, 1);
    }
    return undefined;
  }

  /** The level of what stands there first; undefined where nothing does. */
  levelFrom(from: number): number | undefined {
    for (let line = from; line < this.#outline.length; line++) {
      const kind = this.#outline[line]?.kind;
      if (kind !== 'blank') return kind === 'heading' ? (this.#outline[line]?.level ?? 1) : ENTRY;
    }
    return undefined;
  }

  /** Lines that say something. */
  textsOf(from: number, to: number): readonly string[] {
    const texts = Array.from({ length: to - from }, (_, i) => lineText(this.#lines, from + i));
    return texts.filter((text) => text.trim() !== '');
  }
}

/** The regions, those as conflicts in which one side added what would come under another heading than it has there. */
export function keepHeadings(texts: Sides, regions: readonly Region[]): readonly Region[] {
  const sides = { current: new Side(texts.current), proposed: new Side(texts.proposed) };
  const result = new Open();
  // A title is no place of its own: it may be worded anew.
  const base = new Side(texts.base);
  const top = base.hasTitle ? 1 : 0;
  const found = regions.map((region, i) => {
    for (const heading of sides.current.to(region.currentStart)) result.pass(heading);
    sides.proposed.to(region.proposedStart);
    const isShared = bothHead(sides, regions.slice(Math.max(0, i - GROUP), i + GROUP + 1), region);
    const isNew = isMisplaced(region, base, sides, result, top);
    const headings = {
      current: sides.current.through(region.currentEnd),
      proposed: sides.proposed.through(region.proposedEnd),
    };
    const blur = (): void => {
      for (const heading of [...headings.current, ...headings.proposed]) result.blur(heading);
    };
    if (isShared || isNew || region.kind === 'conflict') blur();
    else for (const heading of headings[region.kind === 'proposed' ? 'proposed' : 'current']) result.pass(heading);
    base.through(region.baseEnd);
    const isTorn = isTogether(base, regions, i) && isTornApart(region.baseEnd, base, sides, result, top);
    if (isTorn) blur();
    const kind = isNew || isTorn ? 'conflict' : region.kind;
    return { ...region, kind };
  });
  return joined(found);
}

/** What the sides put at one place is one conflict, if any of it is one; not what both put there alike, around it. */
function joined(regions: readonly Region[]): readonly Region[] {
  const kept: Region[] = [];
  for (const region of regions) {
    const last = kept.at(-1);
    const kinds = [last?.kind, region.kind];
    const isOne = isAtSamePlace(region, last) && kinds.includes('conflict') && !kinds.includes('both');
    if (last === undefined || !isOne) {
      kept.push(region);
      continue;
    }
    const { currentEnd, proposedEnd } = region;
    kept[kept.length - 1] = { ...last, kind: 'conflict', currentEnd, proposedEnd };
  }
  return kept;
}

/** As many regions stand at one place at most, less one. */
const GROUP = 3;

/** Of headings that both put at one place it hangs on who was first which comes last. */
function bothHead(sides: TwoSides, regions: readonly Region[], region: Region): boolean {
  const group = regions.filter((other) => isAtSamePlace(region, other));
  return (['current', 'proposed'] as const).every((side) =>
    group.some((each) => each.kind === side && sides[side].hasHeading(each[`${side}Start`], each[`${side}End`])),
  );
}

type TwoSides = { readonly [side in 'current' | 'proposed']: Side };

function isAtSamePlace(region: Region, other: Region | undefined): boolean {
  return region.baseStart === other?.baseStart && region.baseEnd === other.baseEnd;
}

/** The last of regions with nothing but blank lines between them. */
function isTogether(base: Side, regions: readonly Region[], i: number): boolean {
  const [before, region, next] = [regions[i - 1], regions[i], regions[i + 1]];
  if (before === undefined || region === undefined) return false;
  const touch = (one: Region, other: Region): boolean => base.textsOf(one.baseEnd, other.baseStart).length === 0;
  return touch(before, region) && !(next !== undefined && touch(region, next));
}

/** What is below the headings that were changed stands under others than both sides together say. */
function isTornApart(line: number, base: Side, sides: TwoSides, result: Open, top: number): boolean {
  const level = base.levelFrom(line);
  return level !== undefined && !result.isOf(base.open, sides.current.open, sides.proposed.open, level, top);
}

function isMisplaced(region: Region, base: Side, sides: TwoSides, result: Open, top: number): boolean {
  const { kind, baseStart, baseEnd } = region;
  if (kind !== 'current' && kind !== 'proposed') return false;
  const [from, to] = [region[`${kind}Start`], region[`${kind}End`]];
  // What was there before goes along with where it is.
  const level = sides[kind].levelOfNew(from, to, base.textsOf(baseStart, baseEnd));
  return level !== undefined && !result.isUnder(sides[kind].open, level, top);
}
