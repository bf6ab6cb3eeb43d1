// Moves all that one store holds into another, on the store contract alone: commit for commit, so that versions,
// revisions, lives, the log, conflicts and kept decisions are the same there. Only the epoch is another one: tokens and
// cursors of the source are refused in the target instead of being taken for its own.
import { EntenteError } from '../core/errors.ts';
import { MIGRATION_SPACE, type Space, TRIAL_SPACE } from '../core/resource.ts';
import { type Compared, compareSpace } from './migrate/compare.ts';
import { copySpace } from './migrate/copy-space.ts';
import { type Marker, openMarker } from './migrate/marker.ts';
import type { Store } from './store.ts';

export interface MigrationOptions {
  /** Ends the copy between two batches; a later call goes on. */
  readonly signal?: AbortSignal;
  /** Milliseconds since 1970, for the marker; display only. */
  readonly at: number;
  /** Told after each batch: the space, how far it is, and how far it is to go. */
  readonly onProgress?: (space: string, revision: number, of: number) => void;
}

export interface MigratedSpace extends Compared {
  readonly space: Space;
  readonly revision: number;
}

export interface Migration {
  /** The target's own epoch. */
  readonly epoch: string;
  readonly spaces: readonly MigratedSpace[];
  /** Commits that the source was given after it was last looked at: not in the target; a further call brings them. */
  readonly moved: number;
}

/** How often a source that goes on being written to is caught up with before it is left to the caller. */
const ROUNDS = 20;
/** Own to each store: what it tried, and where it came from. */
const LEFT_OUT: readonly Space[] = [TRIAL_SPACE, MIGRATION_SPACE];

/**
 * Copies `source` into `target`, which is empty or holds the half-done copy of that source; then compares the two.
 * Safe to kill at any moment and to call again. Throws `misuse` for a target that holds anything else and for stores
 * whose revisions have holes, `gone` where the source was trimmed under the copy, `precondition-failed` where somebody
 * else writes to the target, `store-corrupt` where the copy differs, and what either store throws.
 */
export async function migrateStore(source: Store, target: Store, options: MigrationOptions): Promise<Migration> {
  const [from, epoch] = await Promise.all([source.epoch(), target.epoch()]);
  if (from === epoch) {
    throw new EntenteError('misuse', 'The source and the target are one store.', { next: 'Name two stores.' });
  }
  for (const { name, gapless } of [source.capabilities, target.capabilities]) {
    if (gapless) continue;
    throw new EntenteError('misuse', `A ${name} store counts revisions with holes: it cannot be moved as it is.`, {
      next: 'Use entente export and entente import: they move the current versions.',
    });
  }
  const marker = await openMarker(target, from, options.at);
  let reached = await copyAll(source, target, marker, options);
  for (let round = 1; round < ROUNDS && (await movedSince(source, reached)) > 0; round += 1) {
    reached = await copyAll(source, target, marker, options);
  }
  const spaces: MigratedSpace[] = [];
  for (const [space, revision] of reached) {
    spaces.push({ space, revision, ...(await compareSpace(source, target, space, revision)) });
  }
  const moved = await movedSince(source, reached);
  if (moved === 0) await marker.done();
  return { epoch, spaces, moved };
}

async function spacesOf(source: Store): Promise<readonly Space[]> {
  return (await source.spaces()).filter((space) => !LEFT_OUT.includes(space)).sort();
}

async function copyAll(
  source: Store,
  target: Store,
  marker: Marker,
  { signal, onProgress = () => undefined }: MigrationOptions,
): Promise<ReadonlyMap<Space, number>> {
  const reached = new Map<Space, number>();
  for (const space of await spacesOf(source)) {
    const progress = (revision: number, of: number): void => onProgress(space, revision, of);
    reached.set(space, await copySpace({ source, target, space, marker, signal, onProgress: progress }));
  }
  return reached;
}

/** How many commits the source has that were not copied. */
async function movedSince(source: Store, reached: ReadonlyMap<Space, number>): Promise<number> {
  let moved = 0;
  for (const space of await spacesOf(source)) {
    moved += (await source.read(space, [])).revision - (reached.get(space) ?? 0);
  }
  return moved;
}
