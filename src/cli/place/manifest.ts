// What `import` and `export` last saw of each file, so that a change on disk is judged from the version that it was made
// on. Without it a second import of an old folder would write over everybody's work. Losing it is safe: a file without
// an entry has no base, so at worst equal paths with other bytes become conflicts.
import { createHash } from 'node:crypto';
import * as path from 'node:path';
import type { Token } from '../../core/token.ts';
import type { Head } from '../../core/version.ts';
import { ownFolder, readOwn, replaceFile } from './files.ts';

/** The base of a file's next change: a version that was read or written. */
export interface Base {
  readonly version: number;
  readonly revision: number;
  readonly hash: string;
  readonly born: number;
}

export interface Entry {
  /** The hash of the file when it was last in step. */
  readonly disk: string;
  readonly base: Base;
}

export const NO_BASE: Base = { version: 0, revision: 0, hash: '', born: 0 };

export interface Manifest {
  get(resource: string): Entry | undefined;
  set(resource: string, entry: Entry): void;
  save(): Promise<void>;
}

export function baseOf({ version, revision, hash, born }: Head | Token): Base {
  return { version, revision, hash, born };
}

function readEntry(value: unknown): Entry | undefined {
  if (!Array.isArray(value) || value.length !== 5) return undefined;
  const [disk, version, revision, hash, born] = value as unknown[];
  if (typeof disk !== 'string' || typeof hash !== 'string') return undefined;
  if (![version, revision, born].every((number) => Number.isSafeInteger(number))) return undefined;
  return { disk, base: { version: Number(version), revision: Number(revision), hash, born: Number(born) } };
}

async function readEntries(file: string, epoch: string): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  const bytes = await readOwn(file);
  if (bytes === undefined) return entries;
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as { epoch?: unknown; files?: unknown };
    // Versions of another history are no bases here.
    if (value.epoch !== epoch || typeof value.files !== 'object' || value.files === null) return entries;
    for (const [resource, raw] of Object.entries(value.files)) {
      const entry = readEntry(raw);
      if (entry !== undefined) entries.set(resource, entry);
    }
  } catch {
    entries.clear();
  }
  return entries;
}

/** The manifest of a folder; one that is kept in memory only where the store has no place on disk. */
export async function openManifest(
  state: string | undefined,
  key: { readonly space: string; readonly root: string; readonly prefix: string; readonly epoch: string },
): Promise<Manifest> {
  const { space, root, prefix, epoch } = key;
  const name = createHash('sha256').update([space, root, prefix].join('\0')).digest('hex').slice(0, 32);
  const file = state === undefined ? undefined : path.join(state, 'sync', `${name}.json`);
  const entries = file === undefined ? new Map<string, Entry>() : await readEntries(file, epoch);
  let changed = false;
  return {
    get: (resource) => entries.get(resource),
    set: (resource, entry) => {
      entries.set(resource, entry);
      changed = true;
    },
    save: async () => {
      if (file === undefined || !changed) return;
      changed = false;
      const files = Object.fromEntries(
        [...entries].map(([id, { disk, base }]) => [id, [disk, base.version, base.revision, base.hash, base.born]]),
      );
      await ownFolder(path.dirname(file));
      await replaceFile(path.dirname(file), path.basename(file), JSON.stringify({ space, root, prefix, epoch, files }));
    },
  };
}
