// The options that make two spellings equal (line endings, final newline, blanks, byte order mark), kept out of the
// merge itself: each side is rewritten before, the result after. Without options the only thing set apart is the BOM.
import { concatBytes } from './bytes.ts';
import { bytesOfLines, equalLine, type Lines, splitLines } from './lines.ts';
import type { Region, Sides } from './three-way.ts';
import type { MergeOptions } from './types.ts';

/** Flags of a file that are merged three-way as one value each. */
interface Flags {
  readonly bom: boolean;
  readonly crlf: boolean;
}

/** The three texts as they are merged, and what puts the flags back into a result. */
export interface Prepared {
  readonly texts: Sides;
  readonly finish: (content: Uint8Array) => Uint8Array;
}

const BOM = Uint8Array.of(0xef, 0xbb, 0xbf);
const CR = 13;
const LF = 10;

/** A byte order mark in front of something. */
function hasBom(content: Uint8Array): boolean {
  return content.length > BOM.length && content[0] === BOM[0] && content[1] === BOM[1] && content[2] === BOM[2];
}

export function prepareSides(
  base: Uint8Array,
  current: Uint8Array,
  proposed: Uint8Array,
  options: MergeOptions,
): Prepared {
  const [b, c, p] = [base, current, proposed].map((side) => prepareSide(side, options)) as [Side, Side, Side];
  const bom = mergeFlag(b.flags.bom, c.flags.bom, p.flags.bom);
  const crlf = mergeFlag(b.flags.crlf, c.flags.crlf, p.flags.crlf);
  return {
    texts: { base: splitLines(b.text), current: splitLines(c.text), proposed: splitLines(p.text) },
    finish: (content) => {
      const ended = options.eol === 'auto' && crlf ? toCrlf(content) : content;
      return bom && ended.length > 0 ? concatBytes([BOM, ended]) : ended;
    },
  };
}

interface Side {
  readonly text: Uint8Array;
  readonly flags: Flags;
}

function prepareSide(content: Uint8Array, options: MergeOptions): Side {
  const bom = options.bom !== 'bytes' && hasBom(content);
  let text = bom ? content.subarray(BOM.length) : content;
  const crlf = options.eol === 'auto' && isMostlyCrlf(text);
  if (options.eol === 'auto') text = toLf(text);
  if (options.finalNewline === 'normalize' && text.length > 0 && text.at(-1) !== LF) {
    const cr = isMostlyCrlf(text) ? [CR] : [];
    text = concatBytes([text, Uint8Array.from([...cr, LF])]);
  }
  return { text, flags: { bom, crlf } };
}

/** A flag can be changed one way only, so two sides that changed it agree. */
function mergeFlag(base: boolean, current: boolean, proposed: boolean): boolean {
  return base === current ? proposed : current;
}

function isMostlyCrlf(text: Uint8Array): boolean {
  let crlf = 0;
  let lf = 0;
  for (let at = text.indexOf(LF); at >= 0; at = text.indexOf(LF, at + 1)) {
    if (text[at - 1] === CR) crlf += 1;
    else lf += 1;
  }
  return crlf > lf;
}

function toLf(text: Uint8Array): Uint8Array {
  const out = new Uint8Array(text.length);
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === CR && text[i + 1] === LF) continue;
    out[size] = text[i] ?? 0;
    size += 1;
  }
  return out.slice(0, size);
}

function toCrlf(text: Uint8Array): Uint8Array {
  const out = new Uint8Array(text.length * 2);
  let size = 0;
  let before = 0;
  for (const byte of text) {
    if (byte === LF && before !== CR) {
      out[size] = CR;
      size += 1;
    }
    out[size] = byte;
    size += 1;
    before = byte;
  }
  return out.slice(0, size);
}

/** Texts with the blanks of each line left out, line for line: what is compared instead of the texts. */
export function withoutBlanks(sides: Sides, mode: 'trailing' | 'all'): Sides {
  const strip = (lines: Lines): Lines => stripLines(lines, mode);
  return { base: strip(sides.base), current: strip(sides.current), proposed: strip(sides.proposed) };
}

function stripLines(lines: Lines, mode: 'trailing' | 'all'): Lines {
  const bytes = Buffer.allocUnsafe(lines.bytes.length);
  const starts = new Int32Array(lines.count + 1);
  let size = 0;
  for (let i = 0; i < lines.count; i++) {
    starts[i] = size;
    let solid = size;
    for (const byte of bytesOfLines(lines, i, i + 1)) {
      const blank = byte === 32 || byte === 9 || byte === CR;
      if (blank && mode === 'all') continue;
      if (byte === LF) size = solid;
      bytes[size] = byte;
      size += 1;
      if (!blank) solid = size;
    }
    size = solid;
  }
  starts[lines.count] = size;
  return { bytes, starts, count: lines.count };
}

/**
 * The current text with, on each line that no region holds, the spelling that a side gave it: current's where it
 * differs from the base's, else proposed's. The lines stay the same in number.
 */
export function respell(sides: Sides, regions: readonly Region[]): Lines {
  const parts: Uint8Array[] = [];
  let [b, c, p] = [0, 0, 0];
  const upTo = (end: number): void => {
    for (; c < end; b++, c++, p++) {
      const own = !equalLine(sides.current, c, sides.base, b);
      parts.push(own ? bytesOfLines(sides.current, c, c + 1) : bytesOfLines(sides.proposed, p, p + 1));
    }
  };
  for (const region of regions) {
    upTo(region.currentStart);
    parts.push(bytesOfLines(sides.current, region.currentStart, region.currentEnd));
    b = region.baseEnd;
    c = region.currentEnd;
    p = region.proposedEnd;
  }
  upTo(sides.current.count);
  return splitLines(concatBytes(parts));
}
