// A queue for each contended resource, first come first served, in this process only. Who lost a swap waits here
// before trying again, so that N writers cost about 2N attempts and not N². A lane is courtesy, never a lock: the
// store compares all the same, and who waits longer than its patience goes on without a turn.

export interface Lanes {
  /** Resolves when it is this caller's turn (or patience ends); call the result when done. */
  enter(resource: string, patienceMs: number): Promise<() => void>;
  /** How many stand in the lane, the one whose turn it is included. */
  length(resource: string): number;
}

interface Lane {
  tail: Promise<void>;
  members: number;
}

export function createLanes(): Lanes {
  const lanes = new Map<string, Lane>();
  return {
    length: (resource) => lanes.get(resource)?.members ?? 0,
    async enter(resource, patienceMs) {
      const lane = lanes.get(resource) ?? { tail: Promise.resolve(), members: 0 };
      lanes.set(resource, lane);
      const before = lane.tail;
      let leave = (): void => {};
      const gone = new Promise<void>((resolve) => {
        leave = resolve;
      });
      // The next in line waits for all before it; one that ran out of patience does not hold it up once it is done.
      lane.tail = before.then(() => gone);
      lane.members += 1;
      if (lane.members > 1) await withPatience(before, patienceMs);
      return () => {
        lane.members -= 1;
        if (lane.members === 0) lanes.delete(resource);
        leave();
      };
    },
  };
}

async function withPatience(turn: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([turn, patience]);
  clearTimeout(timer);
}
