// Brings the work of another folder (a worktree) into this one: three-way against what both began with. What lies in the
// target is taken first and is never overwritten: it is merged with, or left as it is with the other side as a conflict.
import { hashOf } from '../core/hash.ts';
import { canonicalId, twinOf } from './disk/names.ts';
import type { Ground } from './ground.ts';
import { putRight } from './put-right.ts';
import { reconcile } from './reconcile.ts';
import { settle } from './settle.ts';
import type { Applied, ApplyOptions } from './types.ts';
import { nowAt, versionWith } from './versions.ts';

export async function apply(ground: Ground, options: ApplyOptions): Promise<readonly Applied[]> {
  const applied: Applied[] = [];
  const left = await ground.ignored.among(options.paths);
  for (const path of options.paths) {
    if (left.has(path) || canonicalId(path) === undefined) {
      applied.push({ path, result: 'skipped', reason: 'it is left alone, or its name is no resource id' });
    } else applied.push(await applyOne(ground, path, options));
  }
  return applied;
}

async function applyOne(ground: Ground, path: string, options: ApplyOptions): Promise<Applied> {
  const { agent, note, dryRun = false } = options;
  const [base, theirs] = [await options.base(path), await options.theirs(path)];
  const baseHash = base === undefined ? '' : hashOf(base);
  const theirHash = theirs === undefined ? '' : hashOf(theirs);
  if (baseHash === theirHash) return { path, result: 'same' };
  if (dryRun) return foreseen(ground, path, { base, theirs });
  await reconcile(ground, path);
  if (base !== undefined) ground.objects.keep(base);
  if (theirs !== undefined) ground.objects.keep(theirs);
  const now = await nowAt(ground, path);
  if (now.hash === theirHash) return { path, result: 'same' };
  const twin = now.hash === '' && theirs !== undefined ? twinOf(ground.folder.root, path) : undefined;
  if (twin !== undefined) return { path, result: 'skipped', reason: `it differs from ${twin} in letter case alone` };
  const sight = await sightOn(ground, path, baseHash, { base, current: now.content, hash: now.hash });
  const result = await settle(ground, {
    ...{ path, agent, content: theirs ?? null, sight },
    note: note ?? 'applied from a worktree',
  });
  if (result.how === 'stop') {
    const { conflictId, reason } = result;
    return { path, result: 'left', reason, ...(conflictId === undefined ? {} : { conflictId }) };
  }
  await putRight(ground, path, result.now, now.content, await options.executable(path));
  await reconcile(ground, path);
  const version = result.now.head === undefined ? {} : { version: result.now.head.version };
  if (result.how === 'merged') return { path, result: 'merged', ...version };
  return { path, result: theirs === undefined ? 'deleted' : now.hash === '' ? 'added' : 'changed', ...version };
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
