// What every part of a guard works with. All of it is handed in, so that tests own the disk, the store and time.
import type { Controller } from '../controller/types.ts';
import type { Folder } from './disk/folder.ts';
import type { Ignored } from './disk/reserved.ts';
import type { Books } from './spool/book.ts';
import type { Desk } from './spool/desk.ts';
import type { Drafts } from './spool/drafts.ts';
import type { Followed, FollowFile } from './spool/followed.ts';
import type { Objects } from './spool/objects.ts';
import type { StampFile } from './spool/stamps.ts';
import type { LeftOut, Lines } from './types.ts';

/** Who wrote what nobody announced. */
export const EXTERNAL = 'external';

/** A three-way merge as the policy of the path says; undefined where it is not clean. null is "no file". */
export type MergeAt = (
  path: string,
  sides: {
    readonly base: Uint8Array | null;
    readonly current: Uint8Array | null;
    readonly proposed: Uint8Array | null;
  },
) => Promise<Uint8Array | null | undefined>;

export type MovedIn = (base: Uint8Array, current: Uint8Array, lines: Lines) => readonly Lines[];

export interface Ground {
  readonly folder: Folder;
  readonly ignored: Ignored;
  /** Its default should be a merge that escalates what it leaves: a guard has nobody to hand a change back to. */
  readonly controller: Controller;
  /** The same policy over a store that writes nothing: what would happen. */
  readonly rehearsal: Controller;
  readonly merge: MergeAt;
  readonly objects: Objects;
  readonly books: Books;
  readonly desk: Desk;
  readonly drafts: Drafts;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Bytes beyond which a file is left alone. */
  readonly maxBytes: number;
  /** Where a text moved since it was read, of the lines that were looked at: in lines of what is there now. */
  readonly movedIn: MovedIn;
  /** Whether reads are announced to others as drafts. */
  readonly announces: boolean;
  readonly stampFile: StampFile;
  /** Forgets agents that were silent for long, and takes away kept bytes that nothing needs: once a day. */
  readonly trim: () => void;
  /** What the last look at all files had to leave, and in which folders it found files. */
  readonly told: { left: readonly LeftOut[]; folders: readonly string[] };
  /** The revision up to which the feed of the space was followed; undefined where nobody follows it. */
  readonly followed: { revision?: number };
  readonly followFile: FollowFile;
  /** Where the feed of the space stands now. */
  readonly latest: () => Promise<Followed>;
  /** Runs work while no other process is in a guard of this store. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
}
