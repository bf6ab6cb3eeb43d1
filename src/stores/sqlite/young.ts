// The places of small contents that no large index has yet. Hashes are random, so that hundreds of new ones would each change
// a page of their own; here all that one settling brings is one value, in the order of the log, which is looked through as a
// whole. There are few of them, and a connection that was asked once keeps them. Runs inside the caller's transaction.
import type { SqlValue } from './driver.ts';
import type { PlaceRow, Statements } from './statements.ts';

/** Places as plain numbers, one after another: the beginning of the hash, the row of the log, the line in it. */
export type PlaceNumbers = readonly number[];

/** Numbers of one place. */
const NUMBERS = 3;

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

  get count(): number {
    return (this.#sql.youngBytes.get()?.bytes ?? 0) / WIDTH;
  }

  /** Adds the places of a settling, in the order of the log. */
  add(places: PlaceNumbers): void {
    const first = places[1];
    if (first === undefined) return;
    const lump: Lump = { first, places: packed(places, first) };
    this.#sql.addYoung.run(lump.first, lump.places);
    this.#lumps?.push(lump);
    if (this.count >= YOUNG) this.age();
  }

  *find(key: number): Generator<PlaceRow> {
    const wanted = Buffer.alloc(KEY);
    wanted.writeUIntBE(key, 0, KEY);
    for (const { first, places } of this.#read()) {
      for (let at = places.indexOf(wanted); at >= 0; at = places.indexOf(wanted, at + 1)) {
        if (at % WIDTH !== 0) continue;
        yield { seq: first + places.readUInt32BE(at + ROW), line: places.readUInt16BE(at + LINE) };
      }
    }
  }

  /** Moves all of them into the large index. */
  age(): void {
    this.#sql.addPlaces(inOrder(this.#read().flatMap(unpacked)));
    this.#sql.clearYoung.run();
    this.#lumps = [];
  }

  #read(): readonly Lump[] {
    this.#lumps ??= this.#sql.young.all().map(({ first, places }) => ({ first, places: Buffer.from(places) }));
    return this.#lumps;
  }
}

// Written and read as plain numbers: objects for thousands of places, in code that runs too seldom to be compiled, cost more
// than SQLite does.

const HIGH = 2 ** 32;

function packed(places: PlaceNumbers, first: number): Buffer {
  const bytes = Buffer.alloc((places.length / NUMBERS) * WIDTH);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let index = 0, at = 0; index < places.length; index += NUMBERS, at += WIDTH) {
    const key = places[index] as number;
    view.setUint16(at, key / HIGH);
    view.setUint32(at + 2, key % HIGH);
    view.setUint32(at + ROW, (places[index + 1] as number) - first);
    view.setUint16(at + LINE, places[index + 2] as number);
  }
  return bytes;
}

function unpacked({ first, places }: Lump): number[] {
  const numbers: number[] = [];
  const view = new DataView(places.buffer, places.byteOffset, places.length);
  for (let at = 0; at + WIDTH <= places.length; at += WIDTH) {
    const key = view.getUint16(at) * HIGH + view.getUint32(at + 2);
    numbers.push(key, first + view.getUint32(at + ROW), view.getUint16(at + LINE));
  }
  return numbers;
}

/**
 * In the order of the large index, whose pages are then gone through once; keys that are nearly equal may change places.
 * Sorted as numbers that carry their index along, without a comparison of ours.
 */
function inOrder(places: PlaceNumbers): SqlValue[] {
  const count = places.length / NUMBERS;
  // A key has 48 bits, a number 53: what the index needs more is taken from the key's end.
  const unit = 2 ** Math.max(0, Math.ceil(Math.log2(count)) - 5);
  const keys = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    keys[index] = Math.floor((places[index * NUMBERS] as number) / unit) * count + index;
  }
  const values: SqlValue[] = [];
  for (const key of keys.sort()) {
    const from = (key % count) * NUMBERS;
    values.push(places[from] as number, places[from + 1] as number, places[from + 2] as number);
  }
  return values;
}
