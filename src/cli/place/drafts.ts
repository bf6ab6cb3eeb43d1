// Drafts: work that could not be saved as a version, kept as a file so that it is never lost.
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { ownFolder, writeNew } from './files.ts';

const UNWRITABLE: readonly unknown[] = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST'];

/** The folder for drafts: in the state folder, or among the temporary files for a store that has none. */
export async function draftFolder(state: string | undefined): Promise<string> {
  const user = os.userInfo().uid;
  return ownFolder(state === undefined ? path.join(os.tmpdir(), `entente-drafts-${user}`) : path.join(state, 'drafts'));
}

/**
 * Writes the bytes to a new file named after the resource, e.g. `plan.proposed.1f2e.md`; answers its path. Where the
 * state folder cannot be written it is a temporary file: work is not lost because the store is read-only.
 */
export async function saveDraft(
  state: string | undefined,
  resource: string,
  label: string,
  bytes: Uint8Array | string,
): Promise<string> {
  try {
    return await writeDraft(await draftFolder(state), resource, label, bytes);
  } catch (error) {
    if (state === undefined || !UNWRITABLE.includes((error as NodeJS.ErrnoException).code)) throw error;
    return writeDraft(await draftFolder(undefined), resource, label, bytes);
  }
}

async function writeDraft(
  folder: string,
  resource: string,
  label: string,
  bytes: Uint8Array | string,
): Promise<string> {
  const { name, ext } = path.parse(path.basename(resource));
  const safe = name.replace(/[^\p{L}\p{N}._-]/gu, '_').slice(0, 60) || 'draft';
  const file = path.join(folder, `${safe}.${label}.${randomBytes(4).toString('hex')}${ext.slice(0, 20)}`);
  await writeNew(file, bytes, 0o600);
  return file;
}

export async function listDrafts(state: string | undefined): Promise<readonly string[]> {
  if (state === undefined) return [];
  const folder = path.join(state, 'drafts');
  try {
    return (await readdir(folder)).sort().map((name) => path.join(folder, name));
  } catch {
    return [];
  }
}
