// Between the bytes of a document and the text that is spliced: UTF-8, a byte order mark, the newline at the end.
import { isUtf8 } from 'node:buffer';
import { concatBytes } from '../bytes.ts';
import type { MergeSide } from '../types.ts';

const BOM = Uint8Array.of(0xef, 0xbb, 0xbf);

export function hasBom(bytes: Uint8Array): boolean {
  return bytes.length >= 3 && bytes[0] === BOM[0] && bytes[1] === BOM[1] && bytes[2] === BOM[2];
}

/** The text without a byte order mark; undefined where the bytes are not UTF-8. */
export function decodeSide(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8', hasBom(bytes) ? BOM.length : 0);
}

/** The bytes of a text, with a byte order mark where the side has one. */
export function encodeLike(text: string, side: MergeSide): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return side !== null && hasBom(side) ? concatBytes([BOM, bytes]) : bytes;
}

/** The text with or without a newline at its end, merged three-way. */
export function mergeEnding(text: string, base: string | undefined, current: string, proposed: string): string {
  const [before, ours, theirs] = [base ?? current, current, proposed].map((each) => each.endsWith('\n'));
  const isEnded = before === ours ? theirs === true : ours === true;
  if (isEnded === text.endsWith('\n') || text === '') return text;
  if (!isEnded) return text.replace(/\r?\n$/, '');
  return `${text}${text.includes('\r\n') ? '\r\n' : '\n'}`;
}
