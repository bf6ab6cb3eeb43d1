// The places of small contents that no large index has yet. Hashes are random, so that hundreds of new ones would each change
// a page of their own; here all that one settling brings is one value, in the order of the log, which is looked through as a
// whole. There are few of them, and a connection that was asked once keeps them. Runs inside the caller's transaction.
import type { SqlValue } from './driver.ts';
import type { PlaceRow, Statements } from './statements.ts';

/** An entry of the log, and the beginning of the hash of a small content that it brought. */
export interface KeyedPlace extends PlaceRow {
  readonly key: number;
}

/** Places that gather before they go into the large index. */
const YOUNG = 8192;

// A place in a lump, big end first: the key, its row counted from the lump's first one, the line.
const WIDTH = 12;
const KEY = 6;
const ROW = 6;
const LINE = 10;

interface Lump {
  /** The row of the log that the others are counted from. */
  readonly first: number;
  readonly places: Buffer;
}

export class Young {
  readonly #sql: Statements;
  /** Undefined: not read yet. */
  #lumps: Lump[] | undefined;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** Somebody else has written, or the transaction was rolled back. */
  forget(): void {
    this.#lumps = undefined;
  }

  /** Adds the places of a settling, in the order of the log. */
  add(places: readonly KeyedPlace[]): void {
    const [start] = places;
    if (start === undefined) return;
    const lump: Lump = { first: start.seq, places: packed(places, start.seq) };
    this.#sql.addYoung.run(lump.first, lump.places);
    this.#lumps?.push(lump);
    if ((this.#sql.youngBytes.get()?.bytes ?? 0) >= YOUNG * WIDTH) this.age();
  }

  *find(key: number): Generator<KeyedPlace> {
    const wanted = Buffer.alloc(KEY);
    wanted.writeUIntBE(key, 0, KEY);
    for (const lump of this.#read()) {
      for (let at = lump.places.indexOf(wanted); at >= 0; at = lump.places.indexOf(wanted, at + 1)) {
        if (at % WIDTH === 0) yield placeAt(lump, at);
      }
    }
  }

  *[Symbol.iterator](): Generator<KeyedPlace> {
    for (const lump of this.#read()) {
      for (let at = 0; at + WIDTH <= lump.places.length; at += WIDTH) yield placeAt(lump, at);
    }
  }

  /** Moves all of them into the large index. */
  age(): void {
    const values: SqlValue[] = [];
    for (const { key, seq, line } of inOrder([...this])) values.push(key, seq, line);
    this.#sql.addPlaces(values);
    this.#sql.clearYoung.run();
    this.#lumps = [];
  }

  #read(): readonly Lump[] {
    this.#lumps ??= this.#sql.young.all().map(({ first, places }) => ({ first, places: Buffer.from(places) }));
    return this.#lumps;
  }
}

function packed(places: readonly KeyedPlace[], first: number): Buffer {
  const bytes = Buffer.alloc(places.length * WIDTH);
  let at = 0;
  for (const { key, seq, line } of places) {
    bytes.writeUIntBE(key, at, KEY);
    bytes.writeUInt32BE(seq - first, at + ROW);
    bytes.writeUInt16BE(line, at + LINE);
    at += WIDTH;
  }
  return bytes;
}

function placeAt({ first, places }: Lump, at: number): KeyedPlace {
  const seq = first + places.readUInt32BE(at + ROW);
  return { key: places.readUIntBE(at, KEY), seq, line: places.readUInt16BE(at + LINE) };
}

/**
 * In the order of the large index, whose pages are then gone through once; keys that are nearly equal may change places.
 * Sorted as numbers that carry their index along: a comparison of ours would be interpreted, this is too rare to be compiled.
 */
function inOrder(places: readonly KeyedPlace[]): KeyedPlace[] {
  const count = places.length;
  // A key has 48 bits, a number 53: what the index needs more is taken from the key's end.
  const unit = 2 ** Math.max(0, Math.ceil(Math.log2(count)) - 5);
  const numbers = Float64Array.from(places, ({ key }, index) => Math.floor(key / unit) * count + index).sort();
  return Array.from(numbers, (number) => places[number % count] as KeyedPlace);
}
