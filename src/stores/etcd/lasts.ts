// The revision of a space is that of its last commit. Every commit puts a key of its place in the transaction; those that
// were put by the last transaction tell the revision. This process knows a revision that is reached already, so that the
// question leaves out what is older.
import type { Keys } from './keys.ts';
import { modOf, revisionOf } from './numbers.ts';
import { type Kv, type Operation, rangeOp, under } from './wire.ts';

export interface Lasts {
  /** The question, for a transaction. */
  op(space: string): Operation;
  /** The space's revision, by the answer; 0 where nothing was ever committed. */
  learn(space: string, kvs: readonly Kv[]): number;
  /** A commit has landed at this revision. */
  reach(space: string, revision: number): void;
  /** The history is another one. */
  forget(): void;
}

export function createLasts(keys: Keys): Lasts {
  const known = new Map<string, number>();
  return {
    op: (space) =>
      rangeOp({
        ...under(keys.lasts(space)),
        keys_only: true,
        min_mod_revision: String(modOf(known.get(space) ?? 0)),
      }),
    learn(space, kvs) {
      const revision = latestOf(keys, kvs);
      const before = known.get(space) ?? 0;
      // Nothing at or above what was there once: a copy from before was put back, and the next question asks for all.
      if (revision === 0) known.delete(space);
      else known.set(space, Math.max(before, revision));
      return revision === 0 ? before : revision;
    },
    reach: (space, revision) => known.set(space, Math.max(known.get(space) ?? 0, revision)),
    forget: () => known.clear(),
  };
}

/** The largest revision among the keys of `lasts`. */
export function latestOf(keys: Keys, kvs: readonly Kv[]): number {
  return kvs.reduce((most, { key, mod }) => Math.max(most, revisionOf(mod, keys.placeOfLast(key))), 0);
}
