// Under which headings the entries of a change log stand: an entry that one side added below a heading belongs there. By
// lines alone it may come under another one, that the other side put in above it: the release that it is not part of.
import { bytesOfLines, type Lines } from '../lines.ts';
import type { Region, Sides } from '../three-way.ts';
import { type MarkdownLine, outlineOf } from './outline.ts';

interface Heading {
  readonly line: number;
  readonly level: number;
  readonly text: string;
}

/** Deeper than all headings: what a line that is none is to them. */
const ENTRY = 7;

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

  /** The one below level `top` that something of that level belongs to. */
  above(level: number, top: number): string | null | undefined {
    for (let at = level - 1; at > top; at--) if (this.#texts[at] !== undefined) return this.#texts[at];
    return undefined;
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
    this.#headings = this.#outline.flatMap(({ kind }, line) => (kind === 'heading' ? [this.#headingAt(line)] : []));
  }

  #headingAt(line: number): Heading {
    const text = Buffer.from(bytesOfLines(this.#lines, line, line + 1)).toString('latin1');
    return { line, level: /^\s*(#{1,6})/.exec(text)?.[1]?.length ?? 1, text: text.trim() };
  }

  /** One heading of the first level, before all others: the title of the whole. */
  get hasTitle(): boolean {
    return this.#headings[0]?.level === 1 && this.#headings.filter(({ level }) => level === 1).length === 1;
  }

  /** The headings from where the walk is up to that line, which are open from then on. */
  to(line: number): readonly Heading[] {
    const from = this.#next;
    for (; (this.#headings[this.#next]?.line ?? line) < line; this.#next++) {
      this.open.pass(this.#headings[this.#next] as Heading);
    }
    return this.#headings.slice(from, this.#next);
  }

  /** The level of what lines begin with; undefined for blank ones. */
  levelOf(from: number, to: number): number | undefined {
    for (let i = from; i < to; i++) {
      if (this.#outline[i]?.kind === 'blank') continue;
      return this.#outline[i]?.kind === 'heading' ? this.#headingAt(i).level : ENTRY;
    }
    return undefined;
  }
}

/** The regions, those as conflicts in which one side added what would come under another heading than it has there. */
export function keepHeadings(texts: Sides, regions: readonly Region[]): readonly Region[] {
  const sides = { current: new Side(texts.current), proposed: new Side(texts.proposed) };
  const result = new Open();
  // A title is no place of its own: it may be worded anew.
  const top = new Side(texts.base).hasTitle ? 1 : 0;
  return regions.map((region, i) => {
    for (const heading of sides.current.to(region.currentStart)) result.pass(heading);
    sides.proposed.to(region.proposedStart);
    // What both put at one place has been put in order already, and which of it comes last hangs on who was first.
    const isShared = [regions[i - 1], regions[i + 1]].some((other) => isAtSamePlace(region, other));
    const kind = !isShared && isMisplaced(region, sides, result, top) ? 'conflict' : region.kind;
    const ours = sides.current.to(region.currentEnd);
    const theirs = sides.proposed.to(region.proposedEnd);
    if (isShared || kind === 'conflict') for (const heading of [...ours, ...theirs]) result.blur(heading);
    else for (const heading of kind === 'proposed' ? theirs : ours) result.pass(heading);
    return { ...region, kind };
  });
}

function isAtSamePlace(region: Region, other: Region | undefined): boolean {
  return region.baseStart === other?.baseStart && region.baseEnd === other.baseEnd;
}

function isMisplaced(
  region: Region,
  sides: { readonly [side in 'current' | 'proposed']: Side },
  result: Open,
  top: number,
): boolean {
  const { kind, baseStart, baseEnd } = region;
  if ((kind !== 'current' && kind !== 'proposed') || baseStart < baseEnd) return false;
  const level = sides[kind].levelOf(region[`${kind}Start`], region[`${kind}End`]);
  if (level === undefined) return false;
  const above = result.above(level, top);
  return above !== null && above !== sides[kind].open.above(level, top);
}
