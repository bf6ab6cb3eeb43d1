// The YAML engine: merged by structure, spliced into current's text with its comments and formatting; by lines where
// something is touched that only YAML has.
import type { Context } from './json/context.ts';
import { type Format, mergeMirrored, readMirror } from './mirror/engine.ts';
import type { Engine, MergeInput, MergeResult } from './types.ts';
import { printYaml } from './yaml/print.ts';
import { isYaml, mayRebindAliases, readYaml } from './yaml/read.ts';

export const yamlFormat: Format = {
  name: 'yaml',
  read: readYaml,
  isReadable: isYaml,
  mayRebind: mayRebindAliases,
  readValue(text) {
    const mirror = readMirror(yamlFormat, Buffer.from(text), {});
    return typeof mirror === 'string' || mirror.hasOpaque ? undefined : mirror.doc.bytes.toString();
  },
  print: printYaml,
};

/** Merges YAML documents. Never throws on data. Options: those of the JSON engine for values, of the text engine for lines. */
export const mergeYaml: Engine = (input: MergeInput): MergeResult => {
  const settled: Context['settled'] = { decisions: new Map(), taken: new Set() };
  return mergeMirrored(yamlFormat, input, settled);
};
