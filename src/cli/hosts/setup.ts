// Puts hosts' files in order and takes that away again. What was written is recorded in the home, with a copy of what was
// there before: a file that nobody touched since gets its old bytes back, and from any other one our entries go alone.
import { existsSync, readdirSync } from 'node:fs';
import { readFile, rm, rmdir } from 'node:fs/promises';
import * as path from 'node:path';
import { hashOf } from '../../core/hash.ts';
import { makeFolder, ownFolder, replaceFile } from '../place/files.ts';
import { putWorkFile } from '../place/working.ts';
import { withBlock, withoutBlock } from './block.ts';
import { addEntries, isBare, type JsonEntry, removeEntries } from './json-file.ts';
import { type HostFile, isOurHook } from './setups.ts';

export interface FileChange {
  /** From the root, with forward slashes. */
  readonly file: string;
  /** null: no file. */
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
  readonly made: readonly string[];
  readonly wanted: HostFile;
}

interface Kept {
  /** The name of the copy; null: there was no file. */
  readonly copy: string | null;
  /** What lay there when entente was done; '' where it was not entente alone that wrote since. */
  readonly after: string;
  readonly made: readonly string[];
  /** Folders that were made for it, the inner one last. */
  readonly folders: readonly string[];
  readonly wanted: HostFile;
}

type Records = { [root: string]: { [file: string]: Kept } };

const RECORDS = 'hosts.json';
const COPIES = 'backups';

async function readMaybe(file: string): Promise<Uint8Array | null> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
}

async function readRecords(home: string): Promise<Records> {
  const bytes = await readMaybe(path.join(home, RECORDS));
  return bytes === null ? {} : (JSON.parse(Buffer.from(bytes).toString('utf8')) as Records);
}

async function writeRecords(home: string, records: Records): Promise<void> {
  const kept = Object.fromEntries(Object.entries(records).filter(([, files]) => Object.keys(files).length > 0));
  if (Object.keys(kept).length === 0) await rm(path.join(home, RECORDS), { force: true });
  else await replaceFile(home, RECORDS, `${JSON.stringify(kept, null, 2)}\n`);
}

function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('utf8');
}

function hash(bytes: Uint8Array | null): string {
  return bytes === null ? 'none' : hashOf(bytes);
}

function added(
  wanted: HostFile,
  before: Uint8Array | null,
): { readonly bytes: Uint8Array | null; readonly made: readonly string[] } {
  if (wanted.kind === 'own') return { bytes: Buffer.from(wanted.text), made: [] };
  if (wanted.kind === 'json') {
    const { file, entries, first } = wanted;
    return addEntries(before, entries, { file, isOurs: isOurHook, ...(first === undefined ? {} : { first }) });
  }
  const now = text(before);
  // The same table, written by hand: no second one, which would make the file unreadable.
  const bare = now === null ? '' : withoutBlock(now, wanted.style);
  if (wanted.unless?.test(bare) === true) return { bytes: before, made: [] };
  return { bytes: Buffer.from(withBlock(now, wanted.lines, wanted.style)), made: [] };
}

/** What would be written: only files that change. Throws `misuse` for one that cannot be read. */
export async function planAdding(root: string, files: readonly HostFile[]): Promise<readonly FileChange[]> {
  const changes: FileChange[] = [];
  for (const wanted of files) {
    const before = await readMaybe(path.join(root, wanted.file));
    const { bytes: after, made } = added(wanted, before);
    if (hash(after) !== hash(before)) changes.push({ file: wanted.file, before, after, made, wanted });
  }
  return changes;
}

function removed(kept: Kept, now: Uint8Array): Uint8Array | null {
  const { wanted, made, copy } = kept;
  if (wanted.kind === 'own') return text(now)?.includes('entente') === true ? null : now;
  if (wanted.kind === 'block') {
    const rest = withoutBlock(text(now) ?? '', wanted.style);
    return rest === '' && copy === null ? null : Buffer.from(rest);
  }
  const { file, entries, first = {} } = wanted;
  const rest = removeEntries(now, entries, { file, isOurs: isOurHook, made });
  return copy === null && isBare(rest, file, first) ? null : rest;
}

/** What would be taken away, of all that is recorded for a root. */
export async function planRemoving(home: string, root: string): Promise<readonly FileChange[]> {
  const changes: FileChange[] = [];
  for (const [file, kept] of Object.entries((await readRecords(home))[root] ?? {})) {
    const before = await readMaybe(path.join(root, file));
    const { wanted } = kept;
    if (before === null) changes.push({ file, before, after: null, made: [], wanted });
    else if (hash(before) !== kept.after)
      changes.push({ file, before, after: removed(kept, before), made: [], wanted });
    else {
      const copy = kept.copy === null ? null : await readMaybe(path.join(home, COPIES, kept.copy));
      // A copy that is gone: entry by entry then.
      const after = kept.copy !== null && copy === null ? removed(kept, before) : copy;
      changes.push({ file, before, after, made: [], wanted });
    }
  }
  return changes;
}

function missingFolders(root: string, file: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = path.dirname(file); folder !== '.'; folder = path.dirname(folder)) {
    if (!existsSync(path.join(root, folder))) folders.unshift(folder);
  }
  return folders;
}

async function saveCopy(home: string, root: string, { file, before }: FileChange): Promise<string | null> {
  if (before === null) return null;
  const folder = await ownFolder(path.join(home, COPIES));
  const name = `${hashOf(`${root}\n${file}\n${hash(before)}`).slice(0, 12)}-${path.basename(file)}`;
  await replaceFile(folder, name, before);
  return name;
}

/** Entries of both lists, each once. */
function joined(old: HostFile, next: HostFile): HostFile {
  if (old.kind !== 'json' || next.kind !== 'json') return next;
  const seen = new Set(next.entries.map(({ at }) => at.join('\n')));
  const entries: readonly JsonEntry[] = [...next.entries, ...old.entries.filter(({ at }) => !seen.has(at.join('\n')))];
  return { ...next, entries };
}

async function keptOf(home: string, root: string, change: FileChange, old: Kept | undefined): Promise<Kept> {
  const { file, after, made, wanted, before } = change;
  if (old === undefined) {
    const copy = await saveCopy(home, root, change);
    return { copy, after: hash(after), made, folders: missingFolders(root, file), wanted };
  }
  // Others wrote since: their bytes are not in the first copy, which is kept all the same, and used no more.
  const isOurs = hash(before) === old.after;
  if (!isOurs) await saveCopy(home, root, change);
  return { ...old, after: isOurs ? hash(after) : '', made: [...old.made, ...made], wanted: joined(old.wanted, wanted) };
}

/** Writes the changes, each after its record: what a crash leaves is still known as ours. */
export async function carryOutAdding(home: string, root: string, changes: readonly FileChange[]): Promise<void> {
  const records = await readRecords(home);
  const files = { ...records[root] };
  records[root] = files;
  for (const change of changes) {
    files[change.file] = await keptOf(home, root, change, files[change.file]);
    await writeRecords(home, records);
    if (change.after === null) continue;
    await makeFolder(path.dirname(path.join(root, change.file)));
    await putWorkFile(path.join(root, change.file), change.after);
  }
}

/** Takes the changes away, and the folders that were made for them where nothing else is in them. The copies stay. */
export async function carryOutRemoving(home: string, root: string, changes: readonly FileChange[]): Promise<void> {
  const records = await readRecords(home);
  const files = { ...records[root] };
  records[root] = files;
  const folders: string[] = [];
  for (const { file, before, after } of changes) {
    const full = path.join(root, file);
    if (after === null) await rm(full, { force: true });
    else if (hash(after) !== hash(before)) await putWorkFile(full, after);
    folders.push(...(files[file]?.folders ?? []));
    delete files[file];
    await writeRecords(home, records);
  }
  // The inner ones first.
  for (const folder of folders.sort((a, b) => b.length - a.length)) await removeEmpty(path.join(root, folder));
}

async function removeEmpty(folder: string): Promise<void> {
  if (existsSync(folder) && readdirSync(folder).length === 0) await rmdir(folder);
}
