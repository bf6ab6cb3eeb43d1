// Reads that need no transaction share their look at the file. PRAGMA data_version is a few microseconds of system calls,
// as much as all the rest of such a read, and requests that came over many sockets are read in one turn of the event loop.
// The first of a turn looks at once; the others wait for the end of the turn and share one look: it is later than each of
// them was asked, so none is answered with what was over before it began.
import type { ResourceId, Space } from '../../core/resource.ts';
import type { Snapshot } from '../store.ts';
import type { Connection } from './connection.ts';
import { standingSnapshot } from './reads.ts';

interface Asked {
  readonly space: Space;
  readonly ids: readonly ResourceId[];
  readonly answer: (snapshot: Snapshot | undefined) => void;
}

export interface Looks {
  /** The snapshot where it is at hand; undefined where it takes a transaction. */
  read(space: Space, ids: readonly ResourceId[]): Snapshot | undefined | Promise<Snapshot | undefined>;
}

export function createLooks(connection: Connection): Looks {
  let asked: Asked[] | undefined;

  function lookOnce(): void {
    const waiting = asked ?? [];
    asked = undefined;
    if (waiting.length === 0) return;
    const isCurrent = connection.isCurrent();
    for (const { space, ids, answer } of waiting)
      answer(isCurrent ? standingSnapshot(connection, space, ids) : undefined);
  }

  return {
    read(space, ids) {
      const others = asked;
      if (others !== undefined) return new Promise((answer) => others.push({ space, ids, answer }));
      asked = [];
      setImmediate(lookOnce);
      return connection.isCurrent() ? standingSnapshot(connection, space, ids) : undefined;
    },
  };
}
