// Where a guard keeps its own files, below the folder of its store, and in which space the files of a worktree are. The
// fast path finds them by the same names.

export interface Places {
  /** Contents by hash, one heap for all worktrees. */
  readonly objects: string;
  /** One file of lines for each guarded file. */
  readonly books: string;
  readonly desk: string;
  readonly stamps: string;
  /** How far the feed of the space was followed. */
  readonly followed: string;
  /** Drafts that agents announced, for hooks without the store. */
  readonly drafts: string;
  /** When agents that were silent for long were forgotten last. */
  readonly expired: string;
  readonly lock: string;
}

/** `state`: the folder of the guard, `.entente/guard`. A space's name may hold what a file's may not. */
export function placesIn(state: string, space: string): Places {
  const own = `${state}/spaces/${encodeURIComponent(space).replaceAll('.', '%2E')}`;
  return {
    objects: `${state}/objects`,
    books: `${own}/books`,
    desk: `${own}/desk.ndjson`,
    stamps: `${own}/stamps.json`,
    followed: `${own}/followed.json`,
    drafts: `${own}/drafts.ndjson`,
    expired: `${own}/expired`,
    lock: `${own}/lock`,
  };
}

/** The space of a linked worktree, by the name that git gives it: never that of the main one. */
export function worktreeSpace(name: string): string {
  return `worktree-${name}`;
}
