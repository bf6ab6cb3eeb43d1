// Reads that are asked for in one turn of the event loop are one statement: who loses a commit together with others, or
// begins anew with them, asks at the same moment. Nobody gets an answer to a look that came before the question.
import type { ResourceId, Space } from '../../core/resource.ts';
import type { Snapshot } from '../store.ts';

export type ReadHeads = (space: Space, ids: readonly ResourceId[]) => Promise<Snapshot>;

/** Ids in one statement: with more the next one begins. */
const MAX_IDS = 1000;

interface Asked {
  readonly ids: readonly ResourceId[];
  readonly answer: (snapshot: Snapshot) => void;
  readonly fail: (error: unknown) => void;
}

interface Group {
  readonly asked: Asked[];
  size: number;
}

/** `together` calls back when all of this turn have asked. */
export function gatherReads(read: ReadHeads, together: (work: () => void) => void): ReadHeads {
  const groups = new Map<Space, Group>();

  function groupFor(space: Space, size: number): Group {
    const known = groups.get(space);
    if (known !== undefined && known.size + size <= MAX_IDS) return known;
    const group: Group = { asked: [], size: 0 };
    groups.set(space, group);
    together(() => {
      if (groups.get(space) === group) groups.delete(space);
      void answer(read, space, group.asked);
    });
    return group;
  }

  return (space, ids) =>
    new Promise((resolve, reject) => {
      const group = groupFor(space, ids.length);
      group.size += ids.length;
      group.asked.push({ ids: [...ids], answer: resolve, fail: reject });
    });
}

/** Never throws. */
async function answer(read: ReadHeads, space: Space, asked: readonly Asked[]): Promise<void> {
  try {
    const ids = [...new Set(asked.flatMap((one) => one.ids))];
    const snapshot = await read(space, ids);
    const heads = new Map(ids.map((id, index) => [id, snapshot.heads[index]]));
    for (const one of asked) {
      const own = one.ids.map((id) => {
        const head = heads.get(id);
        return head === undefined ? undefined : { ...head };
      });
      one.answer({ ...snapshot, heads: own });
    }
  } catch (error) {
    for (const { fail } of asked) fail(error);
  }
}
