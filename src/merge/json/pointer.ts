// JSON Pointers (RFC 6901), places in a merge, and the patterns that name places in options.
import type { ArrayPolicy } from '../types.ts';

/** Adds one segment, escaped, to a pointer. */
export function appendSegment(pointer: string, segment: string | number): string {
  if (typeof segment === 'number') return `${pointer}/${segment}`;
  return `${pointer}/${escapeSegment(segment)}`;
}

function escapeSegment(segment: string): string {
  if (!segment.includes('~') && !segment.includes('/')) return segment;
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The decoded segments of a pointer, or undefined if it is none. */
export function parsePointer(pointer: string): string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** An array index as RFC 6901 writes it: no sign, no leading zeros. */
export function parseIndex(segment: string): number | undefined {
  return /^(0|[1-9]\d{0,9})$/.test(segment) ? Number(segment) : undefined;
}

/**
 * A place that a merge has come to. `base` is how the place is called in the base (or, if it is not there, in current,
 * else in proposed), `result` how it is called in the result: they differ only by array indices.
 */
export interface Place {
  readonly parent: Place | undefined;
  readonly base: string | number;
  readonly result: string | number;
  /** Elements of arrays: the indices that the sides have them at, where these do not follow from the base's. */
  readonly own?: { readonly current?: number | undefined; readonly proposed?: number | undefined };
}

export function pointerOf(place: Place | undefined, name: 'base' | 'result'): string {
  const segments: string[] = [];
  for (let at = place; at !== undefined; at = at.parent) segments.push(appendSegment('', at[name]));
  return segments.reverse().join('');
}

interface Pattern<V> {
  readonly segments: readonly string[];
  readonly value: V;
}

export type Patterns<V> = readonly Pattern<V>[];

/** Compiles pointer patterns, first match first. A pattern that is no pointer matches nothing. */
export function compilePatterns<V>(entries: Iterable<readonly [string, V]>): Patterns<V> {
  const patterns: Pattern<V>[] = [];
  for (const [text, value] of entries) {
    const segments = text === '' ? [] : text.startsWith('/') ? text.slice(1).split('/') : undefined;
    if (segments !== undefined) patterns.push({ segments, value });
  }
  return patterns;
}

/** The value of the first pattern that matches the place. */
export function matchPlace<V>(patterns: Patterns<V>, place: Place | undefined): V | undefined {
  if (patterns.length === 0) return undefined;
  const path: string[] = [];
  for (let at = place; at !== undefined; at = at.parent) {
    path.push(typeof at.base === 'number' ? String(at.base) : escapeSegment(at.base));
  }
  path.reverse();
  return patterns.find((pattern) => matchesSegments(pattern.segments, path))?.value;
}

/** `*` stands for one segment, `**` for any number. Linear in the path for each `**`: only the last one is retried. */
export function matchesSegments(pattern: readonly string[], path: readonly string[]): boolean {
  let p = 0;
  let s = 0;
  let retryPattern = -1;
  let retryPath = 0;
  while (s < path.length) {
    if (pattern[p] === '**') {
      retryPattern = p++;
      retryPath = s;
    } else if (p < pattern.length && (pattern[p] === '*' || pattern[p] === path[s])) {
      p++;
      s++;
    } else if (retryPattern >= 0) {
      p = retryPattern + 1;
      s = ++retryPath;
    } else {
      return false;
    }
  }
  while (pattern[p] === '**') p++;
  return p === pattern.length;
}

export type ArrayPatterns = Patterns<ArrayPolicy>;

/** A segment for a message: escaped and at most 100 characters long. */
export function escapedSegment(segment: string): string {
  const shown = segment.length > 100 ? `${segment.slice(0, 100)}…` : segment;
  return JSON.stringify(escapeSegment(shown));
}
