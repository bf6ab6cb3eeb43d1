// Puts a head on disk, where something else lies there.
import { hashOf } from '../core/hash.ts';
import type { Put } from './disk/folder.ts';
import type { Ground } from './ground.ts';
import type { Now } from './versions.ts';

/** Not done: the disk moved since it was looked at, so that whoever calls looks again. */
export async function putRight(
  ground: Ground,
  path: string,
  now: Now,
  disk: Uint8Array | undefined,
  executable: boolean = false,
): Promise<Put> {
  const hash = disk === undefined ? '' : hashOf(disk);
  if (hash === now.hash) return { done: true };
  if (now.hash === '') return disk === undefined ? { done: true } : ground.folder.remove(path, disk);
  if (now.content === undefined) return { done: true };
  return ground.folder.put(path, now.content, disk, executable);
}
