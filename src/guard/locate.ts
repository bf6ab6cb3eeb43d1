// From a path as a host names it to the id of a file that is guarded.
import { idIn } from './disk/folder.ts';
import { canonicalId, isCanonical } from './disk/names.ts';
import { isReserved } from './disk/reserved.ts';
import type { Ground } from './ground.ts';

async function insideOf(ground: Ground, given: string): Promise<string | undefined> {
  return given === '' || given.includes('\0') ? undefined : idIn(ground.folder.root, given);
}

/** Undefined for what lies outside, is left alone, or has a name that no id may have. */
export async function locate(ground: Ground, given: string): Promise<string | undefined> {
  const inside = await insideOf(ground, given);
  const id = inside === undefined ? undefined : canonicalId(inside);
  if (id === undefined) return undefined;
  return (await ground.ignored.among([id])).has(id) ? undefined : id;
}

/** The path below the root of a file that would be guarded, if its name were an id. */
export async function unfitName(ground: Ground, given: string): Promise<string | undefined> {
  const inside = await insideOf(ground, given);
  if (inside === undefined || isReserved(inside) || isCanonical(inside)) return undefined;
  return (await ground.ignored.among([inside])).has(inside) ? undefined : inside;
}
