// What callers of merges and of the checker pass, and the same as an engine takes it.
import { bytesOf } from '../core/hash.ts';
import { isCommentedJson } from './choose.ts';
import type { MergeInput, MergeOptions, MergeSide } from './types.ts';

/** What `mergeContents` takes: like an engine's input, a string standing for its UTF-8 bytes. */
export interface MergeContents {
  /** What both sides started from; null when there was nothing. */
  readonly base: Uint8Array | string | null;
  /** What is stored now; null when it is deleted or absent. */
  readonly current: Uint8Array | string | null;
  /** What comes in; null when it is a deletion. */
  readonly proposed: Uint8Array | string | null;
  readonly path?: string;
  readonly mediaType?: string;
  readonly options?: MergeOptions;
}

/** What an engine is given for these contents: sides as bytes, and what the path says of the format. */
export function inputOf(contents: MergeContents): MergeInput {
  const { base, current, proposed, ...rest } = contents;
  const sides = { base: toSide(base), current: toSide(current), proposed: toSide(proposed) };
  if (!isCommentedJson(rest.path) || rest.options?.format !== undefined) return { ...sides, ...rest };
  return { ...sides, ...rest, options: { ...rest.options, format: 'jsonc' } };
}

function toSide(content: Uint8Array | string | null): MergeSide {
  return content === null ? null : bytesOf(content);
}
