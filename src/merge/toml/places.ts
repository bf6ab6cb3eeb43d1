// Where tables stand in a TOML document, and where another one can be put.
import { NoPlace } from '../mirror/splice.ts';
import * as O from './outline.ts';

/** A table or an array of tables, by headers or by dotted names. */
export function isTableIn(mirror: O.TomlMirror, node: number): boolean {
  const kind = O.kindOf(mirror, node);
  return kind === O.TABLE || kind === O.ARRAY;
}

/**
 * The lines of a table or array of tables with all that is in it, if they are nobody else's. Throws `NoPlace` where
 * something of others stands between them, or, for a table that is to stand alone, where no header begins them.
 */
export function rangeOf(mirror: O.TomlMirror, node: number, isHeaded: boolean = false): { from: number; to: number } {
  const chunks = O.chunksIn(mirror, node);
  const [first] = chunks;
  const last = chunks.at(-1);
  if (first === undefined || last === undefined) throw new NoPlace();
  if (isHeaded && O.headerOf(mirror, first.section)?.id !== first.id) throw new NoPlace();
  // Rows of a section stand one behind the other: all of them, and nothing between, are the chunks in a row.
  const isAlone = last.id - first.id === chunks.length - 1 && O.lastOf(mirror, last.section)?.id === last.id;
  // Something else between them would come along.
  const isJoined = chunks.every((chunk, i) => i === 0 || !isApart(mirror, chunks[i - 1] as O.Chunk, chunk));
  if (!isAlone || !isJoined) throw new NoPlace();
  return { from: first.blanks, to: last.end };
}

/** Does anything but comments stand between two chunks? */
function isApart({ text }: O.TomlMirror, a: O.Chunk, b: O.Chunk): boolean {
  return /\S/.test(text.slice(a.end, b.start).replaceAll(/#[^\n]*/g, ''));
}

/** A string of several lines says what its line ends are; strings of one line and comments may hold the quotes of one. */
const LINES_OR_TEXT = /"""(?:\\[\s\S]|[^\\])*?"{3,5}|'''[\s\S]*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\r\n]*|\r?\n/g;

/** A text with other line ends, but for those inside of strings. */
export function withEol(text: string, eol: string): string {
  return text.replaceAll(LINES_OR_TEXT, (found) => (found === '\n' || found === '\r\n' ? eol : found));
}

/** Lines with the document's line ends, the last one too. */
export function ended(text: string, eol: string): string {
  const own = withEol(text, eol);
  return own.endsWith('\n') ? own : own + eol;
}

/**
 * Where a table can be put: after the table in front of it, the first of an array in front of all others, else after
 * the rows and tables of its parent.
 */
export function placeOfTable(to: O.TomlMirror, table: number, before: number | undefined): number {
  const [head] = before === undefined && O.kindOf(to, table) === O.ARRAY ? O.chunksIn(to, table) : [];
  if (head !== undefined) return head.blanks;
  const inFront = before !== undefined && isTableIn(to, before) ? O.chunksIn(to, before).at(-1) : undefined;
  const isHeaded = inFront !== undefined && O.headerOf(to, inFront.section) !== undefined;
  const section = O.sectionOf(to, table);
  const own = section === undefined ? undefined : O.lastOf(to, section);
  const last = isHeaded ? inFront : (own ?? O.chunksIn(to, table).at(-1));
  if (last === undefined) return firstPlace(to);
  return (O.lastOf(to, last.section) ?? last).end;
}

/** In front of all rows and headers and their comments. */
export function firstPlace(to: O.TomlMirror): number {
  const { text, outline } = to;
  return outline.chunks.length === 0 ? text.length : O.chunkAt(to, 0).comments;
}
