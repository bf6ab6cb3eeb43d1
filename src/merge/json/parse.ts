// Lossless JSON and JSONC parser: bytes to a tape of source ranges (RFC 8259). Iterative, so that depth costs memory and
// no stack. Duplicate names, invalid UTF-8 and nesting beyond the limit are failures; nothing is repaired on the way.
// Longer than most files: the scanner's state belongs to it alone, and splitting its loops would slow them down.
import { isUtf8 } from 'node:buffer';
import {
  ARRAY_SEED,
  elementHash,
  LITERAL_HASHES,
  memberHash,
  numberHash,
  OBJECT_SEED,
  PRIME,
  STRING_SEED,
  smallNumberHash,
  stringHash,
} from './hash.ts';
import { appendSegment } from './pointer.ts';
import * as T from './tape.ts';

export const DEFAULT_DEPTH = 5000;

export interface ParseOptions {
  /** Comments and trailing commas count as white space. */
  readonly jsonc?: boolean;
  /** Nesting of containers. @default 5,000 */
  readonly depth?: number;
  /** Values in the document. @default no limit */
  readonly nodes?: number;
  /** How many values there will be, where that is known: so much memory is taken. */
  readonly expect?: number;
}

export interface ParseFailure {
  readonly failure: 'syntax' | 'duplicate-key' | 'too-deep' | 'nodes';
  /** Byte offset of the place. */
  readonly offset: number;
  /** Of the second member with the same name. Left out when it would be longer than 4,096 characters. */
  readonly pointer?: string;
  /** Bounded, whatever the document holds. */
  readonly message: string;
}

/** Parses one document, or says what is wrong with it. Never throws on data. */
export function parseJson(bytes: Uint8Array, options: ParseOptions = {}): T.Doc | ParseFailure {
  const scanner = new Scanner(bytes, options);
  try {
    return scanner.parse();
  } catch (thrown) {
    if (thrown instanceof Stop) return thrown.failure;
    throw thrown;
  }
}

export function isParseFailure(result: T.Doc | ParseFailure): result is ParseFailure {
  return 'failure' in result;
}

class Stop extends Error {
  readonly failure: ParseFailure;

  constructor(failure: ParseFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

const MAX_POINTER = 4096;
/** Up to here, names are compared pair by pair. */
const FEW_MEMBERS = 16;

class Scanner {
  readonly #bytes: Buffer;
  readonly #jsonc: boolean;
  readonly #depth: number;
  readonly #nodes: number;
  #tape: Int32Array;
  #length = 0;
  #limit: number;
  #pos = 0;
  #keyStart = -1;
  #keyEnd = -1;
  #keyHash = 0;
  #keyEscaped = false;
  /** Set by the string scanner, beside the end that it returns. */
  #hash = 0;
  #escaped = false;
  #stack = new Int32Array(64);
  #top = -1;
  #few = new Int32Array(FEW_MEMBERS);

  constructor(bytes: Uint8Array, options: ParseOptions) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#jsonc = options.jsonc ?? false;
    this.#depth = options.depth ?? DEFAULT_DEPTH;
    this.#nodes = options.nodes ?? Number.POSITIVE_INFINITY;
    this.#tape = new Int32Array((options.expect ?? 16 + Math.floor(bytes.length / 12)) * T.RECORD);
    this.#limit = this.#tape.length;
  }

  parse(): T.Doc {
    const bytes = this.#bytes;
    if (!isUtf8(bytes)) this.#fail('syntax', 0, 'the document is not valid UTF-8');
    if (bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.#pos = 3;
    this.#skip();
    for (;;) {
      // A scalar or an empty container is complete; the parent's separators and closings come next.
      if (this.#value() && !this.#enter()) continue;
      while (this.#top >= 0 && this.#leave());
      if (this.#top < 0) break;
    }
    this.#skip();
    if (this.#pos < bytes.length)
      this.#fail('syntax', this.#pos, `${this.#found(this.#pos)} after the end of the document`);
    return { bytes, tape: this.#tape, length: this.#length, jsonc: this.#jsonc };
  }

  /** Reads a scalar, or opens a container: then true. */
  #value(): boolean {
    const start = this.#pos;
    const byte = this.#bytes[start];
    if (byte === 0x22) {
      const end = this.#string(start);
      this.#complete(this.#node(this.#escaped ? T.STRING | T.ESCAPED : T.STRING, start), end, this.#hash);
      return false;
    }
    if (byte === 0x7b || byte === 0x5b) {
      this.#open(byte === 0x7b ? T.OBJECT : T.ARRAY, start);
      return true;
    }
    if (byte === 0x2d || (byte !== undefined && byte >= 0x30 && byte <= 0x39)) {
      this.#number(start);
      return false;
    }
    if (byte === 0x74) this.#literal(start, 'true', T.TRUE);
    else if (byte === 0x66) this.#literal(start, 'false', T.FALSE);
    else if (byte === 0x6e) this.#literal(start, 'null', T.NULL);
    else this.#fail('syntax', start, `${this.#found(start)} where a value is expected`);
    return false;
  }

  #open(kind: number, start: number): void {
    const top = this.#top + 1;
    if (top >= this.#depth)
      this.#fail('too-deep', start, `the document is nested more than ${this.#depth} levels deep`);
    const node = this.#node(kind, start);
    this.#tape[node + T.HASH] = kind === T.OBJECT ? OBJECT_SEED : ARRAY_SEED;
    if (top >= this.#stack.length) {
      const grown = new Int32Array(this.#stack.length * 2);
      grown.set(this.#stack);
      this.#stack = grown;
    }
    this.#stack[top] = node;
    this.#top = top;
    this.#pos = start + 1;
  }

  /** After an opening: true if the container was empty and is closed again, else its first name has been read. */
  #enter(): boolean {
    this.#skip();
    const isObject = this.#isObject();
    if (this.#bytes[this.#pos] === (isObject ? 0x7d : 0x5d)) {
      this.#close();
      return true;
    }
    if (isObject) this.#name();
    else this.#keyStart = -1;
    return false;
  }

  /** After a complete value: true if its parent closed too; false if another value is next. */
  #leave(): boolean {
    this.#skip();
    const isObject = this.#isObject();
    const close = isObject ? 0x7d : 0x5d;
    const byte = this.#bytes[this.#pos];
    if (byte === 0x2c) {
      this.#pos++;
      this.#skip();
      if (!this.#jsonc || this.#bytes[this.#pos] !== close) {
        if (isObject) this.#name();
        else this.#keyStart = -1;
        return false;
      }
    } else if (byte !== close) {
      this.#fail('syntax', this.#pos, `${this.#found(this.#pos)} where "," or "${isObject ? '}' : ']'}" is expected`);
    }
    this.#close();
    return true;
  }

  #isObject(): boolean {
    return ((this.#tape[this.#stack[this.#top] as number] as number) & T.KIND_MASK) === T.OBJECT;
  }

  #name(): void {
    const start = this.#pos;
    if (this.#bytes[start] !== 0x22)
      this.#fail('syntax', start, `${this.#found(start)} where a name in quotes is expected`);
    const end = this.#string(start);
    this.#keyStart = start;
    this.#keyEnd = end;
    this.#keyHash = this.#hash;
    this.#keyEscaped = this.#escaped;
    this.#pos = end;
    this.#skip();
    if (this.#bytes[this.#pos] !== 0x3a)
      this.#fail('syntax', this.#pos, `${this.#found(this.#pos)} where ":" is expected`);
    this.#pos++;
    this.#skip();
  }

  #node(kind: number, start: number): number {
    const node = this.#length;
    if (node >= this.#limit) this.#grow();
    if (node >= this.#nodes * T.RECORD) this.#fail('nodes', start, `the document has more than ${this.#nodes} values`);
    const tape = this.#tape;
    const keyStart = this.#keyStart;
    tape[node] = keyStart >= 0 && this.#keyEscaped ? kind | T.KEY_ESCAPED : kind;
    tape[node + T.START] = start;
    tape[node + T.KEY_START] = keyStart;
    if (keyStart >= 0) {
      tape[node + T.KEY_END] = this.#keyEnd;
      tape[node + T.KEY_HASH] = this.#keyHash;
    }
    this.#length = node + T.RECORD;
    return node;
  }

  #grow(): void {
    const grown = new Int32Array(this.#tape.length * 2 + T.RECORD);
    grown.set(this.#tape);
    this.#tape = grown;
    this.#limit = grown.length;
  }

  #complete(node: number, end: number, hash: number): void {
    const tape = this.#tape;
    tape[node + T.END] = end;
    tape[node + T.NEXT] = this.#length;
    tape[node + T.HASH] = hash;
    this.#pos = end;
    if (this.#top < 0) return;
    const parent = this.#stack[this.#top] as number;
    const kind = tape[parent] as number;
    const soFar = tape[parent + T.HASH] as number;
    tape[parent] = kind + (1 << T.COUNT_SHIFT);
    tape[parent + T.HASH] =
      (kind & T.KIND_MASK) === T.OBJECT
        ? (soFar + memberHash(tape[node + T.KEY_HASH] as number, hash)) | 0
        : elementHash(soFar, hash);
  }

  #close(): void {
    const node = this.#stack[this.#top] as number;
    const kind = this.#tape[node] as number;
    if ((kind & T.KIND_MASK) === T.OBJECT && kind >>> T.COUNT_SHIFT > 1) this.#refuseDuplicates(node);
    this.#top--;
    this.#complete(node, this.#pos + 1, this.#tape[node + T.HASH] as number);
  }

  #string(start: number): number {
    const bytes = this.#bytes;
    const length = bytes.length;
    let h = STRING_SEED;
    let i = start + 1;
    let escaped = false;
    for (; i < length; i++) {
      const byte = bytes[i] as number;
      if (byte === 0x22) break;
      if (byte === 0x5c) {
        escaped = true;
        i = this.#escape(i);
      } else if (byte < 0x20) {
        this.#fail('syntax', i, 'a control character inside a string');
      }
      h = Math.imul(h ^ byte, PRIME);
    }
    if (i >= length) this.#fail('syntax', start, 'a string that does not end');
    this.#escaped = escaped;
    const end = i + 1;
    this.#hash = escaped ? stringHash(JSON.parse(bytes.toString('utf8', start, end)) as string) : h ^ T.STRING;
    return end;
  }

  /** Checks the escape at the backslash and gives the offset of its last byte. */
  #escape(at: number): number {
    const next = this.#bytes[at + 1];
    if (next !== 0x75) {
      // " / \ b f n r t
      if (next === 0x22 || next === 0x5c || next === 0x2f || next === 0x62 || next === 0x66) return at + 1;
      if (next === 0x6e || next === 0x72 || next === 0x74) return at + 1;
      this.#fail('syntax', at, 'an escape that JSON does not know');
    }
    for (let i = at + 2; i < at + 6; i++) {
      const byte = this.#bytes[i];
      const isHex =
        byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66));
      if (!isHex) this.#fail('syntax', at, 'an escape without four hexadecimal digits');
    }
    return at + 5;
  }

  #number(start: number): void {
    const bytes = this.#bytes;
    const negative = bytes[start] === 0x2d;
    let i = negative ? start + 1 : start;
    let mantissa = 0;
    let digits = 0;
    let exponent = 0;
    const first = i;
    for (; isDigit(bytes[i]); i++, digits++) mantissa = mantissa * 10 + (bytes[i] as number) - 48;
    if (digits === 0 || (digits > 1 && bytes[first] === 0x30))
      this.#fail('syntax', start, 'a number that JSON does not allow');
    if (bytes[i] === 0x2e) {
      const point = i++;
      for (; isDigit(bytes[i]); i++, digits++) mantissa = mantissa * 10 + (bytes[i] as number) - 48;
      exponent = point + 1 - i;
      if (exponent === 0) this.#fail('syntax', start, 'a number without digits after its point');
    }
    let isSmall = digits <= 15;
    if (((bytes[i] ?? 0) | 0x20) === 0x65) {
      i++;
      const isBelow = bytes[i] === 0x2d;
      if (isBelow || bytes[i] === 0x2b) i++;
      const from = i;
      let power = 0;
      for (; isDigit(bytes[i]); i++) power = power * 10 + (bytes[i] as number) - 48;
      if (i === from) this.#fail('syntax', start, 'a number without digits in its exponent');
      if (i - from > 8) isSmall = false;
      exponent += isBelow ? -power : power;
    }
    const node = this.#node(T.NUMBER, start);
    if (!isSmall) {
      this.#complete(node, i, numberHash(bytes.toString('latin1', start, i)));
      return;
    }
    while (mantissa !== 0 && mantissa % 10 === 0) {
      mantissa /= 10;
      exponent++;
    }
    this.#complete(node, i, smallNumberHash(mantissa, exponent, negative));
  }

  #literal(start: number, word: string, kind: number): void {
    for (let i = 0; i < word.length; i++) {
      if (this.#bytes[start + i] !== word.charCodeAt(i))
        this.#fail('syntax', start, `${this.#found(start)} where a value is expected`);
    }
    this.#complete(this.#node(kind, start), start + word.length, LITERAL_HASHES[kind] as number);
  }

  #skip(): void {
    const bytes = this.#bytes;
    const length = bytes.length;
    let i = this.#pos;
    while (i < length) {
      const byte = bytes[i];
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) i++;
      else if (byte === 0x2f && this.#jsonc) i = this.#comment(i);
      else break;
    }
    this.#pos = i;
  }

  #comment(start: number): number {
    const next = this.#bytes[start + 1];
    if (next === 0x2f) {
      const end = this.#bytes.indexOf(0x0a, start + 2);
      return end < 0 ? this.#bytes.length : end;
    }
    const end = next === 0x2a ? this.#bytes.indexOf('*/', start + 2, 'latin1') : -1;
    if (end < 0) this.#fail('syntax', start, 'a comment that does not end, or a stray "/"');
    return end + 2;
  }

  #refuseDuplicates(node: number): void {
    const tape = this.#tape;
    const end = this.#length;
    const count = (tape[node] as number) >>> T.COUNT_SHIFT;
    const hashes = count <= FEW_MEMBERS ? this.#few : new Int32Array(count);
    let filled = 0;
    let isSuspect = false;
    for (let child = node + T.RECORD; child < end; child = tape[child + T.NEXT] as number) {
      const hash = tape[child + T.KEY_HASH] as number;
      if (count <= FEW_MEMBERS) for (let i = 0; i < filled; i++) if (hashes[i] === hash) isSuspect = true;
      hashes[filled++] = hash;
    }
    if (count > FEW_MEMBERS) {
      hashes.sort();
      for (let i = 1; i < count; i++) if (hashes[i] === hashes[i - 1]) isSuspect = true;
    }
    if (!isSuspect) return;
    const doc = { bytes: this.#bytes, tape, length: end, jsonc: this.#jsonc };
    const seen = new Set<string>();
    for (let child = node + T.RECORD; child < end; child = tape[child + T.NEXT] as number) {
      const name = T.keyOf(doc, child);
      if (seen.has(name)) this.#failDuplicate(doc, child, name);
      seen.add(name);
    }
  }

  #failDuplicate(doc: T.Doc, node: number, name: string): never {
    let pointer = '';
    for (let level = 1; level <= this.#top && pointer.length <= MAX_POINTER; level++) {
      const inner = this.#stack[level] as number;
      const isMember = (doc.tape[inner + T.KEY_START] as number) >= 0;
      // A child that is still open has not been counted: the count is its index.
      pointer = appendSegment(
        pointer,
        isMember ? T.keyOf(doc, inner) : T.countOf(doc, this.#stack[level - 1] as number),
      );
    }
    pointer = appendSegment(pointer, name);
    const message = 'a name that its object already has';
    const offset = doc.tape[node + T.KEY_START] as number;
    if (pointer.length > MAX_POINTER) this.#fail('duplicate-key', offset, message);
    throw new Stop({ failure: 'duplicate-key', offset, pointer, message: `${message} (byte ${offset})` });
  }

  #found(at: number): string {
    const byte = this.#bytes[at];
    if (byte === undefined) return 'the end of the document';
    return byte > 0x20 && byte < 0x7f
      ? `"${String.fromCharCode(byte)}"`
      : `byte 0x${byte.toString(16).padStart(2, '0')}`;
  }

  #fail(failure: ParseFailure['failure'], offset: number, message: string): never {
    throw new Stop({ failure, offset, message: `${message} (byte ${offset})` });
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
