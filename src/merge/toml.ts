// The TOML engine: merged by structure, spliced into current's text with its comments and formatting; by lines where a
// change has no safe place.
import type { Context } from './json/context.ts';
import * as T from './json/tape.ts';
import { type Format, mergeMirrored, readMirror } from './mirror/engine.ts';
import { printToml } from './toml/print.ts';
import { isToml, readToml } from './toml/read.ts';
import type { Engine, MergeInput, MergeResult } from './types.ts';

export const tomlFormat: Format = {
  name: 'toml',
  read: readToml,
  isReadable: isToml,
  readValue(text) {
    const mirror = readMirror(tomlFormat, Buffer.from(`value = ${text.trim()}\n`), {});
    if (typeof mirror === 'string' || mirror.hasOpaque) return undefined;
    const [value, ...more] = T.childrenOf(mirror.doc, T.ROOT);
    return value === undefined || more.length > 0 ? undefined : T.valueText(mirror.doc, value);
  },
  print: printToml,
};

/** Merges TOML documents. Never throws on data. Options: those of the JSON engine for values, of the text engine for lines. */
export const mergeToml: Engine = (input: MergeInput): MergeResult => {
  const settled: Context['settled'] = { decisions: new Map(), taken: new Set() };
  return mergeMirrored(tomlFormat, input, settled);
};
