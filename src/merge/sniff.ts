// What contents look like, where nobody said what they are. Conservative on purpose: a text that is taken for JSON by
// mistake would be refused as soon as a side is none, so that all sides must be whole documents.
import { isParseFailure, parseJson } from './json/parse.ts';
import * as T from './json/tape.ts';
import type { MergeInput, MergeSide } from './types.ts';

/** True if each side that is there is an object or an array in strict JSON, and current and proposed are there. */
export function looksLikeJson({ base, current, proposed, options }: MergeInput): boolean {
  const { bytes = Infinity, depth, nodes } = options?.budget ?? {};
  const sides = base === null ? [current, proposed] : [base, current, proposed];
  if (!sides.every((side) => isEnclosed(side) && side.length <= bytes)) return false;
  const limits = { ...(depth === undefined ? {} : { depth }), ...(nodes === undefined ? {} : { nodes }) };
  return sides.every((side) => {
    const doc = side === null ? undefined : parseJson(side, limits);
    return doc !== undefined && !isParseFailure(doc) && T.isContainer(doc, T.ROOT);
  });
}

const OPENING: readonly (number | undefined)[] = [0x7b, 0x5b];
const CLOSING: readonly (number | undefined)[] = [0x7d, 0x5d];

/** Cheap, and false for nearly every text: begins and ends with a bracket or brace. */
function isEnclosed(side: MergeSide): side is Uint8Array {
  if (side === null) return false;
  let first = 0;
  let last = side.length - 1;
  while (first < last && isBlank(side[first])) first += 1;
  while (last > first && isBlank(side[last])) last -= 1;
  return OPENING.includes(side[first]) && CLOSING.includes(side[last]);
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
