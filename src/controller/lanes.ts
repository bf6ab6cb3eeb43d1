// A queue for each contended resource, first come first served, in this process only. Who lost a swap waits here
// before trying again, so that N writers cost about 2N attempts and not N². A lane is courtesy, never a lock: the
// store compares all the same, and who waits longer than its patience goes on without a turn.

export interface Lanes {
  /** Resolves when it is this caller's turn (or patience ends); call the result when done. */
  enter(resource: string, patienceMs: number): Promise<() => void>;
  /** How many stand in the lane, the one whose turn it is included. */
  length(resource: string): number;
}

interface Waiter {
  readonly go: () => void;
  /** In the order of coming; a timer's tick gives up on those that came before the last one. */
  readonly tick: number;
}

/** One timer serves the whole lane, because a timer for each waiter would cost more than a commit. */
interface Lane {
  readonly waiting: Waiter[];
  /** Those whose turn it is: one, or more after somebody's patience ended. */
  active: number;
  tick: number;
  timer: NodeJS.Timeout | undefined;
}

/** Waits for a turn until the signal aborts, with its reason; a turn that comes after that goes to the next one. */
export function turnUntil(turn: Promise<() => void>, signal: AbortSignal | undefined): Promise<() => void> {
  if (signal === undefined) return turn;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    turn
      .then((leave) => {
        if (signal.aborted) leave();
        else resolve(leave);
      }, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}

export function createLanes(): Lanes {
  const lanes = new Map<string, Lane>();

  function leave(resource: string, lane: Lane): void {
    lane.active -= 1;
    if (lane.active > 0) return;
    const next = lane.waiting.shift();
    if (next !== undefined) {
      lane.active += 1;
      next.go();
      return;
    }
    clearInterval(lane.timer);
    lanes.delete(resource);
  }

  /** Who has waited for a whole tick goes on without a turn. */
  function lookAround(lane: Lane): void {
    for (let first = lane.waiting[0]; first !== undefined && first.tick < lane.tick; first = lane.waiting[0]) {
      lane.waiting.shift();
      lane.active += 1;
      first.go();
    }
    lane.tick += 1;
  }

  return {
    length(resource) {
      const lane = lanes.get(resource);
      return lane === undefined ? 0 : lane.active + lane.waiting.length;
    },
    enter(resource, patienceMs) {
      const known = lanes.get(resource);
      if (known === undefined) {
        const lane: Lane = { waiting: [], active: 1, tick: 0, timer: undefined };
        lanes.set(resource, lane);
        return Promise.resolve(() => leave(resource, lane));
      }
      known.timer ??= setInterval(() => lookAround(known), patienceMs);
      return new Promise((resolve) => {
        known.waiting.push({ go: () => resolve(() => leave(resource, known)), tick: known.tick });
      });
    },
  };
}
