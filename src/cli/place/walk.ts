// The files of a folder as resources. Links are counted, never followed; nothing outside the folder is read.
import { constants } from 'node:fs';
import { open, readdir, readlink, realpath } from 'node:fs/promises';
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';
import { parseResourceId, type ResourceId } from '../../core/resource.ts';
import type { Pattern } from '../../strategies/pattern.ts';
import { isIgnored } from './names.ts';

const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY } = constants;

export type Found =
  | { readonly kind: 'file'; readonly resource: ResourceId; readonly file: string; readonly name: string }
  | { readonly kind: 'link' | 'special' | 'ignored'; readonly name: string }
  | { readonly kind: 'refused'; readonly name: string; readonly error: EntenteError };

export interface WalkOptions {
  readonly prefix: string;
  readonly exclude: readonly Pattern[];
}

/** Every entry below `root`, in the order of names. */
export async function* walk(root: string, options: WalkOptions): AsyncGenerator<Found> {
  const seen = new Map<string, string>();
  yield* walkFolder(root, '', options, seen);
}

async function* walkFolder(
  root: string,
  inside: string,
  options: WalkOptions,
  seen: Map<string, string>,
): AsyncGenerator<Found> {
  const entries = await readdir(path.join(root, inside), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const name = inside === '' ? entry.name : `${inside}/${entry.name}`;
    if (isIgnored(entry.name) || options.exclude.some((pattern) => pattern.matches(name)))
      yield { kind: 'ignored', name };
    else if (entry.isSymbolicLink()) yield { kind: 'link', name };
    else if (entry.isDirectory()) yield* walkFolder(root, name, options, seen);
    else if (!entry.isFile()) yield { kind: 'special', name };
    else yield named(root, name, options.prefix, seen);
  }
}

/** A file under its canonical id; two names that are one id (NFC and NFD) are refused, never merged. */
function named(root: string, name: string, prefix: string, seen: Map<string, string>): Found {
  try {
    // What cannot be decoded cannot be opened again by its name either.
    if (name.includes('\ufffd'))
      throw new EntenteError('bad-id', 'The file name is no well-formed UTF-8.', { next: 'Rename the file.' });
    const resource = parseResourceId(prefix === '' ? name : `${prefix}/${name}`);
    const other = seen.get(resource);
    if (other !== undefined) {
      throw new EntenteError('id-collision', `${JSON.stringify(name)} and ${JSON.stringify(other)} are one id.`, {
        next: 'Rename one of the two files.',
      });
    }
    seen.set(resource, name);
    return { kind: 'file', resource, file: path.join(root, ...name.split('/')), name };
  } catch (error) {
    if (error instanceof EntenteError) return { kind: 'refused', name, error };
    throw error;
  }
}

/**
 * The bytes of a file that `walk` found. A link that took its place, or that of a folder above it, is refused: what was
 * opened must be what was meant.
 */
export async function readInside(file: string, limit: number): Promise<Uint8Array> {
  const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const { size } = await handle.stat();
    if (size > limit) {
      throw new EntenteError('too-large', `The file has ${size} bytes; ${limit} at most.`, {
        next: 'Leave it out: --exclude PATTERN',
      });
    }
    const real = process.platform === 'linux' ? await readlink(`/proc/self/fd/${handle.fd}`) : await realpath(file);
    if (real !== file) {
      throw new EntenteError('bad-id', 'A link took the place of a folder on the way to this file.', {
        next: 'Run the import again.',
      });
    }
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
