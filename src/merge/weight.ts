// What is small enough to be merged in a turn of the event loop. Bytes weigh differently: a parser that keeps comments
// and places takes a hundred times as long as a search through lines, and it cannot be stopped halfway.
import { chooseEngine } from './choose.ts';
import type { MergeInput } from './types.ts';

/** Bytes of the largest side for about 20 ms of merging, on a machine of 2020. */
const LIGHT = 256 * 1024;
const byEngine: ReadonlyMap<string, number> = new Map([
  ['yaml', 4 * 1024],
  ['toml', 4 * 1024],
  ['ndjson', 128 * 1024],
  ['changelog', 64 * 1024],
]);

/** Front matter is YAML. */
const FRONT = 4 * 1024;
const LINES = 5_000;
const LF = 10;

/** Whether a merge of it is short work for whoever waits for the event loop. */
export function isLight(input: MergeInput): boolean {
  const sides = [input.base, input.current, input.proposed].filter((side) => side !== null);
  if (sides.some((side) => side.length > LIGHT || hasManyLines(side))) return false;
  const { engine } = chooseEngine(input);
  const limit = byEngine.get(engine) ?? LIGHT;
  return sides.every((side) => side.length <= limit) && !(engine === 'markdown' && sides.some(hasLongFront));
}

/** Counts no further than it has to. */
function hasManyLines(side: Uint8Array): boolean {
  if (side.length <= LINES) return false;
  let lines = 0;
  for (let at = side.indexOf(LF); at >= 0; at = side.indexOf(LF, at + 1)) {
    lines += 1;
    if (lines > LINES) return true;
  }
  return false;
}

function hasLongFront(side: Uint8Array): boolean {
  const bytes = Buffer.from(side.buffer, side.byteOffset, side.byteLength);
  const at = bytes.indexOf('---') <= 3 ? bytes.indexOf('\n---', 3) : 0;
  return at > FRONT;
}
