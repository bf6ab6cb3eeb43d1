// Names of files: which are ids as they stand, and which are one name where letter case does not count. Loaded by the fast
// path too.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { isEntenteError } from '../../core/errors.ts';
import { parseResourceId } from '../../core/resource.ts';
import { isReserved } from './reserved.ts';

/** The canonical id, or undefined where it has none: two names of one id are never two tokens for one file. */
export function canonicalId(id: string): string | undefined {
  return isReserved(id) || !isCanonical(id) ? undefined : id;
}

/** Whether a name is an id as it stands: composed (NFC), without a backslash and without control characters. */
export function isCanonical(id: string): boolean {
  try {
    return parseResourceId(id) === id;
  } catch (error) {
    if (isEntenteError(error)) return false;
    throw error;
  }
}

/** As file systems fold names that do not tell letter case apart. */
export function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** A file or folder that is there and differs from a part of a new name in letter case alone, as a path. */
export function twinOf(root: string, id: string): string | undefined {
  const segments = id.split('/');
  for (let at = 0; at < segments.length; at += 1) {
    const inside = segments.slice(0, at);
    const segment = segments[at] ?? '';
    let names: readonly string[];
    try {
      names = fs.readdirSync(path.join(root, ...inside));
    } catch {
      return undefined;
    }
    if (names.includes(segment)) continue;
    const folded = foldName(segment);
    const twin = names.find((name) => foldName(name) === folded);
    return twin === undefined ? undefined : [...inside, twin].join('/');
  }
  return undefined;
}
