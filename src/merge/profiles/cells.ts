// The cells of a notebook document as the profile and its checker look at them: by id, with their source as one text.
// The JSON engine has read the documents before, so that no name comes twice.
import type { MergeSide } from '../types.ts';

export interface Cell {
  readonly id: string;
  /** undefined: no text, or one that has no bytes in UTF-8. */
  readonly source: string | undefined;
  /** Its outputs and count, to be compared. */
  readonly run: string;
}

export interface Cells {
  /** In the order of the document; an element without an id of its own is undefined. */
  readonly list: readonly (Cell | undefined)[];
  readonly byId: ReadonlyMap<string, Cell>;
  /** Every cell has an id of its own. */
  readonly isKeyed: boolean;
}

export function cellsOf(side: MergeSide): Cells {
  const cells = fieldOf(parseValue(side), 'cells');
  const list = (Array.isArray(cells) ? cells : []).map(cellOf);
  const byId = new Map(list.flatMap((cell) => (cell === undefined ? [] : [[cell.id, cell] as const])));
  return { list, byId, isKeyed: byId.size === list.length };
}

function cellOf(value: unknown): Cell | undefined {
  const id = fieldOf(value, 'id');
  if (typeof id !== 'string') return undefined;
  const run = JSON.stringify([fieldOf(value, 'outputs'), fieldOf(value, 'execution_count')]);
  return { id, source: sourceText(fieldOf(value, 'source')), run };
}

/** A document as a plain value; undefined for an absent side and for what is no JSON (merges of whole values). */
export function parseValue(side: MergeSide): unknown {
  if (side === null) return undefined;
  try {
    return JSON.parse(
      Buffer.from(side)
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
    );
  } catch {
    return undefined;
  }
}

/** An own member; no name reaches a prototype. */
export function fieldOf(value: unknown, name: string): unknown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

const LONE = /\p{Surrogate}/u;

/** A source is a string or a list of its lines; half of a surrogate pair could not be merged as bytes. */
export function sourceText(value: unknown): string | undefined {
  const lines = Array.isArray(value) ? value : [value];
  if (!lines.every((line): line is string => typeof line === 'string')) return undefined;
  const text = lines.join('');
  return LONE.test(text) ? undefined : text;
}
