// Small contents in the settled log: found by the beginning of their hash, which names the entries that may have brought
// them; the entry itself decides. Runs inside the caller's transaction.

import type { Entry, Put } from './entries.ts';
import { entryOf } from './entries.ts';
import type { PlaceRow, Statements } from './statements.ts';
import type { Place, Segment } from './tail.ts';
import type { PlaceNumbers, Young } from './young.ts';

/** The bytes of a small content. */
export function bytesAt(sql: Statements, { seq, size, start }: Place): Uint8Array {
  if (size === 0) return new Uint8Array(0);
  return new Uint8Array(sql.segmentBytes.get(start, size, seq)?.bytes ?? []);
}

/** Where an untrimmed, settled entry has a content with this hash. */
export function findPlace(sql: Statements, young: Young, hash: string): Place | undefined {
  for (const { seq, line } of placesWith(sql, young, keyOf(hash))) {
    const segment = sql.segment.get(seq);
    const text = segment?.body.split('\n')[line];
    const put = text === undefined ? undefined : entryOf(text, 0).puts.find((one) => one.hash === hash);
    if (put !== undefined) return { seq, size: put.size, start: put.start };
  }
  return undefined;
}

/** Few at a time: one content may have been put a million times, and the first place is nearly always right. */
const PAGE = 8;

function* placesWith(sql: Statements, young: Young, key: number): Generator<PlaceRow> {
  yield* young.find(key);
  for (let after: PlaceRow | undefined = { seq: 0, line: 0 }; after !== undefined; ) {
    const rows: PlaceRow[] = sql.places.all(key, after.seq, after.line, PAGE);
    yield* rows;
    after = rows.length === PAGE ? rows.at(-1) : undefined;
  }
}

/** Whether it is known that the content is in this place. */
export function hasPlace(sql: Statements, young: Young, key: number, { seq, line }: PlaceRow): boolean {
  const [next] = sql.places.all(key, seq, line - 1, 1);
  if (next?.seq === seq && next.line === line) return true;
  for (const place of young.find(key)) if (place.seq === seq && place.line === line) return true;
  return false;
}

/** Where these segments have small contents, in their order. */
export function placesOf(segments: readonly Segment[]): PlaceNumbers {
  const places: number[] = [];
  for (const { seq, entries } of segments) {
    for (let line = 0; line < entries.length; line += 1) {
      for (const key of keysOf(entries[line] as Entry)) places.push(key, seq, line);
    }
  }
  return places;
}

/** Removes the contents of an entry; none of them is young. */
export function dropPlaces(sql: Statements, entry: Entry, seq: number, line: number): void {
  for (const key of keysOf(entry)) sql.dropPlace.run(key, seq, line);
}

/** Each key once: an entry may bring one content for two resources. */
function keysOf({ puts }: Entry): Iterable<number> {
  const [put] = puts;
  if (put === undefined) return [];
  return puts.length === 1 ? [keyOf(put.hash)] : new Set(puts.map(({ hash }: Put) => keyOf(hash)));
}

/** 48 bits of a hash in hex. Of any other text that a caller calls a hash, some number that is always the same. */
export function keyOf(hash: string): number {
  const key = Number.parseInt(hash.slice(0, 12), 16);
  if (key >= 0) return key;
  // FNV-1a, 32 bits.
  let mixed = 0x811c9dc5;
  for (let index = 0; index < hash.length; index += 1) mixed = Math.imul(mixed ^ hash.charCodeAt(index), 0x01000193);
  return mixed >>> 0;
}
