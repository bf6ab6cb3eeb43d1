// The tables of a TOML document as they are written: rows and headers with the lines that are theirs, and for each
// logical table the rows, headers and elements that make it.
import type * as M from '../mirror/mirror.ts';

/** A row or a header, with the comments and blank lines in front of it. */
export interface Chunk {
  readonly blanks: number;
  readonly comments: number;
  readonly start: number;
  /** After the end of its last line. */
  readonly end: number;
  readonly section: Section;
  /** A row's name as it is written, in its parts. */
  readonly names: readonly string[];
}

/** A header with its rows; the first one of a document has no header. */
export interface Section {
  readonly owner: Entry;
  readonly header: Chunk | undefined;
  readonly rows: Chunk[];
}

/** A value by its name: a table, an array of tables, or what a row says. */
export interface Entry {
  readonly kind: 'table' | 'array' | 'leaf';
  readonly members: Map<string, Entry>;
  readonly elements: Entry[];
  section: Section | undefined;
  /** The row of a leaf. */
  row: Chunk | undefined;
}

export interface TomlMirror extends M.Mirror {
  readonly root: Entry;
  /** The entries behind the nodes of the mirror. */
  readonly entries: ReadonlyMap<number, Entry>;
}

export function newEntry(kind: Entry['kind']): Entry {
  return { kind, members: new Map(), elements: [], section: undefined, row: undefined };
}

/** All rows and headers of a value, in the order of the text. */
export function chunksIn(entry: Entry): Chunk[] {
  const found: Chunk[] = [];
  const stack = [entry];
  for (let each = stack.pop(); each !== undefined; each = stack.pop()) {
    if (each.row !== undefined) found.push(each.row);
    if (each.section?.header !== undefined) found.push(each.section.header);
    for (const inner of [...each.members.values(), ...each.elements]) stack.push(inner);
  }
  return found.sort((a, b) => a.start - b.start);
}

/** The start of the line that an offset lies on. A negative offset would count as the first one. */
function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
}

/** Where the lines begin that belong to one on which something starts: its comments, and the blank lines above those. */
export function leadAt(text: string, start: number, floor: number): { blanks: number; comments: number } {
  const up = (from: number, isTaken: (line: string) => boolean): number => {
    let at = from;
    while (at > floor) {
      const line = lineStart(text, at - 1);
      if (line < floor || !isTaken(text.slice(line, at).trim())) break;
      at = line;
    }
    return at;
  };
  const comments = up(lineStart(text, start), (line) => line.startsWith('#'));
  return { comments, blanks: up(comments, (line) => line === '') };
}
