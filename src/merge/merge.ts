// The front door of the merge engines: picks one, and takes strings as well as bytes.
import { EntenteError } from '../core/errors.ts';
import { mergeAppend } from './append.ts';
import { checkInput } from './check-input.ts';
import { chooseEngine } from './choose.ts';
import { finishSource } from './code/finish.ts';
import { inputOf, type MergeContents } from './contents.ts';
import { mergeJson } from './json.ts';
import { mergeLock } from './lock.ts';
import { mergeChangelog, mergeMarkdown } from './markdown/markdown.ts';
import { mergeNdjson } from './ndjson.ts';
import { mergeNotebook } from './profiles/notebook.ts';
import { mergePackageJson } from './profiles/package-json.ts';
import { mergeText } from './text.ts';
import { mergeToml } from './toml.ts';
import type { Engine, MergeResult } from './types.ts';
import { mergeTrivially } from './whole.ts';
import { mergeYaml } from './yaml.ts';

const engines: ReadonlyMap<string, Engine> = new Map([
  ['text', mergeText],
  ['append', mergeAppend],
  ['json', mergeJson],
  ['package-json', mergePackageJson],
  ['notebook', mergeNotebook],
  ['lock', mergeLock],
  ['yaml', mergeYaml],
  ['toml', mergeToml],
  ['ndjson', mergeNdjson],
  ['markdown', mergeMarkdown],
  ['changelog', mergeChangelog],
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
  return mergeTrivially(input, name) ?? finishSource(input, engine(input));
}
