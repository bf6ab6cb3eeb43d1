// Random three-way merges for the text engine, in profiles: some have one alignment only, which every right diff must
// find; in the others lines repeat or move, and several shortest edit scripts may exist.
import { createRandom, type Random } from './random.ts';

export interface Triple {
  readonly base: string;
  readonly current: string;
  readonly proposed: string;
}

export interface Profile {
  readonly name: string;
  /** Several shortest edit scripts may exist. */
  readonly isAmbiguous: boolean;
  readonly make: (random: Random) => Triple;
}

type MakeLine = () => string;

const WORDS = ['oak', 'elm', 'ash', 'yew', 'fir', 'box', 'bay', 'fig', 'may', 'sloe', 'rowan', 'alder'] as const;
const CODE = [
  '{',
  '}',
  '',
  '  return x;',
  '  if (x) {',
  '  }',
  '  x += 1;',
  'function f(x) {',
  '  // note',
  '  else {',
];
const REPEATED = ['one', 'two', 'three', 'four', '', '}'];
const PUNCTUATION = ['', '---', '{', '}', '***', '   ', '();'];
const SCRIPTS = [
  'naïve café',
  '漢字の行',
  'Ελληνικά',
  '🙂 👩‍💻',
  'İ ı',
  'e\u0301 é',
  '\u200bzero',
  'שלום',
  'a\u2028b',
  'ß ẞ',
];

/** Lines that never come twice: no two makers of one merge have the same tag. */
function lineMaker(random: Random, tag: string): MakeLine {
  let count = 0;
  return () => `${tag}${count++} ${random.pick(WORDS)} ${random.pick(WORDS)}`;
}

function list(count: number, make: MakeLine): string[] {
  return Array.from({ length: count }, make);
}

const between = (random: Random, low: number, high: number): number => low + random.below(high - low + 1);

interface EditOptions {
  /** The longest run of lines that one edit replaces, adds or removes. @default 3 */
  readonly longest?: number;
  /** Where edits begin: line numbers, the end included. @default anywhere */
  readonly window?: readonly [number, number];
}

/** Replaces, adds and removes short runs of lines. */
function edit(
  random: Random,
  lines: readonly string[],
  edits: number,
  make: MakeLine,
  { longest = 3, window = [0, Infinity] }: EditOptions = {},
): string[] {
  const out = [...lines];
  for (let i = 0; i < edits; i++) {
    const size = between(random, 1, longest);
    const low = Math.min(out.length, window[0]);
    const at = between(random, low, Math.max(low, Math.min(out.length, window[1])));
    const inside = Math.min(at, Math.max(0, out.length - 1));
    const how = random.pick(['replace', 'add', 'remove'] as const);
    if (how === 'add') out.splice(at, 0, ...list(size, make));
    else if (how === 'remove') out.splice(inside, size);
    else out.splice(inside, size, ...list(random.chance(0.7) ? size : between(random, 1, 3), make));
  }
  return out;
}

const write = (lines: readonly string[], eol = '\n', isEnded = true): string =>
  lines.join(eol) + (isEnded && lines.length > 0 ? eol : '');

function tripleOf(
  base: readonly string[],
  current: readonly string[],
  proposed: readonly string[],
  eol = '\n',
): Triple {
  return { base: write(base, eol), current: write(current, eol), proposed: write(proposed, eol) };
}

/** A base of unique lines, and both sides edited with unique lines of their own. */
function uniqueEdits(random: Random, size: [number, number], edits: [number, number]): [string[], string[], string[]] {
  const base = list(between(random, ...size), lineMaker(random, 'L'));
  const side = (tag: string): string[] => edit(random, base, between(random, ...edits), lineMaker(random, tag));
  return [base, side('C'), side('P')];
}

function adjacent(random: Random): Triple {
  const base = list(between(random, 6, 16), lineMaker(random, 'L'));
  const at = random.below(base.length - 1);
  const near = Math.max(0, at + between(random, -1, 2));
  const side = (tag: string, window: readonly [number, number]): string[] =>
    edit(random, base, 1, lineMaker(random, tag), { longest: 2, window });
  return tripleOf(base, side('C', [at, at + 1]), side('P', [near, at + 2]));
}

function sharedEdits(random: Random): Triple {
  const base = list(between(random, 15, 50), lineMaker(random, 'L'));
  const shared = edit(random, base, between(random, 1, 3), lineMaker(random, 'S'));
  const side = (tag: string): string[] => edit(random, shared, random.below(3), lineMaker(random, tag));
  return tripleOf(base, side('C'), side('P'));
}

/** All in CRLF; proposed turned to LF; or the ending told by the line's length. */
function endings(random: Random): Triple {
  const [base, current, proposed] = uniqueEdits(random, [8, 30], [1, 3]);
  const crlf = tripleOf(base, current, proposed, '\r\n');
  const how = random.below(4);
  if (how <= 1) return crlf;
  if (how === 2) return { ...crlf, proposed: write(proposed) };
  const mixed = (lines: readonly string[]): string =>
    lines.map((line) => line + (line.length % 3 === 0 ? '\r\n' : '\n')).join('');
  return { base: mixed(base), current: mixed(current), proposed: mixed(proposed) };
}

function openEnds(random: Random): Triple {
  const base = list(between(random, 1, 12), lineMaker(random, 'L'));
  const window = [Math.max(0, base.length - 2), base.length] as const;
  const side = (tag: string): string[] => {
    const make = lineMaker(random, tag);
    if (random.chance(0.3)) return base;
    return random.chance(0.5) ? [...base, make()] : edit(random, base, 1, make, { longest: 1, window });
  };
  const ended = (lines: readonly string[]): string => write(lines, '\n', random.chance(0.4));
  return { base: ended(base), current: ended(side('C')), proposed: ended(side('P')) };
}

function scripts(random: Random): Triple {
  const maker = (tag: string): MakeLine => {
    let count = 0;
    return () => `${random.pick(SCRIPTS)} ${tag}${count++}`;
  };
  const base = list(between(random, 8, 25), maker('L'));
  const side = (tag: string): string[] => edit(random, base, between(random, 1, 3), maker(tag));
  return tripleOf(base, side('C'), side('P'));
}

function tiny(random: Random): Triple {
  const side = (): string =>
    write(
      list(random.below(5), () => random.pick(['a', 'b', 'c'])),
      '\n',
      random.chance(0.8),
    );
  return { base: side(), current: side(), proposed: side() };
}

function repeated(random: Random): Triple {
  const symbols = REPEATED.slice(0, between(random, 2, REPEATED.length));
  const make = (): string => random.pick(symbols);
  const base = list(between(random, 8, 40), make);
  const side = (): string[] => edit(random, base, between(random, 1, 4), make);
  return tripleOf(base, side(), side());
}

/** Lines as programs have them, about half of them braces and other lines that come again and again. */
function codeLike(random: Random, size: [number, number], edits: [number, number]): Triple {
  const own = lineMaker(random, '  call');
  const make = (): string => (random.chance(0.55) ? random.pick(CODE) : own());
  const base = list(between(random, ...size), make);
  const side = (): string[] => edit(random, base, between(random, ...edits), make, { longest: 6 });
  return tripleOf(base, side(), side());
}

/** Texts of hundreds of lines, few of them different. */
function longRepeated(random: Random): Triple {
  const make = (): string => random.pick(CODE);
  const base = list(between(random, 700, 3_000), make);
  const side = (): string[] => edit(random, base, between(random, 3, 20), make, { longest: 6 });
  return tripleOf(base, side(), side());
}

function punctuation(random: Random): Triple {
  const make = lineMaker(random, 'L');
  const base = list(between(random, 6, 16), make).flatMap((line) => [
    line,
    ...list(random.below(4), () => random.pick(PUNCTUATION)),
  ]);
  const side = (tag: string): string[] => {
    const other = lineMaker(random, tag);
    return base.map((line) => (/[a-z]/.test(line) && random.chance(0.35) ? other() : line));
  };
  return tripleOf(base, side('C'), side('P'));
}

function moves(random: Random): Triple {
  const base = list(between(random, 12, 40), lineMaker(random, 'L'));
  const moved = (lines: readonly string[]): string[] => {
    const out = [...lines];
    const size = between(random, 1, 6);
    const block = out.splice(random.below(Math.max(0, out.length - size) + 1), size);
    out.splice(random.below(out.length + 1), 0, ...block);
    return out;
  };
  const side = (tag: string): string[] => {
    const make = lineMaker(random, tag);
    if (random.chance(0.4)) return edit(random, base, 2, make);
    return moved(tag === 'P' ? edit(random, base, 1, make) : base);
  };
  return tripleOf(base, side('C'), side('P'));
}

const unique = (name: string, make: (random: Random) => Triple): Profile => ({ name, isAmbiguous: false, make });
const ambiguous = (name: string, make: (random: Random) => Triple): Profile => ({ name, isAmbiguous: true, make });

export const profiles: readonly Profile[] = [
  unique('few edits', (random) => tripleOf(...uniqueEdits(random, [15, 80], [1, 2]))),
  unique('many edits', (random) => tripleOf(...uniqueEdits(random, [30, 90], [5, 14]))),
  unique('adjacent', adjacent),
  unique('shared edits', sharedEdits),
  unique('endings', endings),
  unique('open ends', openEnds),
  unique('scripts', scripts),
  ambiguous('tiny', tiny),
  ambiguous('repeated', repeated),
  ambiguous('code-like', (random) => codeLike(random, [20, 70], [1, 4])),
  ambiguous('punctuation', punctuation),
  ambiguous('moves', moves),
];

/** Beyond the length from which a search is cut at runs of equal lines. */
export const longProfiles: readonly Profile[] = [
  ambiguous('long, code-like', (random) => codeLike(random, [700, 3_000], [3, 20])),
  ambiguous('long, repeated', longRepeated),
];

export type RandomMerge = Triple & { readonly profile: Profile };

/** `count` merges, the profiles in turn; the same seed gives the same merges. */
export function randomMerges(count: number, seed: number, from: readonly Profile[] = profiles): readonly RandomMerge[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const profile = from[i % from.length];
    if (profile === undefined) throw new Error('no profiles');
    return { profile, ...profile.make(random.fork()) };
  });
}
