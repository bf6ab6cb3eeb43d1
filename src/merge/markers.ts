// Conflict markers: how they look, how long they must be so that no line of the texts can be taken for one, and
// whether a resolution still holds ours.
import { bytesOf } from '../core/hash.ts';
import { bytesOfLines, type Lines, splitLines, startOf } from './lines.ts';
import type { Sides } from './three-way.ts';
import type { MergeInput } from './types.ts';

export const DEFAULT_MARKER_SIZE = 7;

const MARKS: readonly number[] = [...'<|=>'].map((mark) => mark.charCodeAt(0));

/** How many marker characters line `i` begins with, if it is a run of at least seven and then a blank or the end. */
export function markerRun(lines: Lines, i: number): number {
  const { bytes } = lines;
  const start = startOf(lines, i);
  const mark = bytes[start] ?? 0;
  if (!MARKS.includes(mark)) return 0;
  const end = startOf(lines, i + 1);
  let at = start;
  while (at < end && bytes[at] === mark) at += 1;
  const next = at < end ? bytes[at] : 10;
  const isMarker = at - start >= DEFAULT_MARKER_SIZE && (next === 32 || next === 10 || next === 13);
  return isMarker ? at - start : 0;
}

/** Seven, or one more than the longest run that begins a line of the texts like a marker. */
export function markerSizeFor(sides: Sides): number {
  let longest = DEFAULT_MARKER_SIZE - 1;
  for (const lines of [sides.base, sides.current, sides.proposed]) {
    for (let i = 0; i < lines.count; i++) longest = Math.max(longest, markerRun(lines, i));
  }
  return longest + 1;
}

/**
 * Whether a resolution still holds markers that a merge of `input` could have rendered: a line with seven or more of
 * `<`, `|` or `>` and then a blank or the end, that none of the three texts has. A line of `=` alone proves nothing, it
 * underlines headings.
 */
export function hasMarkers(
  content: Uint8Array | string,
  input?: Pick<MergeInput, 'base' | 'current' | 'proposed'>,
): boolean {
  const own = markerLines(bytesOf(content));
  if (own.size === 0) return false;
  const sides = [input?.base, input?.current, input?.proposed];
  for (const side of sides) {
    if (side === null || side === undefined) continue;
    for (const line of markerLines(side)) own.delete(line);
  }
  return own.size > 0;
}

function markerLines(content: Uint8Array): Set<string> {
  const lines = splitLines(content);
  const found = new Set<string>();
  for (let i = 0; i < lines.count; i++) {
    if (lines.bytes[startOf(lines, i)] === 61 || markerRun(lines, i) === 0) continue;
    found.add(
      Buffer.from(bytesOfLines(lines, i, i + 1))
        .toString('latin1')
        .trimEnd(),
    );
  }
  return found;
}
