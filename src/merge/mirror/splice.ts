// Splices into a text: ranges of it that are exchanged for pieces, which are text or ranges of it again.
import { firstFrom } from '../search.ts';

export type Piece = { readonly from: number; readonly to: number } | { readonly text: string };

export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly pieces: readonly Piece[];
}

/** Thrown where a change has no safe place in the text; it never leaves `print`. */
export class NoPlace extends Error {}

/** The text with all splices done. They may lie inside the ranges of others, and no two begin at one offset. */
export function splice(text: string, splices: readonly Splice[]): string {
  const sorted = [...splices].sort((a, b) => a.start - b.start);
  if (sorted.some(({ start }, i) => sorted[i - 1]?.start === start)) throw new NoPlace();
  const out: string[] = [];
  // A piece may begin where the splice that it belongs to does: `next` is the first splice that can lie in it.
  const stack: { readonly piece: Piece; readonly next: number }[] = [{ piece: { from: 0, to: text.length }, next: 0 }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { piece, next } = top;
    if ('text' in piece) {
      out.push(piece.text);
      continue;
    }
    const at = Math.max(next, firstFrom(sorted, piece.from));
    const found = sorted[at];
    // An empty splice may stand at the very end.
    const isAtEnd = found?.end === found?.start && found?.start === text.length && piece.to === text.length;
    if (found === undefined || (found.start >= piece.to && !isAtEnd)) {
      out.push(text.slice(piece.from, piece.to));
      continue;
    }
    if (found.end > piece.to) throw new NoPlace();
    out.push(text.slice(piece.from, found.start));
    // What is put at the end of the text stands there too when the last lines go.
    const isMore = found.end < piece.to || (found.end === text.length && sorted[at + 1]?.start === text.length);
    if (isMore) stack.push({ piece: { from: found.end, to: piece.to }, next: at + 1 });
    for (let i = found.pieces.length - 1; i >= 0; i--) stack.push({ piece: found.pieces[i] as Piece, next: at + 1 });
  }
  return out.join('');
}
