// The checker's own reading of a text, apart from the engines': lines as strings of bytes, made equal where the merge
// was told to hold them equal.
import type { MergeOptions } from './types.ts';

export class Line {
  /** One character for each byte, without the newline, as the options make it. */
  readonly text: string;
  /** Whether a newline ends it; `any`: it has none and may count as having one. */
  readonly newline: 'yes' | 'no' | 'any';
  readonly #source: Buffer;
  readonly #from: number;
  readonly #to: number;

  constructor(text: string, newline: Line['newline'], source: Buffer, from: number, to: number) {
    this.text = text;
    this.newline = newline;
    this.#source = source;
    this.#from = from;
    this.#to = to;
  }

  /** Cut out when it is asked for: most lines are only compared. */
  get bytes(): Uint8Array {
    return this.#source.subarray(this.#from, this.#to);
  }
}

/** A text as the checker reads it: where its lines begin, and each line when it is asked for. */
export class Reading {
  readonly length: number;
  readonly #bytes: Buffer;
  readonly #whole: string;
  /** Where each line begins, and where the last one ends. */
  readonly #starts: readonly number[];
  readonly #options: MergeOptions;

  constructor(bytes: Buffer, options: MergeOptions) {
    this.#bytes = bytes;
    this.#whole = bytes.toString('latin1');
    this.#options = options;
    const starts = [0];
    for (let from = 0; from < bytes.length; ) {
      const newline = this.#whole.indexOf('\n', from);
      from = newline < 0 ? bytes.length : newline + 1;
      starts.push(from);
    }
    this.#starts = starts;
    this.length = starts.length - 1;
  }

  line(i: number): Line | undefined {
    const [from, end] = [this.#starts[i], this.#starts[i + 1]];
    if (from === undefined || end === undefined) return undefined;
    const isEnded = this.#whole[end - 1] === '\n';
    const text = soften(this.#whole.slice(from, isEnded ? end - 1 : end), this.#options);
    const missing = this.#options.finalNewline === 'normalize' ? 'any' : 'no';
    return new Line(text, isEnded ? 'yes' : missing, this.#bytes, from, end);
  }

  lines(from: number = 0, to: number = this.length): readonly Line[] {
    return Array.from({ length: Math.max(0, to - from) }, (_, i) => this.line(from + i)).filter(
      (line) => line !== undefined,
    );
  }

  /** Whether the lines from `at` on are, byte for byte, `[from, to)` of a text: then each of them is what stands there. */
  isSame(at: number, text: Reading, from: number, to: number): boolean {
    const [own, end] = [this.#starts[at], this.#starts[at + to - from]];
    const [other, otherEnd] = [text.#starts[from], text.#starts[to]];
    if (own === undefined || end === undefined || other === undefined || otherEnd === undefined) return false;
    const size = end - own;
    if (size !== otherEnd - other) return false;
    if (size > SHORT) return this.#bytes.compare(text.#bytes, other, otherEnd, own, end) === 0;
    for (let i = 0; i < size; i += 1) if (this.#bytes[own + i] !== text.#bytes[other + i]) return false;
    return true;
  }
}

/** Bytes up to which a loop is quicker than the call that compares at once. */
const SHORT = 64;

/** The lines `[from, to)` of a text. */
export interface Stretch {
  readonly text: Reading;
  readonly from: number;
  readonly to: number;
}

/** Splits on `\n`; an absent side has no lines. */
export function readLines(side: Uint8Array | null, options: MergeOptions): Reading {
  if (side === null) return new Reading(Buffer.alloc(0), options);
  const hasBom = side.length > 3 && side[0] === 0xef && side[1] === 0xbb && side[2] === 0xbf;
  const content = hasBom && options.bom !== 'bytes' ? side.subarray(3) : side;
  return new Reading(Buffer.from(content.buffer, content.byteOffset, content.byteLength), options);
}

/** Which line of a stretch, counted from its first, does not stand in `own` from `at` on; undefined where all do. */
export function mismatch(own: Reading, at: number, stretch: Stretch): number | undefined {
  const { text, from, to } = stretch;
  if (own.isSame(at, text, from, to)) return undefined;
  for (let i = 0; i < to - from; i += 1) if (!matches(own.line(at + i), text.line(from + i))) return i;
  return undefined;
}

function soften(text: string, { eol, ignoreWhitespace = 'none' }: MergeOptions): string {
  if (ignoreWhitespace === 'all') return text.replace(/[ \t\r]+/g, '');
  if (ignoreWhitespace === 'trailing') return trimBlanks(text);
  return eol === 'auto' && text.endsWith('\r') ? text.slice(0, -1) : text;
}

function trimBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\r'.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** Whether a line of an input stands as `written`: the same, or with the newline that it lacked. */
function matches(own: Line | undefined, written: Line | undefined): boolean {
  if (own === undefined || written === undefined) return false;
  if (own.newline === written.newline) return own.text === written.text;
  const mayDiffer = own.newline !== 'yes' || written.newline === 'any';
  const added = own.newline === 'yes' ? `${written.text}\r` === own.text : `${own.text}\r` === written.text;
  return mayDiffer && (own.text === written.text || added);
}
