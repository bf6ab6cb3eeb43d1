// The tables of a TOML document as they are written: rows and headers with the lines that are theirs, and for each node
// of the mirror the row or header that it stands behind. Kept as integers, since a document has about as many rows as
// values.
import * as T from '../json/tape.ts';
import * as M from '../mirror/mirror.ts';

/** A row or a header, with the comments and blank lines in front of it. */
export interface Chunk {
  /** Chunks are counted in the order of the text. */
  readonly id: number;
  readonly blanks: number;
  readonly comments: number;
  readonly start: number;
  /** After the end of its last line. */
  readonly end: number;
  /** The header that it stands below, or is: sections are counted, the rows before the first header are in section 0. */
  readonly section: number;
}

export interface Outline {
  /** `CHUNK` integers for each row and header. */
  readonly chunks: Int32Array;
  /** The first chunk of each section: its header, but for section 0. */
  readonly sections: Int32Array;
  /** For each node: what it is, and the chunk of its row or header, -1 where it has none of its own. */
  readonly kinds: Uint8Array;
  readonly owners: Int32Array;
}

/** Integers for each chunk: those of `Chunk` from `blanks` on, in that order. */
export const CHUNK = 5;

/** What a node is: a table, an array of tables, what a row says, or something inside that. */
export const INSIDE = 0;
export const TABLE = 1;
export const ARRAY = 2;
export const LEAF = 3;

export interface TomlMirror extends M.Mirror {
  readonly outline: Outline;
}

export function kindOf({ outline }: TomlMirror, node: number): number {
  return outline.kinds[node / T.RECORD] ?? INSIDE;
}

export function chunkAt({ outline: { chunks } }: TomlMirror, id: number): Chunk {
  const [blanks = 0, comments = 0, start = 0, end = 0, section = 0] = chunks.subarray(id * CHUNK, (id + 1) * CHUNK);
  return { id, blanks, comments, start, end, section };
}

function ownerOf({ outline }: TomlMirror, node: number): number {
  return outline.owners[node / T.RECORD] ?? -1;
}

/** The row of a leaf. */
export function rowOf(mirror: TomlMirror, node: number): Chunk | undefined {
  return kindOf(mirror, node) === LEAF ? chunkAt(mirror, ownerOf(mirror, node)) : undefined;
}

/** The section whose header a table has; undefined where only the names of rows and other headers speak of it. */
export function sectionOf(mirror: TomlMirror, node: number): number | undefined {
  if (node === T.ROOT) return 0;
  const owner = ownerOf(mirror, node);
  return kindOf(mirror, node) === TABLE && owner >= 0 ? chunkAt(mirror, owner).section : undefined;
}

/** The header of a section; section 0 has none. */
export function headerOf(mirror: TomlMirror, section: number): Chunk | undefined {
  return section === 0 ? undefined : chunkAt(mirror, mirror.outline.sections[section] ?? 0);
}

/** The last row or the header of a section. */
export function lastOf(mirror: TomlMirror, section: number): Chunk | undefined {
  const { chunks, sections } = mirror.outline;
  const end = sections[section + 1] ?? chunks.length / CHUNK;
  return end > (sections[section] ?? 0) ? chunkAt(mirror, end - 1) : undefined;
}

/** All rows and headers of a value, in the order of the text. */
export function chunksIn(mirror: TomlMirror, node: number): Chunk[] {
  const ids: number[] = [];
  for (let each = node; each < T.nextOf(mirror.doc, node); each += T.RECORD) {
    const owner = ownerOf(mirror, each);
    if (owner >= 0) ids.push(owner);
  }
  return ids.sort((a, b) => a - b).map((id) => chunkAt(mirror, id));
}

/** The table or array that a node is in; undefined for the root. */
export function parentOf({ doc }: TomlMirror, node: number): number | undefined {
  let parent: number | undefined;
  for (let at = T.ROOT; at < node; ) {
    if (T.nextOf(doc, at) <= node) {
      at = T.nextOf(doc, at);
    } else {
      parent = at;
      at += T.RECORD;
    }
  }
  return parent;
}

/** The name of a row as it is written, in its parts. */
export function namesOf(mirror: TomlMirror, node: number): string[] {
  const raw = mirror.text.slice(M.itemOf(mirror, node), M.markOf(mirror, node) - 1);
  return [...raw.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|[^.\s"']+/g)].map(([part]) => part);
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
