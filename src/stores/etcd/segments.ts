// The log of a space lies in segments of some hundred entries, so that to read on from a cursor is to read one or two of
// them: etcd finds entries by revision only by looking at all that a range has. A segment is closed by its seal, a key
// that every commit compares; the seals tell which segment has which revisions, and are never taken away.
import type { EtcdClient } from './client.ts';
import type { Keys } from './keys.ts';
import {
  base64,
  type Compare,
  endOf,
  isAbsent,
  isPresent,
  type Kv,
  type Operation,
  putOp,
  rangeOp,
  under,
} from './wire.ts';

/** Entries in a segment, more or less: commits at the same time may add a few. */
const SEGMENT_ENTRIES = 256;

interface Known {
  /** etcd's revision of each seal: the entries of the segment are all below. */
  readonly seals: number[];
  /** Entries in the open segment, as far as this process knows. */
  entries: number;
}

export interface Segments {
  /** The segment that takes commits now; asks once. */
  open(space: string): Promise<number>;
  /** One more entry went into it; closes it when it is full. */
  added(space: string, count: number): Promise<void>;
  /** What else is needed to know about the seals, as an operation, and its answer. */
  sealsOp(space: string): Operation;
  learn(space: string, kvs: readonly Kv[]): void;
  /** The seals are not what was thought: the history is another one. */
  forget(space?: string): void;
  /** What a commit into the segment compares: it is the open one. */
  compares(space: string, segment: number): readonly Compare[];
  /** Segments that can have entries at or above this revision of etcd, up to the open one. */
  from(space: string, mod: number): readonly number[];
}

export function createSegments(client: EtcdClient, keys: Keys): Segments {
  const spaces = new Map<string, Known>();

  function knownOf(space: string): Known {
    const known = spaces.get(space) ?? { seals: [], entries: -1 };
    spaces.set(space, known);
    return known;
  }

  const newer = (space: string) => ({
    key: base64(keys.seal(space, knownOf(space).seals.length)),
    range_end: base64(endOf(keys.seals(space))),
  });

  function learn(space: string, kvs: readonly Kv[]): void {
    const known = knownOf(space);
    for (const { key, create } of kvs) {
      if (key !== keys.seal(space, known.seals.length)) continue;
      known.seals.push(create);
      known.entries = -1;
    }
  }

  async function refresh(space: string): Promise<void> {
    learn(space, (await client.range(newer(space))).kvs);
  }

  return {
    async open(space) {
      const known = knownOf(space);
      if (known.entries < 0) {
        await refresh(space);
        const range = { ...under(keys.segment(space, known.seals.length)), count_only: true };
        known.entries = (await client.range(range)).count;
      }
      return known.seals.length;
    },
    async added(space, count) {
      const known = knownOf(space);
      // Closed by somebody else meanwhile: the next commit counts anew.
      if (known.entries < 0) return;
      known.entries += count;
      if (known.entries < SEGMENT_ENTRIES) return;
      const seal = keys.seal(space, known.seals.length);
      await client.write({ compare: [isAbsent(seal)], success: [putOp(seal, '')], failure: [] });
      await refresh(space);
    },
    sealsOp: (space) => rangeOp(newer(space)),
    learn,
    forget(space) {
      if (space === undefined) spaces.clear();
      else spaces.delete(space);
    },
    compares: (space, segment) => [
      isAbsent(keys.seal(space, segment)),
      ...(segment === 0 ? [] : [isPresent(keys.seal(space, segment - 1))]),
    ],
    from(space, mod) {
      const { seals } = knownOf(space);
      const first = seals.findIndex((seal) => seal > mod);
      const start = first < 0 ? seals.length : first;
      return Array.from({ length: seals.length - start + 1 }, (_, index) => start + index);
    },
  };
}
