// Patterns of policies and feeds: literals, `?` (one character but `/`), `*` (any run but `/`), and `**` as a whole
// segment (any number of segments; at the end at least one). Matched by hand in linear space and polynomial time: no
// pattern becomes a regular expression, so none can stall.
import { EntenteError } from '../core/errors.ts';

export interface Pattern {
  readonly source: string;
  /** `work` counts the comparisons made, for whoever wants to know what a pattern costs. */
  matches(id: string, work?: Work): boolean;
}

export interface Work {
  steps: number;
}

export const PATTERN_GRAMMAR =
  'Patterns are made of literal characters, "?" (one character, not "/"), "*" (any run within a segment) and "**" as a whole segment (any number of segments).';

const MAX_PATTERN = 256;
/** Brackets, braces, alternation and negation: syntax elsewhere, refused here. A literal `(` or `@` in a name is fine. */
const REFUSED_SYNTAX = /[[\]{}|\\]|^!/;
const EXTGLOB = /[!+@?*]\(/;
const DEEP = '**';

function refuse(source: unknown, why: string): EntenteError {
  const shown = typeof source === 'string' ? JSON.stringify(source.slice(0, 80)) : typeof source;
  return new EntenteError('bad-pattern', `The pattern ${shown} ${why}. ${PATTERN_GRAMMAR}`, { next: PATTERN_GRAMMAR });
}

/** Compiles a pattern; what the grammar does not have is `bad-pattern`, with the grammar in the message. */
export function parsePattern(source: unknown): Pattern {
  if (typeof source !== 'string' || source === '') throw refuse(source, 'is empty or no text');
  if (source.length > MAX_PATTERN) throw refuse(source, `is longer than ${MAX_PATTERN} characters`);
  const odd = EXTGLOB.exec(source)?.[0] ?? REFUSED_SYNTAX.exec(source)?.[0];
  if (odd !== undefined) throw refuse(source, `uses "${odd}", which is not supported`);
  const segments = source.normalize('NFC').split('/');
  for (const segment of segments) {
    if (segment === '') throw refuse(source, 'has an empty segment');
    if (segment.includes(DEEP) && segment !== DEEP)
      throw refuse(source, 'mixes "**" with other characters in a segment');
  }
  // `**/**` says no more than `**`: one of them is kept.
  const compact = segments.filter((segment, index) => !(segment === DEEP && segments[index - 1] === DEEP));
  return { source, matches: (id, work = { steps: 0 }) => matchSegments(compact, id.split('/'), work) };
}

/** Two-pointer match over segments: on failure only the last `**` is stretched, so the work is at most pattern × id. */
function matchSegments(pattern: readonly string[], segments: readonly string[], work: Work): boolean {
  let at = 0;
  let place = 0;
  let deepAt = -1;
  let deepPlace = 0;
  while (place < segments.length) {
    work.steps += 1;
    const part = pattern[at];
    if (part === DEEP) {
      deepAt = at;
      deepPlace = place;
      at += 1;
    } else if (part !== undefined && matchSegment(part, segments[place] ?? '', work)) {
      at += 1;
      place += 1;
    } else if (deepAt >= 0) {
      deepPlace += 1;
      place = deepPlace;
      at = deepAt + 1;
    } else return false;
  }
  // A closing `/**` means what lies inside: it takes at least one segment.
  return at === pattern.length;
}

/** The same within a segment, by code point, with `*` in the place of `**`. */
function matchSegment(pattern: string, segment: string, work: Work): boolean {
  if (pattern === '*') return true;
  if (!pattern.includes('*') && !pattern.includes('?')) return pattern === segment;
  const wanted = [...pattern];
  const given = [...segment];
  let at = 0;
  let place = 0;
  let starAt = -1;
  let starPlace = 0;
  while (place < given.length) {
    work.steps += 1;
    if (wanted[at] === '*') {
      starAt = at;
      starPlace = place;
      at += 1;
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === given[place])) {
      at += 1;
      place += 1;
    } else if (starAt >= 0) {
      starPlace += 1;
      place = starPlace;
      at = starAt + 1;
    } else return false;
  }
  while (wanted[at] === '*') at += 1;
  return at === wanted.length;
}
