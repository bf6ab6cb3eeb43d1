// A log of one JSON record a line, read as the JSON array of its records.
import { DEFAULT_DEPTH, isParseFailure, parseJson } from './json/parse.ts';
import * as T from './json/tape.ts';
import { hasBom } from './mirror/encoding.ts';

export const LF = 10;
const CR = 13;

/** The records of a side as one JSON array with a record a line, and blanks behind it; undefined where a line is not one record. */
export function readArray(side: Uint8Array, blanks = 0): Buffer | undefined {
  const bytes = Buffer.from(side.buffer, side.byteOffset, side.length);
  let lines = 1;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines += 1;
  // A comma beside each newline, and brackets.
  const array = Buffer.allocUnsafe(bytes.length + lines + 2 + blanks);
  let length = array.write('[', 0);
  for (let at = hasBom(bytes) ? 3 : 0; at < bytes.length; ) {
    const newline = bytes.indexOf(LF, at);
    const next = newline < 0 ? bytes.length : newline;
    const end = next > at && bytes[next - 1] === CR ? next - 1 : next;
    if (!isRecord(bytes.subarray(at, end))) return undefined;
    if (length > 1) length += array.write(',\n', length);
    length += bytes.copy(array, length, at, end);
    at = next + 1;
  }
  length += array.write(']'.padEnd(blanks + 1), length);
  return array.subarray(0, length);
}

/** One value, and nothing around it. */
function isRecord(line: Uint8Array): boolean {
  const doc = parseJson(line, { depth: DEFAULT_DEPTH - 1, expect: 16 });
  return !isParseFailure(doc) && T.startOf(doc, T.ROOT) === 0 && T.endOf(doc, T.ROOT) === line.length;
}
