// The line between text and what no text engine should touch.
import type { MergeSide } from './types.ts';

const LOOK = 8_000;

/** A NUL among the first 8,000 bytes means that a merge by lines would be a guess. */
export function isBinary(side: MergeSide): boolean {
  return side?.subarray(0, LOOK).includes(0) ?? false;
}
