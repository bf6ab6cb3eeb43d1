// The front door of the merge engines: picks one, and takes strings as well as bytes.
import { EntenteError } from '../core/errors.ts';
import { bytesOf } from '../core/hash.ts';
import { mergeAppend } from './append.ts';
import { checkInput } from './check-input.ts';
import { chooseEngine, isCommentedJson } from './choose.ts';
import { mergeJson } from './json.ts';
import { mergeLock } from './lock.ts';
import { mergeNotebook } from './profiles/notebook.ts';
import { mergePackageJson } from './profiles/package-json.ts';
import { mergeText } from './text.ts';
import type { Engine, MergeInput, MergeOptions, MergeResult, MergeSide } from './types.ts';
import { mergeTrivially } from './whole.ts';

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

const engines: ReadonlyMap<string, Engine> = new Map([
  ['text', mergeText],
  ['append', mergeAppend],
  ['json', mergeJson],
  ['package-json', mergePackageJson],
  ['notebook', mergeNotebook],
  ['lock', mergeLock],
]);

/** The names that `options.engine` takes, beside `auto`. */
export const engineNames: readonly string[] = [...engines.keys()];

/** The engine of that name. Throws `misuse` when there is none. */
export function engineNamed(name: string): Engine {
  const engine = engines.get(name);
  if (engine !== undefined) return engine;
  throw new EntenteError('misuse', `There is no merge engine ${JSON.stringify(name)}.`, {
    next: `Use one of ${['auto', ...engineNames].join(', ')}.`,
  });
}

/**
 * Merges three versions of one value. Pure and synchronous; never throws on data: what cannot be merged is a conflict,
 * what cannot be read an error result. Throws `misuse` for what a caller cannot have meant: an engine or an option that
 * does not exist, a value that an option does not take, a side that is neither string nor bytes nor null.
 */
export function mergeContents(contents: MergeContents): MergeResult {
  checkInput(contents);
  const input = inputOf(contents);
  const { engine: name } = chooseEngine(input);
  const engine = engineNamed(name);
  return mergeTrivially(input, name) ?? engine(input);
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
