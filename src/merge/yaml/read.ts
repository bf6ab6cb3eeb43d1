// Reads YAML 1.2 into a mirror: `yaml` parses, the walk (walk.ts) writes what its nodes say. Its trees are some eighty
// times as large as their text, so a large document is given to it in pieces (pieces.ts) wherever that is safe.
import * as M from '../mirror/mirror.ts';
import { loadYaml, type ParsedNode, type Scalar } from '../packages.ts';
import { aliasesIn, mayRebind } from './aliases.ts';
import { parseJsonIn } from './json-text.ts';
import { parseFirst, parseStream } from './parse.ts';
import { Pieces, Uncut } from './pieces.ts';
import { isEmpty, Walk } from './walk.ts';

/** Characters that the parser is given at once. */
const PIECE = 8192;

/** Characters of a document, or of an item of one, that the parser is given where they cannot be cut. */
const WHOLE = 262_144;

/**
 * The mirror of one document. Throws `Unmirrored` with the reason where there is none. `size`: characters of a piece; a
 * document of no more is parsed as a whole.
 */
export function readYaml(text: string, limits: M.Limits, size: number = PIECE): M.Mirror {
  if (/^%/m.test(text)) throw new M.Unmirrored('it has directives');
  if (documentsOf(text).length > 1) throw new M.Unmirrored('it holds several documents');
  const mirror = readJson(text, limits) ?? (text.length > size ? readPieces(text, limits, size) : undefined);
  if (mirror !== undefined) return mirror;
  if (text.length > WHOLE) throw new M.Unmirrored('it is too large to be read in one piece, and cannot be cut');
  return readWhole(text, limits);
}

/** A document that is JSON; undefined where it is none. */
export function readJson(text: string, limits: M.Limits): M.Mirror | undefined {
  const start = /^(?:[ \t\n]|\r\n)*/.exec(text)?.[0].length ?? 0;
  const doc = parseJsonIn(text.slice(start));
  if (doc === undefined) return undefined;
  const walk = new Walk(text, limits);
  return walk.json(doc, start, start, start) === undefined ? undefined : walk.finish();
}

/** The documents of a stream, each with the `---` that begins it: the marker is one wherever it stands. */
function documentsOf(text: string): string[] {
  const starts = [...text.matchAll(/(?<=^|\n)---(?=[ \t\r\n]|$)/g)].map(({ index }) => index);
  const [first = 0] = starts;
  const hasHead = /^[ \t]*[^\s#]/m.test(text.slice(0, first));
  const bounds = [0, ...(hasHead ? starts : starts.slice(1)), text.length];
  return bounds.slice(1).map((end, i) => text.slice(bounds[i], end));
}

/** Undefined where it cannot be cut, or a piece is not right: the whole document says why. */
export function readPieces(text: string, limits: M.Limits, size: number): M.Mirror | undefined {
  const walk = new Walk(text, limits);
  try {
    new Pieces(text, walk, parsePiece, { size, most: WHOLE }).read();
  } catch (thrown) {
    if (thrown instanceof Uncut || thrown instanceof M.Unmirrored) return undefined;
    throw thrown;
  }
  return walk.finish();
}

function parsePiece(source: string): ParsedNode | undefined {
  const { document, isOnly } = parseFirst(source);
  const { errors, contents } = document;
  return !isOnly || errors.length > 0 || contents === null ? undefined : (contents as ParsedNode);
}

/** The document as the parser reads it at once. */
export function readWhole(text: string, limits: M.Limits): M.Mirror {
  const { document, isOnly } = parseFirst(text);
  const [error] = document.errors;
  if (error !== undefined) throw new M.Unmirrored(`it is no YAML: ${error.code} at ${error.pos[0]}`);
  if (!isOnly) throw new M.Unmirrored('it holds several documents');
  const { contents } = document;
  if (contents === null || (loadYaml().isScalar(contents) && isEmpty(contents as Scalar.Parsed))) {
    throw new M.Unmirrored('it holds nothing');
  }
  const walk = new Walk(text, limits);
  let at = walk.skip(0);
  if (/^---(?=\s|$)/.test(text.slice(at, at + 4))) at += 3;
  let end = walk.skip(walk.value(contents, at, at));
  if (text.startsWith('...', end)) end = walk.skip(end + 3);
  if (end < text.length) throw new M.Unmirrored('something stands behind its end');
  return walk.finish();
}

/** Is it a stream of documents without errors, with no name twice in a map and no alias without its anchor? Undefined where that is too dear to tell. */
export function isYaml(text: string): boolean | undefined {
  try {
    if (text.length <= PIECE || /^%/m.test(text)) return isFine(text);
    const found = documentsOf(text).map((one) => (one.length > PIECE && isCut(one)) || isFine(one));
    return found.includes(false) ? false : found.every((each) => each === true) || undefined;
  } catch (thrown) {
    // Nested too deeply to be looked through.
    if (thrown instanceof RangeError) return false;
    throw thrown;
  }
}

function isFine(text: string): boolean | undefined {
  return text.length > WHOLE ? undefined : isStream(text);
}

/** One document without errors that can be read in pieces, with nothing in it that a mirror does not look into. */
function isCut(text: string): boolean {
  try {
    const limits = { depth: Number.POSITIVE_INFINITY, places: false };
    return (readJson(text, limits) ?? readPieces(text, limits, PIECE))?.hasOpaque === false;
  } catch (thrown) {
    if (thrown instanceof M.Unmirrored) return false;
    throw thrown;
  }
}

/** Whether lines of the sides may have given an alias another anchor of its name. */
export function mayRebindAliases(result: string, sides: readonly string[]): boolean {
  if (result.length > WHOLE || !result.includes('&')) return false;
  try {
    const read = (text: string): ReturnType<typeof aliasesIn> =>
      aliasesIn(text.length > WHOLE ? [] : parseStream(text));
    return mayRebind(read(result), sides.map(read));
  } catch (thrown) {
    if (thrown instanceof RangeError) return false;
    throw thrown;
  }
}

function isStream(text: string): boolean {
  const { visit } = loadYaml();
  const documents = parseStream(text);
  let isFine = true;
  for (const document of documents) {
    if (document.errors.length > 0) return false;
    visit(document, {
      Map(_, { items }) {
        // `200` and `"200"` are two names in YAML and one for most who read it.
        const names = new Set(items.map(({ key }) => (loadYaml().isScalar(key) ? `${key.value}` : key)));
        if (names.size < items.length) isFine = false;
      },
    });
  }
  return isFine && !(text.includes('*') && aliasesIn(documents).isLost);
}
