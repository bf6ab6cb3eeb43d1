// Captures: all files, or some, looked at for what no version holds. The first look at a folder takes what it finds in
// sets of one commit each; later ones look at size and times first. A look at all files takes its turn again for each
// set, so that a hook waits for one set and never for a whole repository.

import { isEntenteError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import { parseResourceId } from '../core/resource.ts';
import { canonicalId, foldName, isCanonical } from './disk/names.ts';
import { type Seen, scan, stampOf } from './disk/scan.ts';
import { FileFault } from './disk/way.ts';
import { EXTERNAL, type Ground } from './ground.ts';
import { reconcile } from './reconcile.ts';
import type { Stamps } from './spool/stamps.ts';
import type { Captured, LeftOut } from './types.ts';
import { nowAt } from './versions.ts';
import { type ReconcileOptions, runningAgent } from './work.ts';

/** Files that are looked at in one turn. */
const TOGETHER = 64;

interface Look {
  readonly ground: Ground;
  readonly stamps: Stamps;
  readonly options: ReconcileOptions;
  readonly captured: Captured[];
  /** What the machine did not let be looked at. */
  readonly faults: LeftOut[];
}

/** Runs work alone, after what was asked for before. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Not to be called in a turn: it takes one for each set. */
export async function captureAll(
  ground: Ground,
  stamps: Stamps,
  inTurn: InTurn,
  options: ReconcileOptions = {},
): Promise<readonly Captured[]> {
  const look: Look = { ground, stamps, options, captured: [], faults: [] };
  const found = new Set<string>();
  const unfit: LeftOut[] = [];
  let set: Seen[] = [];
  ground.ignored.forget();
  ground.stampFile.load(stamps);
  for await (const seen of scan(ground.folder.root)) {
    if (!isCanonical(seen.id)) unfit.push({ path: seen.id, why: 'name' });
    if (canonicalId(seen.id) === undefined || seen.size > ground.maxBytes) continue;
    found.add(seen.id);
    if (stamps.get(seen.id) === seen.stamp) continue;
    set.push(seen);
    if (set.length < TOGETHER) continue;
    const full = set;
    set = [];
    await inTurn(() => captureSet(look, full));
  }
  if (set.length > 0) await inTurn(() => captureSet(look, set));
  for (const id of await gone(ground, stamps, found)) await inTurn(() => captureOne(look, id, undefined));
  ground.told.left = [...unfit, ...twins(found), ...look.faults];
  ground.told.folders = foldersOf(found);
  for (const id of stamps.keys()) if (!found.has(id)) stamps.delete(id);
  await inTurn(async () => {
    ground.stampFile.save(stamps);
    ground.desk.tidy();
    ground.drafts.tidy();
    ground.trim();
  });
  return look.captured;
}

/** The folders of files and those above them, each once. */
function foldersOf(ids: Iterable<string>): readonly string[] {
  const folders = new Set(['']);
  for (const id of ids) {
    for (let at = id.lastIndexOf('/'); at > 0 && !folders.has(id.slice(0, at)); at = id.lastIndexOf('/', at - 1)) {
      folders.add(id.slice(0, at));
    }
  }
  return [...folders];
}

/** Files that are one file where letter case does not count: each but the first of them. */
function twins(ids: Iterable<string>): readonly LeftOut[] {
  const first = new Map<string, string>();
  const twice: LeftOut[] = [];
  for (const id of ids) {
    const folded = foldName(id);
    const twin = first.get(folded);
    if (twin === undefined) first.set(folded, id);
    else twice.push({ path: id, why: 'case', twin });
  }
  return twice;
}

async function captureSet(look: Look, set: readonly Seen[]): Promise<void> {
  const fresh: Seen[] = [];
  for (const seen of set) {
    if (await isNew(look.ground, seen.id)) fresh.push(seen);
    else await captureOne(look, seen.id, seen.stamp);
  }
  await captureNew(look, fresh);
}

/** Files that were there and are not any more. */
async function gone(ground: Ground, stamps: Stamps, found: ReadonlySet<string>): Promise<readonly string[]> {
  const missing = new Set([...stamps.keys()].filter((id) => !found.has(id)));
  let after: string | undefined;
  do {
    const page = await ground.controller.list('', { limit: 500, ...(after === undefined ? {} : { after }) });
    for (const { resource } of page.items) {
      // Only what the guard had seen on disk: a resource of others that never was a file is no missing file.
      if (!found.has(resource) && ground.books.open(resource).disk !== undefined) missing.add(resource);
    }
    after = page.next;
  } while (after !== undefined);
  const left = await ground.ignored.among([...missing]);
  return [...missing].filter((id) => !left.has(id) && canonicalId(id) !== undefined);
}

/** Nothing is known of it: neither a version nor a line of a book. */
async function isNew(ground: Ground, id: string): Promise<boolean> {
  return ground.books.open(id).lines === 0 && (await nowAt(ground, id)).head === undefined;
}

export async function captureSome(
  ground: Ground,
  stamps: Stamps,
  inTurn: InTurn,
  ids: readonly string[],
): Promise<readonly Captured[]> {
  const look: Look = { ground, stamps, options: {}, captured: [], faults: [] };
  const all = [...new Set(ids)];
  // Asked once for all of them: each time is a process.
  const left = await ground.ignored.among(all);
  const mine = all.filter((id) => !left.has(id) && canonicalId(id) !== undefined);
  for (let at = 0; at < mine.length; at += TOGETHER) {
    await inTurn(() => captureNamed(look, mine.slice(at, at + TOGETHER)));
  }
  return look.captured;
}

async function captureNamed(look: Look, ids: readonly string[]): Promise<void> {
  const { ground } = look;
  for (const id of ids) {
    const seen = await stampOf(ground.folder.root, id);
    if (seen === undefined ? ground.books.open(id).disk === undefined : seen.size > ground.maxBytes) continue;
    await captureOne(look, id, seen?.stamp);
  }
}

async function captureOne(look: Look, id: string, stamp: string | undefined): Promise<void> {
  const { ground, stamps, options, captured } = look;
  try {
    const done = await reconcile(ground, id, options);
    captured.push(...done.captured);
    const after = await stampOf(ground.folder.root, id);
    // Only a stamp from before the look proves that the bytes looked at are those it stands for. What is held is looked at
    // each time: its conflict may be decided.
    const proves = stamp !== undefined && after?.stamp === stamp && !after.fresh && done.held === undefined;
    if (proves) stamps.set(id, stamp);
    else stamps.delete(id);
  } catch (error) {
    if (!isOfOneFile(error)) throw error;
    if (error instanceof FileFault) look.faults.push({ path: id, why: 'fault', fault: error.message });
    stamps.delete(id);
  }
}

/** A link, a file that is written without a pause or may not be read: no reason not to look at the others. */
export function isOfOneFile(error: unknown): boolean {
  return error instanceof FileFault || (isEntenteError(error) && ['bad-id', 'store-locked'].includes(error.code));
}

/** Files that are seen for the first time, as they are found: one commit for all of them. */
async function captureNew(look: Look, fresh: readonly Seen[]): Promise<void> {
  const { ground, stamps, captured, options } = look;
  const [only] = fresh;
  if (only === undefined) return;
  const agent = options.author ?? runningAgent(ground) ?? EXTERNAL;
  const writes = [];
  for (const { id, stamp, fresh: young } of fresh) {
    const content = await ground.folder.read(id).catch((error: unknown) => {
      if (!isOfOneFile(error)) throw error;
      if (error instanceof FileFault) look.faults.push({ path: id, why: 'fault', fault: error.message });
      return undefined;
    });
    if (content === undefined) continue;
    const { token } = await ground.controller.begin(id, { agent });
    writes.push({ id, stamp, young, hash: hashOf(content), token, change: { content } });
  }
  if (writes.length === 0) return;
  const note = options.note ?? 'found by the guard';
  const outcome = await ground.controller.transact({ agent, writes, note });
  if (outcome.status !== 'committed') {
    // Somebody made one of them meanwhile: each by itself is never refused for another.
    for (const { id, stamp } of writes) await captureOne(look, id, stamp);
    return;
  }
  for (const { id, stamp, hash, young } of writes) {
    ground.books.append(id, [{ t: 'disk', h: hash, n: 0 }]);
    if (!young) stamps.set(id, stamp);
    captured.push({ path: parseResourceId(id), agent, version: 1, hash, deleted: false });
  }
}

/** Files of which the fast path wrote down something that no version holds yet; all of them unless some are named. */
export async function drain(ground: Ground, inTurn: InTurn, ids?: readonly string[]): Promise<void> {
  const books = ids === undefined ? ground.books.all() : ids.map((id) => ground.books.open(id));
  for (const { pending, path } of books) {
    if (pending.length === 0) continue;
    await inTurn(() => reconcile(ground, path)).catch((error: unknown) => {
      // What was written down is in versions by now: the rest is for the next look at the file.
      if (!isOfOneFile(error)) throw error;
    });
  }
  await inTurn(async () => ground.desk.tidy());
}
