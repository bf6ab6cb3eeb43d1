// Gives equal lines of two texts equal small integers, so that the search compares numbers. Open addressing over the
// lines' bytes; the numbers go by first occurrence, so the outcome does not hang on the hash function.
import { equalLine, type Lines, startOf } from './lines.ts';
import type { Watch } from './watch.ts';

export interface Interned {
  /** One number for each line of either text; equal lines, equal numbers. */
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** How many different lines there are: the numbers are `[0, distinct)`. */
  readonly distinct: number;
}

function hashLine(lines: Lines, i: number): number {
  const { bytes } = lines;
  const end = startOf(lines, i + 1);
  let hash = 0x2f0b4f1d;
  for (let at = startOf(lines, i); at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

/** Numbers the lines of both texts; `watch` sees one step for each probe, so crafted collisions end in a budget. */
export function internLines(a: Lines, b: Lines, watch: Watch): Interned {
  const total = a.count + b.count;
  let size = 16;
  while (size < total * 2) size *= 2;
  const slots = new Int32Array(size);
  const hashes = new Int32Array(total);
  const firsts = new Int32Array(total);
  let distinct = 0;

  const numberOf = (lines: Lines, i: number, place: number): number => {
    const hash = hashLine(lines, i);
    for (let slot = hash & (size - 1), probes = 1; ; slot = (slot + 1) & (size - 1), probes++) {
      const found = (slots[slot] ?? 0) - 1;
      if (found < 0) {
        watch(probes);
        slots[slot] = distinct + 1;
        hashes[distinct] = hash;
        firsts[distinct] = place;
        distinct += 1;
        return distinct - 1;
      }
      if (hashes[found] !== hash) continue;
      const first = firsts[found] ?? 0;
      const same = first < a.count ? equalLine(a, first, lines, i) : equalLine(b, first - a.count, lines, i);
      if (!same) continue;
      watch(probes);
      return found;
    }
  };

  const idsA = new Int32Array(a.count);
  const idsB = new Int32Array(b.count);
  for (let i = 0; i < a.count; i++) idsA[i] = numberOf(a, i, i);
  for (let j = 0; j < b.count; j++) idsB[j] = numberOf(b, j, a.count + j);
  return { a: idsA, b: idsB, distinct };
}
