// Heads that wait to be put on disk, the newest of each file: one file after the other, each in a turn of its own, and those
// that cannot be put there again later. The cursor is kept once all that was told up to it is on disk.
import type { Head } from '../core/version.ts';
import type { InTurn } from './captures.ts';
import { canonicalId, twinOf } from './disk/names.ts';
import { createStuck } from './follow-stuck.ts';
import type { Ground } from './ground.ts';
import { reconcile } from './reconcile.ts';
import type { Followed } from './spool/followed.ts';
import type { FollowOptions } from './types.ts';

export interface Bringing {
  /** Heads that the feed told of, up to there. */
  add(heads: readonly Head[], reached: Followed): void;
  /** Ends with the file that is under way. */
  end(): Promise<void>;
}

export function createBringing(ground: Ground, inTurn: InTurn, options: FollowOptions): Bringing {
  const { signal, later, onFault } = options;
  const waiting = new Map<string, Head>();
  const stuck = createStuck(later, (heads) => {
    for (const head of heads) if (!waiting.has(head.resource)) waiting.set(head.resource, head);
    start();
  });
  let told: Followed | undefined;
  let working: Promise<void> | undefined;

  const bringOne = async (head: Head): Promise<void> => {
    try {
      await bring(ground, inTurn, head, options);
      stuck.free(head);
    } catch (error) {
      if (stuck.add(head, error)) onFault(error);
    }
  };
  const bringAll = async (): Promise<void> => {
    while (waiting.size > 0 && !signal.aborted) {
      const [heads, at] = [[...waiting.values()], told];
      waiting.clear();
      for (const [done, head] of heads.entries()) {
        if (signal.aborted) {
          // They are not on disk: the cursor stays before them.
          for (const left of heads.slice(done)) waiting.set(left.resource, left);
          return;
        }
        await bringOne(head);
      }
      if (stuck.isEmpty()) keep(ground, at);
    }
  };
  const start = (): void => {
    working ??= bringAll()
      .catch(onFault)
      .finally(() => {
        working = undefined;
        if (waiting.size > 0 && !signal.aborted) start();
      });
  };
  return {
    add: (heads, reached) => {
      for (const head of heads) waiting.set(head.resource, head);
      told = reached;
      start();
    },
    end: async () => {
      stuck.close();
      await working;
      if (waiting.size === 0 && stuck.isEmpty()) keep(ground, told);
    },
  };
}

function keep({ followFile, followed }: Ground, at: Followed | undefined): void {
  if (at === undefined || followed.revision === at.revision) return;
  followed.revision = at.revision;
  followFile.save(at);
}

/** Whether the file is to be brought to this head, and may not be there yet. */
async function isWanted(
  { books, ignored, maxBytes }: Ground,
  { resource, hash, deleted, size = 0 }: Head,
): Promise<boolean> {
  if (canonicalId(resource) === undefined || size > maxBytes) return false;
  const { disk, held } = books.open(resource);
  if (held === undefined && (disk === undefined ? deleted : disk === hash)) return false;
  return !(await ignored.among([resource])).has(resource);
}

async function bring(ground: Ground, inTurn: InTurn, head: Head, options: FollowOptions): Promise<void> {
  if (!(await isWanted(ground, head))) return;
  const { resource: path } = head;
  const isNew = ground.books.open(path).disk === undefined;
  const twin = isNew && !head.deleted ? twinOf(ground.folder.root, path) : undefined;
  if (twin !== undefined) return options.onTwin(path, twin);
  const { now, put, captured } = await inTurn(() => reconcile(ground, path));
  if (captured.length > 0) options.onCaptured(captured);
  if (!put || now.head === undefined) return;
  const { agent, version, deleted } = now.head;
  options.onArrived({ path, agent, version, hash: now.hash, deleted });
}
