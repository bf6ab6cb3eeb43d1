// What stands at the places that a receipt names: the source text of lines, and of the values at pointers, in every
// format whose receipts have pointers.
import type { Receipt } from '../core/receipt.ts';
import { isParseFailure, parseJson } from './json/parse.ts';
import { parseIndex, parsePointer } from './json/pointer.ts';
import * as T from './json/tape.ts';
import { bytesOfLines, splitLines } from './lines.ts';
import { frontMatterLines } from './markdown/front-matter.ts';
import { readMirror } from './mirror/engine.ts';
import { endOf, type Mirror, startOf } from './mirror/mirror.ts';
import { readArray } from './record-array.ts';
import { tomlFormat } from './toml.ts';
import { yamlFormat } from './yaml.ts';

export interface Located {
  readonly text: Uint8Array;
  /** Where it begins, for putting places into the order of the document. */
  readonly start: number;
}

export interface Locator {
  /** 0-based and half-open. */
  readonly lines: (range: readonly [number, number]) => Located;
  /** RFC 6901; undefined where there is no such place, or the document cannot be read. */
  readonly pointer: (pointer: string) => Located | undefined;
}

/** Looks into one version of a document that was merged into `result`. */
export function createLocator({ engine, entries }: Receipt, content: Uint8Array, result: Uint8Array): Locator {
  if (FRONTED.includes(engine) && entries.some(({ pointer }) => pointer !== undefined)) {
    return frontedLocator(content, result);
  }
  return plainLocator(engine, content);
}

/** Engines that may merge the front matter of a text by structure. */
const FRONTED = ['markdown', 'changelog'];

/** Pointers lead into the front matter; lines are counted as if the text had that of the result. */
function frontedLocator(content: Uint8Array, result: Uint8Array): Locator {
  const [own, written] = [splitLines(content), splitLines(result)];
  const [ownFront, writtenFront] = [frontMatterLines(own), frontMatterLines(written)];
  const body = bytesOfLines(own, ownFront, own.count);
  const { lines } = plainLocator('text', Buffer.concat([bytesOfLines(written, 0, writtenFront), body]));
  const { pointer } = plainLocator('yaml', bytesOfLines(own, 1, Math.max(1, ownFront - 1)));
  return { lines, pointer };
}

function plainLocator(engine: string, content: Uint8Array): Locator {
  const lines = splitLines(content);
  let places: ((pointer: string) => Located | undefined) | undefined;
  return {
    lines: ([from, to]) => ({ text: bytesOfLines(lines, from, to), start: from }),
    pointer: (pointer) => {
      places ??= placesOf(engine, content);
      return places(pointer);
    },
  };
}

const mirrored = new Map([yamlFormat, tomlFormat].map((format) => [format.name, format]));

function placesOf(engine: string, content: Uint8Array): (pointer: string) => Located | undefined {
  const format = mirrored.get(engine);
  const mirror = format === undefined ? undefined : readMirror(format, content, {});
  // Records are the elements of an array; JSON with comments holds all that JSON does.
  const json = engine === 'ndjson' ? readArray(content) : content;
  const doc = format !== undefined ? docOf(mirror) : json === undefined ? undefined : parseJson(json, { jsonc: true });
  if (doc === undefined || isParseFailure(doc)) return () => undefined;
  const find = createFinder(doc);
  return (pointer) => {
    const node = find(pointer);
    if (node === undefined) return undefined;
    if (typeof mirror !== 'object') return { text: T.valueBytes(doc, node), start: T.startOf(doc, node) };
    const start = startOf(mirror, node);
    return { text: new TextEncoder().encode(mirror.text.slice(start, endOf(mirror, node))), start };
  };
}

function docOf(mirror: Mirror | string | undefined): T.Doc | undefined {
  return typeof mirror === 'object' ? mirror.doc : undefined;
}

/** Nodes by pointer; each container is opened once. */
function createFinder(doc: T.Doc): (pointer: string) => number | undefined {
  const members = new Map<number, ReadonlyMap<string, number>>();
  const elements = new Map<number, readonly number[]>();
  const childOf = (node: number, segment: string): number | undefined => {
    if (T.kindOf(doc, node) === T.OBJECT) {
      const opened = members.get(node) ?? T.membersOf(doc, node);
      members.set(node, opened);
      return opened.get(segment);
    }
    if (T.kindOf(doc, node) !== T.ARRAY) return undefined;
    const opened = elements.get(node) ?? T.childrenOf(doc, node);
    elements.set(node, opened);
    return opened[parseIndex(segment) ?? -1];
  };
  return (pointer) => {
    let node: number | undefined = T.ROOT;
    for (const segment of parsePointer(pointer) ?? []) {
      if (node === undefined) return undefined;
      node = childOf(node, segment);
    }
    return node;
  };
}
