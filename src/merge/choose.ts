// Which engine a merge goes to: what the caller says, else the path, else the media type, else what the sides look like.
// A policy speaks through the caller: the engine that a rule names is what the controller passes as the option.
import { grammarOf, languageAt, titleOf } from './code/languages.ts';
import { lockFileAt } from './lock-files.ts';
import { looksLikeJson } from './sniff.ts';
import type { MergeInput } from './types.ts';

/** An engine, and what it was chosen by. */
export interface EngineChoice {
  readonly engine: string;
  /** `policy`: a rule names it (told by the controller). `default`: nothing speaks for an engine, so it is text. */
  readonly by: 'option' | 'policy' | 'path' | 'media-type' | 'content' | 'default';
  /** In words, for people. */
  readonly why: string;
}

/** Whole file names that say more than their ending does. */
const byName: ReadonlyMap<string, string> = new Map([['package.json', 'package-json']]);

const byExtension: ReadonlyMap<string, string> = new Map([
  ['.json', 'json'],
  ['.jsonc', 'json'],
  ['.ipynb', 'notebook'],
  ['.md', 'markdown'],
  ['.markdown', 'markdown'],
  ['.yaml', 'yaml'],
  ['.yml', 'yaml'],
  ['.toml', 'toml'],
  ['.ndjson', 'ndjson'],
  ['.jsonl', 'ndjson'],
]);

const byMediaType: ReadonlyMap<string, string> = new Map([
  ['application/json', 'json'],
  ['text/json', 'json'],
  ['application/x-ipynb+json', 'notebook'],
  ['text/markdown', 'markdown'],
  ['application/yaml', 'yaml'],
  ['application/x-yaml', 'yaml'],
  ['text/yaml', 'yaml'],
  ['text/x-yaml', 'yaml'],
  ['application/toml', 'toml'],
  ['application/x-ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['application/x-jsonlines', 'ndjson'],
]);

/** The engine, and why; `auto` counts as nothing said. The contents are looked at last, and only where nothing else tells. */
export function chooseEngine(input: MergeInput): EngineChoice {
  const { path, mediaType, options } = input;
  if (options?.engine !== undefined && options.engine !== 'auto') {
    return { engine: options.engine, by: 'option', why: 'the caller named it' };
  }
  const declared = chooseByPath(path) ?? chooseByMediaType(mediaType);
  if (declared !== undefined) return declared;
  const isUndeclared = mediaType === undefined && extensionOf(path ?? '') === '';
  if (isUndeclared && looksLikeJson(input)) {
    return { engine: 'json', by: 'content', why: 'no path and no media type tells, and every side is a JSON document' };
  }
  return { engine: 'text', by: 'default', why: whyText(path) };
}

function whyText(path: string | undefined): string {
  const language = grammarOf(languageAt(path));
  if (language === undefined) return 'neither path nor media type nor content speaks for another engine';
  return `${titleOf(language)} is merged by lines, and the result is parsed again`;
}

/** What a path alone says. */
function chooseByPath(path: string | undefined): EngineChoice | undefined {
  const name = nameOf(path ?? '');
  if (lockFileAt(name) !== undefined) return { engine: 'lock', by: 'path', why: `${name} is a lock file` };
  const named = byName.get(name);
  if (named !== undefined) return { engine: named, by: 'path', why: `the file name ${name}` };
  const extension = extensionOf(name);
  const found = byExtension.get(extension);
  return found === undefined ? undefined : { engine: found, by: 'path', why: `the ending ${extension}` };
}

/** By type; the `+json` types of RFC 6839 are JSON; parameters do not matter. */
function chooseByMediaType(mediaType: string | undefined): EngineChoice | undefined {
  const type = (mediaType?.split(';')[0] ?? '').trim().toLowerCase();
  const engine = byMediaType.get(type) ?? (type.endsWith('+json') ? 'json' : undefined);
  return engine === undefined ? undefined : { engine, by: 'media-type', why: `the media type ${type}` };
}

/** True for a path whose documents may hold comments and trailing commas. */
export function isCommentedJson(path: string | undefined): boolean {
  return extensionOf(path ?? '') === '.jsonc';
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function extensionOf(path: string): string {
  const name = nameOf(path);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot).toLowerCase() : '';
}
