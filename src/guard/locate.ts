// From a path as a host names it to the id of a file that is guarded.
import { isEntenteError } from '../core/errors.ts';
import { parseResourceId } from '../core/resource.ts';
import { idIn } from './disk/folder.ts';
import { isReserved } from './disk/reserved.ts';
import type { Ground } from './ground.ts';

/** The canonical id, or undefined where it has none: two names of one id are never two tokens for one file. */
export function canonicalId(id: string): string | undefined {
  if (isReserved(id)) return undefined;
  try {
    return parseResourceId(id) === id ? id : undefined;
  } catch (error) {
    if (isEntenteError(error)) return undefined;
    throw error;
  }
}

/** Undefined for what lies outside, is left alone, or has a name that no id may have. */
export async function locate(ground: Ground, given: string): Promise<string | undefined> {
  if (given === '' || given.includes('\0')) return undefined;
  const inside = await idIn(ground.folder.root, given);
  const id = inside === undefined ? undefined : canonicalId(inside);
  if (id === undefined) return undefined;
  return (await ground.ignored.among([id])).has(id) ? undefined : id;
}
