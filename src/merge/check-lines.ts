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

/** Splits on `\n`; an absent side has no lines. */
export function readLines(side: Uint8Array | null, options: MergeOptions): readonly Line[] {
  if (side === null) return [];
  const hasBom = side.length > 3 && side[0] === 0xef && side[1] === 0xbb && side[2] === 0xbf;
  const content = hasBom && options.bom !== 'bytes' ? side.subarray(3) : side;
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const whole = bytes.toString('latin1');
  const missing = options.finalNewline === 'normalize' ? 'any' : 'no';
  const lines: Line[] = [];
  for (let from = 0; from < whole.length; ) {
    const newline = whole.indexOf('\n', from);
    const to = newline < 0 ? whole.length : newline;
    const end = newline < 0 ? to : to + 1;
    lines.push(new Line(soften(whole.slice(from, to), options), newline < 0 ? missing : 'yes', bytes, from, end));
    from = end;
  }
  return lines;
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
export function matches(own: Line | undefined, written: Line | undefined): boolean {
  if (own === undefined || written === undefined) return false;
  if (own.newline === written.newline) return own.text === written.text;
  const mayDiffer = own.newline !== 'yes' || written.newline === 'any';
  const added = own.newline === 'yes' ? `${written.text}\r` === own.text : `${own.text}\r` === written.text;
  return mayDiffer && (own.text === written.text || added);
}
