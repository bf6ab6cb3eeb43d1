// JSON inside YAML: a value that is JSON to its last character means in YAML what it means in JSON, so it is read by the
// JSON parser, whose tapes are some sixteen times smaller than the trees of the parser of YAML.
import { isParseFailure, parseJson } from '../json/parse.ts';
import type * as T from '../json/tape.ts';

/** Deeper ones go to the parser of YAML, which says where it ends. */
const DEEPEST = 100;

/** The value as JSON; undefined where it is none, or none that both languages are sure to read alike. */
export function parseJsonIn(text: string): T.Doc | undefined {
  // A carriage return alone is a line break in JSON only; what is no character has no bytes.
  if (!/^[{[]/.test(text) || /\r(?!\n)/.test(text) || !text.isWellFormed()) return undefined;
  const doc = parseJson(Buffer.from(text), { depth: DEEPEST });
  // A name that comes twice is for the parser of YAML to tell.
  return isParseFailure(doc) ? undefined : doc;
}

/** Do all lines but the first begin deeper than that column, as a value in a block collection has to? */
export function isDeeper(text: string, col: number): boolean {
  for (let line = text.indexOf('\n') + 1; line > 0; line = text.indexOf('\n', line) + 1) {
    let at = line;
    while (text.charCodeAt(at) === 0x20) at += 1;
    const char = text[at];
    if (char === '\t' || (at - line <= col && char !== '\n' && char !== '\r')) return false;
  }
  return true;
}

/** Offsets in a text from offsets in its UTF-8, asked for in rising order. */
export class Counter {
  readonly #bytes: Uint8Array;
  #byte = 0;
  #unit: number;

  /** `origin`: the offset of the first byte. */
  constructor(bytes: Uint8Array, origin: number) {
    this.#bytes = bytes;
    this.#unit = origin;
  }

  at(byte: number): number {
    for (; this.#byte < byte; this.#byte++) {
      const value = this.#bytes[this.#byte] as number;
      // A character begins here; beyond the first plane it takes two units.
      if ((value & 0xc0) !== 0x80) this.#unit += value >= 0xf0 ? 2 : 1;
    }
    return this.#unit;
  }
}
