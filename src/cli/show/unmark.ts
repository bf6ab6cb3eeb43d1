// Takes a text with diff3 or zdiff3 markers apart into the three texts that it was made from. What stands outside the
// conflicts is the same in all three. Strict: where a line could be a marker or content, nobody can tell what was meant,
// and nothing is taken apart.
import { EntenteError } from '../../core/errors.ts';
import { bytesOfLines, type Lines, splitLines, startOf } from '../../merge/lines.ts';
import { markerRun } from '../../merge/markers.ts';
import { textOf } from '../shell/text.ts';
import type { MarkedLabels } from './marked.ts';

export interface Unmarked {
  readonly base: Uint8Array;
  readonly current: Uint8Array;
  readonly proposed: Uint8Array;
  /** Those of the first conflict. */
  readonly labels: MarkedLabels;
  /** The longest markers, in characters. */
  readonly size: number;
  readonly conflicts: number;
}

type Place = 'outside' | 'current' | 'base' | 'proposed';

interface Source {
  readonly lines: Lines;
  /** As a word for a shell. */
  readonly file: string;
}

function refused({ file }: Source, line: number, what: string, has: 'base' | 'no base' = 'base'): EntenteError {
  const by = has === 'base' ? 'Mend the markers by hand, or let git write them anew' : 'Let git write them with a base';
  const next = `${by}: git checkout --conflict=zdiff3 -- ${file}`;
  return new EntenteError('markers-left', `Line ${line + 1}: ${what}`, { next, line: line + 1 });
}

/** The lines of a conflict's four markers, and how long these are. */
interface Span {
  readonly current: number;
  readonly base: number;
  readonly proposed: number;
  readonly end: number;
  readonly size: number;
}

/**
 * The three texts; undefined where there is no conflict. Throws `markers-left` for markers without a base, nested ones,
 * and such as do not close; `file` names it there. `only`: markers of this length alone are taken for markers.
 */
export function unmark(content: Uint8Array, file: string, only?: number): Unmarked | undefined {
  const lines = splitLines(content);
  const spans = findSpans({ lines, file }, only);
  const [first] = spans;
  if (first === undefined) return undefined;
  const take = (side: (span: Span) => readonly [number, number]): Uint8Array => {
    const parts: Uint8Array[] = [];
    let at = 0;
    for (const span of spans) {
      const [from, to] = side(span);
      parts.push(bytesOfLines(lines, at, span.current), bytesOfLines(lines, from + 1, to));
      at = span.end + 1;
    }
    parts.push(bytesOfLines(lines, at, lines.count));
    return Buffer.concat(parts);
  };
  const label = (line: number): string =>
    (textOf(bytesOfLines(lines, line, line + 1).subarray(first.size)) ?? '').trim();
  return {
    base: take(({ base, proposed }) => [base, proposed]),
    current: take(({ current, base }) => [current, base]),
    proposed: take(({ proposed, end }) => [proposed, end]),
    labels: { current: label(first.current), base: label(first.base), proposed: label(first.end) },
    size: Math.max(...spans.map(({ size }) => size)),
    conflicts: spans.length,
  };
}

/** All conflicts, in order. Inside one, runs of another length are content; outside, lines of `=` underline headings. */
function findSpans(source: Source, only: number | undefined): readonly Span[] {
  const { lines } = source;
  const spans: Span[] = [];
  let open: { size: number; at: Place; marks: number[] } | undefined;
  for (let i = 0; i < lines.count; i++) {
    const size = markerRun(lines, i);
    const mark = size === 0 ? '' : String.fromCharCode(lines.bytes[startOf(lines, i)] ?? 0);
    const isMarker = open === undefined ? size > 0 && mark !== '=' && size === (only ?? size) : size === open.size;
    if (!isMarker) continue;
    const at: Place = step(source, i, open?.at ?? 'outside', mark, open?.marks[0] ?? i);
    open ??= { size, at, marks: [] };
    open.at = at;
    open.marks.push(i);
    if (at !== 'outside') continue;
    const [current = 0, base = 0, proposed = 0, end = 0] = open.marks;
    spans.push({ current, base, proposed, end, size });
    open = undefined;
  }
  if (open !== undefined) throw refused(source, open.marks[0] ?? 0, 'a conflict begins here and does not end.');
  return spans;
}

/** Where a marker leads to. */
function step(source: Source, line: number, at: Place, mark: string, opened: number): Place {
  if (at === 'outside' && mark === '<') return 'current';
  if (at === 'outside') throw refused(source, line, `a marker (${mark}) outside a conflict.`);
  if (mark === '<') throw refused(source, line, `a conflict inside the one of line ${opened + 1}.`);
  if (at === 'current' && mark === '|') return 'base';
  if (at === 'base' && mark === '=') return 'proposed';
  if (at === 'proposed' && mark === '>') return 'outside';
  if (at === 'current' && mark === '=' && !hasBase(source.lines, opened)) {
    const what = 'this conflict shows no base (style `merge`): without it nobody can tell who changed what.';
    throw refused(source, opened, what, 'no base');
  }
  const what = `a marker or a line of the text? The conflict of line ${opened + 1} can be read in two ways.`;
  throw refused(source, line, what);
}

/** Whether a base follows in the conflict that was opened there. */
function hasBase(lines: Lines, opened: number): boolean {
  const size = markerRun(lines, opened);
  for (let i = opened + 1; i < lines.count; i++) {
    if (markerRun(lines, i) !== size) continue;
    const mark = lines.bytes[startOf(lines, i)];
    if (mark === 124) return true;
    if (mark !== 61) return false;
  }
  return false;
}
