// Brings the work of another folder (a worktree) into this one: three-way against what both began with. What lies in the
// target is taken first and is never overwritten: it is merged with, or left as it is with the other side as a conflict.
import { hashOf } from '../core/hash.ts';
import { isOfOneFile } from './captures.ts';
import { canonicalId, twinOf } from './disk/names.ts';
import { EXTERNAL, type Ground } from './ground.ts';
import { putRight } from './put-right.ts';
import { reconcile } from './reconcile.ts';
import { settle } from './settle.ts';
import { diskLine } from './spool/book.ts';
import type { Applied, ApplyOptions } from './types.ts';
import { nowAt, tokenWith, versionWith } from './versions.ts';

export async function apply(ground: Ground, options: ApplyOptions): Promise<readonly Applied[]> {
  const applied: Applied[] = [];
  const left = await ground.ignored.among(options.paths);
  for (const path of options.paths) {
    if (left.has(path) || canonicalId(path) === undefined) {
      applied.push({ path, result: 'skipped', reason: 'it is left alone, or its name is no resource id' });
    } else applied.push(await applyOne(ground, path, options).catch((error: unknown) => leftBy(path, error)));
  }
  return applied;
}

/** A link or a file that may not be used, on either side, does not keep the others from being applied. */
function leftBy(path: string, error: unknown): Applied {
  if (!isOfOneFile(error)) throw error;
  return { path, result: 'left', reason: (error as Error).message };
}

async function applyOne(ground: Ground, path: string, options: ApplyOptions): Promise<Applied> {
  const { agent, note, dryRun = false } = options;
  const [base, theirs] = [await options.base(path), await options.theirs(path)];
  const baseHash = base === undefined ? '' : hashOf(base);
  const theirHash = theirs === undefined ? '' : hashOf(theirs);
  if (baseHash === theirHash) return { path, result: 'same' };
  if (dryRun) return foreseen(ground, path, { base, theirs });
  if (base !== undefined) await beginWith(ground, path, base);
  await reconcile(ground, path);
  if (base !== undefined) ground.objects.keep(base);
  if (theirs !== undefined) ground.objects.keep(theirs);
  const now = await nowAt(ground, path);
  if (now.hash === theirHash) return { path, result: 'same' };
  const twin = now.hash === '' && theirs !== undefined ? twinOf(ground.folder.root, path) : undefined;
  if (twin !== undefined) return { path, result: 'skipped', reason: `it differs from ${twin} in letter case alone` };
  const sight = await sightOn(ground, path, baseHash, { base, current: now.content, hash: now.hash });
  const refused = ground.books.open(path).refused.get(agent);
  const result = await settle(ground, {
    ...{ path, agent, content: theirs ?? null, sight, refused },
    note: note ?? 'applied from a worktree',
  });
  if (result.how === 'stop') {
    const { conflictId, reason, base: from } = result;
    if (conflictId !== undefined && conflictId !== refused?.id) {
      // Applied again while it is open, it is the same conflict.
      ground.books.append(path, [{ t: 'refused', a: agent, r: theirHash, b: from, id: conflictId }]);
    }
    return { path, result: 'left', reason, ...(conflictId === undefined ? {} : { conflictId }) };
  }
  await putRight(ground, path, result.now, now.content, await options.executable(path));
  await reconcile(ground, path);
  const version = result.now.head === undefined ? {} : { version: result.now.head.version };
  if (result.how === 'merged') return { path, result: 'merged', ...version };
  return { path, result: theirs === undefined ? 'deleted' : now.hash === '' ? 'added' : 'changed', ...version };
}

/**
 * Of a file that nobody looked at yet, what both sides began with is the first version, and what lies here a change of it:
 * a conflict has its true base then.
 */
async function beginWith(ground: Ground, path: string, base: Uint8Array): Promise<void> {
  if (ground.books.open(path).lines > 0 || (await nowAt(ground, path)).head !== undefined) return;
  const disk = await ground.folder.read(path);
  // It was taken away here, or never was: there is nothing to tell apart from it.
  if (disk === undefined) return;
  const token = await tokenWith(ground.controller, path, EXTERNAL, '');
  if (token === undefined) return;
  const outcome = await ground.controller.commit(token, { content: base }, { note: 'what both sides began with' });
  if (outcome.status === 'committed') ground.books.append(path, [diskLine(hashOf(base), undefined, 0)]);
}

interface Target {
  readonly base: Uint8Array | undefined;
  readonly current: Uint8Array | undefined;
  readonly hash: string;
}

/** The base as a version of this space where it is one; otherwise known bytes, brought onto what is there. */
async function sightOn(
  ground: Ground,
  path: string,
  baseHash: string,
  { hash }: Target,
): Promise<{ hash: string; as?: string; root?: string }> {
  if (baseHash === '' || baseHash === hash) return { hash: baseHash };
  const version = await versionWith(ground.controller, path, baseHash);
  return version === undefined ? { hash: baseHash, as: hash, root: '' } : { hash: baseHash };
}

/** What would come of it, with nothing written anywhere. */
async function foreseen(
  ground: Ground,
  path: string,
  sides: { readonly base: Uint8Array | undefined; readonly theirs: Uint8Array | undefined },
): Promise<Applied> {
  const disk = await ground.folder.read(path);
  const [base, current, proposed] = [sides.base, disk, sides.theirs].map((bytes) => bytes ?? null);
  const same = (a: Uint8Array | null | undefined, b: Uint8Array | null | undefined): boolean =>
    (a ?? null) === null || (b ?? null) === null
      ? (a ?? null) === (b ?? null)
      : hashOf(a as Uint8Array) === hashOf(b as Uint8Array);
  if (same(current, proposed)) return { path, result: 'same' };
  if (same(current, base)) {
    return { path, result: proposed === null ? 'deleted' : current === null ? 'added' : 'changed' };
  }
  const merged = await ground.merge(path, { base: base ?? null, current: current ?? null, proposed: proposed ?? null });
  if (merged === undefined) return { path, result: 'left', reason: 'both sides changed the same places' };
  return same(merged, current) ? { path, result: 'same' } : { path, result: 'merged' };
}
