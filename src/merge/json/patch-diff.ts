// The way from one document to another as a JSON Patch (RFC 6902): applied to the first, it gives the second in value.
import type { JsonPatchOperation } from '../../core/change.ts';
import { EntenteError } from '../../core/errors.ts';
import { endless } from '../watch.ts';
import { printCompact } from './compact.ts';
import { equalValues } from './equal.ts';
import { jsonText } from './json-text.ts';
import { canonicalNumber } from './number.ts';
import { isParseFailure, parseJson } from './parse.ts';
import { appendSegment } from './pointer.ts';
import { diffSequence, internLists } from './sequence.ts';
import * as T from './tape.ts';

/**
 * The operations that make `merged` out of `current`. Values that JavaScript cannot hold exactly (9007199254740993,
 * 1e400) are `JsonText`, which `applyJsonPatch` takes as it is. Throws `misuse` if a side is no JSON.
 */
export function diffAsPatch(
  current: Uint8Array,
  merged: Uint8Array,
  options: { readonly format?: 'json' | 'jsonc' } = {},
): JsonPatchOperation[] {
  const jsonc = options.format === 'jsonc';
  const walk: Walk = { a: read(current, jsonc), b: read(merged, jsonc), operations: [], pairs: [] };
  walk.pairs.push({ x: T.ROOT, y: T.ROOT, pointer: '' });
  for (let pair = walk.pairs.pop(); pair !== undefined; pair = walk.pairs.pop()) diffPair(walk, pair);
  return walk.operations;
}

interface Pair {
  readonly x: number;
  readonly y: number;
  /** Where the pair is once all operations before it are done. */
  readonly pointer: string;
}

interface Walk {
  readonly a: T.Doc;
  readonly b: T.Doc;
  readonly operations: JsonPatchOperation[];
  readonly pairs: Pair[];
}

function read(bytes: Uint8Array, jsonc: boolean): T.Doc {
  const doc = parseJson(bytes, { jsonc });
  if (!isParseFailure(doc)) return doc;
  throw new EntenteError('misuse', `A patch can only be had between two JSON documents: ${doc.message}.`, {
    next: 'Take the contents as they are.',
  });
}

function diffPair(walk: Walk, pair: Pair): void {
  const { a, b, operations } = walk;
  const { x, y, pointer } = pair;
  if (equalValues(a, x, b, y)) return;
  const kind = T.kindOf(a, x);
  if (kind !== T.kindOf(b, y) || kind > T.ARRAY)
    operations.push({ op: 'replace', path: pointer, value: valueAt(b, y) });
  else if (kind === T.OBJECT) diffObjects(walk, pair);
  else diffArrays(walk, pair);
}

function diffObjects({ a, b, operations, pairs }: Walk, { x, y, pointer }: Pair): void {
  const before = T.membersOf(a, x);
  const after = T.membersOf(b, y);
  for (const [name, node] of before) {
    const path = appendSegment(pointer, name);
    const other = after.get(name);
    if (other === undefined) operations.push({ op: 'remove', path });
    else if (!equalValues(a, node, b, other)) pairs.push({ x: node, y: other, pointer: path });
  }
  for (const [name, node] of after) {
    if (!before.has(name)) operations.push({ op: 'add', path: appendSegment(pointer, name), value: valueAt(b, node) });
  }
}

function diffArrays({ a, b, operations, pairs }: Walk, { x, y, pointer }: Pair): void {
  const before = T.childrenOf(a, x);
  const after = T.childrenOf(b, y);
  const [ids = [], others = []] = internLists(
    [
      { doc: a, nodes: before },
      { doc: b, nodes: after },
    ],
    endless,
    Number.POSITIVE_INFINITY,
  );
  const hunks = diffSequence(Int32Array.from(ids), Int32Array.from(others), endless);
  // From the last change to the first, so that indices in front of it stay as they are.
  for (const { aStart, aEnd, bStart, bEnd } of hunks.toReversed()) {
    const paired = Math.min(aEnd - aStart, bEnd - bStart);
    for (let i = aStart + paired; i < aEnd; i++)
      operations.push({ op: 'remove', path: `${pointer}/${aStart + paired}` });
    for (let i = paired; bStart + i < bEnd; i++) {
      operations.push({ op: 'add', path: `${pointer}/${aStart + i}`, value: valueAt(b, after[bStart + i] as number) });
    }
    for (let i = 0; i < paired; i++) {
      pairs.push({
        x: before[aStart + i] as number,
        y: after[bStart + i] as number,
        pointer: `${pointer}/${bStart + i}`,
      });
    }
  }
}

/** The value as JavaScript has it, or its text where a double would change a number. */
function valueAt(doc: T.Doc, node: number): unknown {
  const text = printCompact(doc, node);
  const end = T.nextOf(doc, node);
  for (let at = node; at < end; at += T.RECORD) {
    if (T.kindOf(doc, at) !== T.NUMBER) continue;
    const number = T.valueText(doc, at);
    if (canonicalNumber(number) !== canonicalNumber(String(Number(number)))) return jsonText(text);
  }
  return JSON.parse(text);
}
