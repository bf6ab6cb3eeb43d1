// Writes the mirror of a TOML document: what its rows say, in the order of its tables.
import type { Ints } from '../mirror/ints.ts';
import * as M from '../mirror/mirror.ts';
import { MirrorWriter, type Place } from '../mirror/writer.ts';
import { nameOf } from './node.ts';
import { ARRAY, CHUNK, LEAF, TABLE, type TomlMirror } from './outline.ts';
import { ROOT_TABLE, type Tables } from './tables.ts';

/** What was read, in the order of the text. */
interface Found {
  readonly values: MirrorWriter;
  /** For each row, where its value begins and ends in `values`: four integers. */
  readonly spans: Ints;
  /** The chunk of each row. */
  readonly rows: Ints;
  readonly chunks: Int32Array;
  readonly tables: Tables;
}

export class TomlWriter {
  readonly #out: MirrorWriter;
  readonly #text: string;
  readonly #found: Found;
  readonly #kinds: Uint8Array;
  readonly #owners: Int32Array;
  /** From the first to the last line of the table that was written last. */
  #first = 0;
  #last = 0;

  constructor(text: string, limits: M.Limits, found: Found) {
    this.#text = text;
    this.#found = found;
    const { json, places } = found.values.position();
    const size = places + found.tables.size * M.FIELDS;
    // Names come to what is written of values, and brackets.
    this.#out = new MirrorWriter(text, limits, { json: json + found.tables.length, places: size });
    const nodes = limits.places === false ? 0 : size / M.FIELDS;
    this.#kinds = new Uint8Array(nodes);
    this.#owners = new Int32Array(nodes).fill(-1);
  }

  finish(sections: Int32Array): TomlMirror {
    this.#table(ROOT_TABLE);
    this.#out.end(this.#found.values);
    this.#found.tables.end();
    const mirror = this.#out.finish();
    const { chunks } = this.#found;
    return { ...mirror, outline: { chunks, sections, kinds: this.#kinds, owners: this.#owners } };
  }

  /** Depth is bounded: what is deep has no mirror. */
  #table(table: number): void {
    const { tables, rows } = this.#found;
    const isArray = tables.isArray(table);
    const node = this.#out.node(isArray ? '[' : '{', NOWHERE);
    const header = tables.headerOf(table);
    this.#own(node, isArray ? ARRAY : TABLE, header);
    let [first, last] = [Number.POSITIVE_INFINITY, 0];
    const cover = (start: number, end: number): void => {
      first = Math.min(first, start);
      last = Math.max(last, end);
    };
    if (header >= 0) cover(this.#field(header, 2), this.#field(header, 3));
    let isNext = false;
    for (const [name, member] of tables.membersOf(table)) {
      if (isNext) this.#out.put(',');
      if (!isArray) this.#out.put(nameOf(name));
      isNext = true;
      if (member < 0) {
        this.#table(~member);
        if (this.#last > 0) cover(this.#first, this.#last);
      } else {
        this.#row(member);
        cover(this.#field(rows.at(member), 2), this.#field(rows.at(member), 3));
      }
    }
    if (table === ROOT_TABLE) [first, last] = [0, this.#text.length];
    // A table has no place of its own where nothing speaks of it.
    if (last === 0) first = 0;
    this.#out.begin(node, first);
    this.#out.close(node, isArray ? ']' : '}', last);
    this.#first = first;
    this.#last = last;
  }

  #row(row: number): void {
    const { values, spans, rows } = this.#found;
    const [json, places, jsonEnd, placesEnd] = [0, 1, 2, 3].map((field) => spans.at(row * 4 + field)) as Span;
    const node = this.#out.copy(values, { json, places }, { json: jsonEnd, places: placesEnd });
    this.#own(node, LEAF, rows.at(row));
  }

  #own(node: number, kind: number, chunk: number): void {
    this.#kinds[node / M.FIELDS] = kind;
    this.#owners[node / M.FIELDS] = chunk;
  }

  #field(chunk: number, field: number): number {
    return this.#found.chunks[chunk * CHUNK + field] as number;
  }
}

type Span = [number, number, number, number];

const NOWHERE: Place = { start: 0, end: 0, item: 0, mark: 0, flags: 0 };
