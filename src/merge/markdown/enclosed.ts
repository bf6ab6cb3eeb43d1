// What fences, HTML comments and other raw HTML hold. One side puts such around lines, the other one adds a line between
// them: by lines both changes are in order, and what was to be read is code, or gone from the page, without a word.
// Longer than most: what a line is, and what it should be, are told by one walk over the three texts.
import type { Lines } from '../lines.ts';
import type { Region, Sides } from '../three-way.ts';
import { areAlike } from './alike.ts';
import { FENCE, lineText } from './outline.ts';
import { Places, withoutQuotes } from './places.ts';

type SideName = 'current' | 'proposed';

const RAW = /^<(script|pre|style|textarea)(?:[\s>]|$)/i;
const TAGS = ['<script', '<pre', '<style', '<textarea'];
const MARKS = ['```', '~~~', '<!--', ...TAGS, ...TAGS.map((tag) => tag.toUpperCase())];

/** Walks over the lines of a text, and knows in what they stand. */
class Enclosure {
  /** What is open: the marks of a fence, the beginning of a comment, the end of raw HTML; those of quotes around it before. */
  open = '';
  #mark = '';
  #quotes = 0;
  readonly #places = new Places();

  /** What a line is: what it stands in, and whether it begins or ends that. */
  pass(line: string): string {
    const before = this.open;
    const inner = before === '' ? undefined : withoutQuotes(line, this.#quotes);
    // Where a quote ends, all that it holds does.
    if (inner === undefined) this.#begin(line);
    else if (isEnd(this.#mark, inner)) this.open = '';
    return `${before}>${this.open}`;
  }

  #begin(line: string): void {
    const { quotes, text, isCode } = this.#places.pass(line);
    this.#mark = opened(text, isCode);
    this.#quotes = quotes;
    this.open = this.#mark === '' ? '' : '>'.repeat(quotes) + this.#mark;
  }
}

function opened(line: string, isCode: boolean): string {
  const [, marks, rest = ''] = FENCE.exec(line) ?? [];
  if (marks !== undefined) return marks.startsWith('`') && rest.includes('`') ? '' : marks;
  const text = line.trimStart();
  const what = isCode ? '' : text.startsWith('<!--') ? '<!--' : (RAW.exec(text)?.[1] ?? '').toLowerCase();
  return what === '' || isEnd(what, line) ? '' : what;
}

function isEnd(open: string, line: string): boolean {
  if (open === '<!--') return line.includes('-->');
  if (/^[a-z]/.test(open)) return /<\/(?:script|pre|style|textarea)>/i.test(line);
  const [, marks = '', rest = ''] = FENCE.exec(line) ?? [];
  return marks.startsWith(open) && rest.trim() === '';
}

/** One text: what each line is, and what is open before it. */
interface Read {
  readonly roles: readonly string[];
  readonly before: readonly string[];
}

function read(text: Text): Read {
  const walk = new Enclosure();
  const [roles, before]: [string[], string[]] = [[], ['']];
  for (let i = 0; i < text.lines.count; i++) {
    roles.push(walk.pass(lineIn(text, i)));
    before.push(walk.open);
  }
  return { roles, before };
}

/** A text whose body begins at a line: in front matter nothing is opened. */
interface Text {
  readonly lines: Lines;
  readonly body: number;
}

type Texts = { readonly [side in keyof Sides]: Text };

function lineIn({ lines, body }: Text, i: number): string {
  return i < body ? '' : lineText(lines, i, Number.POSITIVE_INFINITY);
}

type Reads = { readonly [side in keyof Sides]: Read };

/**
 * The regions, those as conflicts in which a side added what would stand in something else than it does there, and those
 * in which the other side began or ended that.
 */
export function keepEnclosed(
  sides: Sides,
  cuts: { readonly [side in keyof Sides]: number },
  regions: readonly Region[],
): readonly Region[] {
  const kinds = new Set(regions.map(({ kind }) => kind));
  if (kinds.size < 2 || !Object.values(sides).some(hasMarks)) return regions;
  const textOf = (side: keyof Sides): Text => ({ lines: sides[side], body: cuts[side] });
  const texts: Texts = { base: textOf('base'), current: textOf('current'), proposed: textOf('proposed') };
  const reads: Reads = { base: read(texts.base), current: read(texts.current), proposed: read(texts.proposed) };
  const turning = regions.filter((region) => turns(reads, region));
  if (turning.length === 0) return regions;
  const stray = new Set<Region>();
  let isMisread = false;
  // What a conflict will be is open: neither side of it may change what stands elsewhere.
  for (const fill of ['current', 'proposed'] as const) {
    const found = misread(texts, reads, regions, fill);
    isMisread ||= found.isMisread;
    for (const region of found.regions) stray.add(region);
  }
  if (!isMisread) return regions;
  const clashing = new Set([...turning, ...stray]);
  return regions.map((region) =>
    clashing.has(region) && region.kind !== 'both' ? { ...region, kind: 'conflict' as const } : region,
  );
}

function hasMarks({ bytes }: Lines): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return MARKS.some((mark) => text.includes(mark));
}

/** Whether something is open behind a region on a side that is not in the base, or the other way round. */
function turns({ base, current, proposed }: Reads, region: Region): boolean {
  const { baseStart, baseEnd, currentStart, currentEnd, proposedStart, proposedEnd } = region;
  const isTurned = (side: Read, start: number, end: number): boolean =>
    (base.before[baseStart] === side.before[start]) !== (base.before[baseEnd] === side.before[end]);
  return isTurned(current, currentStart, currentEnd) || isTurned(proposed, proposedStart, proposedEnd);
}

/** The regions with lines that are something else in the result than they should be, and whether any line at all is. */
function misread(
  texts: Texts,
  reads: Reads,
  regions: readonly Region[],
  fill: SideName,
): { readonly isMisread: boolean; readonly regions: readonly Region[] } {
  const walk = new Enclosure();
  const tally = tallyOf(texts);
  const found: Region[] = [];
  let isMisread = false;
  let [b, c, p] = [0, 0, 0];
  const keep = (end: number): void => {
    for (; c < end; b++, c++, p++) {
      const role = walk.pass(lineIn(texts.current, c));
      if (role !== due(reads.base.roles[b], reads.current.roles[c], reads.proposed.roles[p])) isMisread = true;
    }
  };
  for (const region of regions) {
    keep(region.currentStart);
    const side = region.kind === 'conflict' ? fill : region.kind === 'proposed' ? 'proposed' : 'current';
    const other = otherSide(side);
    const [from, to] = [region[`${side}Start`], region[`${side}End`]];
    const isOne = region.kind === side && to - from === region.baseEnd - region.baseStart;
    let isStray = false;
    for (let i = from; i < to; i++) {
      const line = lineIn(texts[side], i);
      const role = walk.pass(line);
      const at = { base: region.baseStart + i - from, own: i, other: region[`${other}Start`] + i - from };
      // A line that was changed where it stands goes along with what the other side made of it. One that stands before or
      // behind as it was has only been given another neighbour.
      const old = isOne ? lineIn(texts.base, at.base) : '';
      const isEdit = isOne && areAlike(old, line) && tally(side, old) < tally('base', old);
      const wanted = isEdit ? due(...rolesAt(reads, side, at)) : ownRole(reads, region, side, at);
      isStray ||= role !== wanted && line.trim() !== '';
    }
    if (isStray && region.kind !== 'conflict') found.push(region);
    isMisread ||= isStray;
    [b, c, p] = [region.baseEnd, region.currentEnd, region.proposedEnd];
  }
  keep(texts.current.lines.count);
  return { isMisread, regions: found };
}

/** How often a line stands in a text: counted when it is first asked for. */
function tallyOf(texts: Texts): (side: keyof Sides, line: string) => number {
  const tallies = new Map<keyof Sides, Map<string, number>>();
  const count = (side: keyof Sides): Map<string, number> => {
    const tally = new Map<string, number>();
    for (let i = 0; i < texts[side].lines.count; i++) {
      const line = lineIn(texts[side], i);
      tally.set(line, (tally.get(line) ?? 0) + 1);
    }
    tallies.set(side, tally);
    return tally;
  };
  return (side, line) => (tallies.get(side) ?? count(side)).get(line) ?? 0;
}

interface At {
  readonly base: number;
  readonly own: number;
  readonly other: number;
}

type Role = string | undefined;

const otherSide = (side: SideName): SideName => (side === 'current' ? 'proposed' : 'current');

function rolesAt(reads: Reads, side: SideName, at: At): readonly [Role, Role, Role] {
  return [reads.base.roles[at.base], reads[side].roles[at.own], reads[otherSide(side)].roles[at.other]];
}

/** What an added line is on its side; undefined for what both added and read in two ways. */
function ownRole(reads: Reads, { kind }: Region, side: SideName, at: At): string | undefined {
  const own = reads[side].roles[at.own];
  return kind === 'both' && own !== reads[otherSide(side)].roles[at.other] ? undefined : own;
}

/** What a line should be that both sides kept: what the one made of it that made something of it. */
function due(base: Role, current: Role, proposed: Role): Role {
  if (current === proposed || proposed === base) return current;
  return current === base ? proposed : undefined;
}
