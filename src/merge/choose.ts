// Which engine a merge goes to: what the caller says, else the path's ending, else the media type, else text.
import type { MergeInput } from './types.ts';

const byExtension: ReadonlyMap<string, string> = new Map([
  ['.json', 'json'],
  ['.jsonc', 'json'],
]);

/** The name of an engine; `auto` counts as nothing said. */
export function chooseEngine({ path, mediaType, options }: MergeInput): string {
  if (options?.engine !== undefined && options.engine !== 'auto') return options.engine;
  const found = byExtension.get(extensionOf(path ?? ''));
  if (found !== undefined) return found;
  return isJsonType(mediaType ?? '') ? 'json' : 'text';
}

/** True for a path whose documents may hold comments and trailing commas. */
export function isCommentedJson(path: string | undefined): boolean {
  return extensionOf(path ?? '') === '.jsonc';
}

function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot).toLowerCase() : '';
}

/** `application/json` and the `+json` types of RFC 6839; parameters do not matter. */
function isJsonType(mediaType: string): boolean {
  const type = (mediaType.split(';')[0] ?? '').trim().toLowerCase();
  return type === 'application/json' || type === 'text/json' || type.endsWith('+json');
}
