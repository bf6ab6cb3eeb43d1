// Parts of a text by lines, for contents that are too large to be shown whole. Lines count from 1 and keep their ends.
import { EntenteError } from '../core/errors.ts';
import { cut } from './say.ts';

/** Bytes that are shown at once: of a content, or of a range of it. */
export const SHOWN_BYTES: number = 32 * 1024;

export interface Part {
  /** The first and the last line of it. */
  readonly from: number;
  readonly to: number;
  /** Lines of the whole. */
  readonly of: number;
  readonly text: string;
  /** False where the range was longer than what is shown, or its only line is. */
  readonly whole: boolean;
}

export interface Range {
  readonly from: number;
  /** To the end, where it is left out. */
  readonly to?: number;
}

/** `10-40`, `10-` (to the end) or `10`; `misuse` for all else. */
export function parseRange(text: string): Range {
  const [, first = '', dash, last = ''] = /^(\d{1,9})(-)?(\d{1,9})?$/.exec(text.trim()) ?? [];
  const from = Number(first);
  const to = last === '' ? (dash === undefined ? from : undefined) : Number(last);
  if (first !== '' && from >= 1 && (to === undefined || to >= from)) return to === undefined ? { from } : { from, to };
  throw new EntenteError('misuse', '"range": lines are given as "10-40", "10-" or "10", counted from 1.', {
    next: 'call entente_read with range="1-200".',
  });
}

export function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** The lines of a range, cut at the end of a line where they are too many to be shown. */
export function partOf(text: string, { from, to }: Range): Part {
  const lines = linesOf(text);
  const of = lines.length;
  if (from > Math.max(1, of)) {
    throw new EntenteError('misuse', `"range": the content has ${of} lines, and line ${from} is not one of them.`, {
      next: `call entente_read with range="1-${Math.max(1, of)}".`,
    });
  }
  const last = Math.min(to ?? of, of);
  let end = from - 1;
  let bytes = 0;
  while (end < last) {
    bytes += Buffer.byteLength(lines[end] ?? '');
    if (bytes > SHOWN_BYTES) break;
    end += 1;
  }
  if (end === from - 1 && of > 0) {
    // One line alone is longer: its beginning is shown.
    return { from, to: from, of, text: cut(lines[end] ?? '', SHOWN_BYTES / 4).text, whole: false };
  }
  return { from, to: end, of, text: lines.slice(from - 1, end).join(''), whole: end >= last };
}
