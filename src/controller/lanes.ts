// A queue for each contended resource, first come first served, in this process only. Who lost a swap waits here
// before trying again, so that N writers cost about 2N attempts and not N². A lane is courtesy, never a lock: the
// store compares all the same, and beside a turn that lasts longer than patience the next one begins.

export interface Lanes {
  /** Resolves when it is this caller's turn; call the result when done. `patienceMs`: how long a turn is waited for. */
  enter(resource: string, patienceMs: number): Promise<() => void>;
  /** How many stand in the lane, the one whose turn it is included. */
  length(resource: string): number;
}

/** A turn under way. One that lasts longer than patience is replaced: another begins beside it. */
interface Turn {
  readonly since: number;
  replaced: boolean;
}

/** One timer serves the whole lane, because a timer for each waiter would cost more than a commit. */
interface Lane {
  readonly waiting: (() => void)[];
  readonly turns: Set<Turn>;
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

  function begin(resource: string, lane: Lane): () => void {
    const turn: Turn = { since: lane.tick, replaced: false };
    lane.turns.add(turn);
    return () => leave(resource, lane, turn);
  }

  /** The turn goes on to the next, unless somebody began in its place already. */
  function leave(resource: string, lane: Lane, turn: Turn): void {
    if (!lane.turns.delete(turn)) return;
    if (!turn.replaced) lane.waiting.shift()?.();
    if (lane.turns.size > 0) return;
    clearInterval(lane.timer);
    lanes.delete(resource);
  }

  /** Only one begins in the place of one that hangs: if all that wait did, each would make the others lose. */
  function lookAround(lane: Lane): void {
    for (const turn of lane.turns) {
      if (turn.replaced || turn.since >= lane.tick) continue;
      turn.replaced = true;
      lane.waiting.shift()?.();
    }
    lane.tick += 1;
  }

  return {
    length(resource) {
      const lane = lanes.get(resource);
      return lane === undefined ? 0 : lane.turns.size + lane.waiting.length;
    },
    enter(resource, patienceMs) {
      const known = lanes.get(resource);
      const lane: Lane = known ?? { waiting: [], turns: new Set(), tick: 0, timer: undefined };
      if (known === undefined) lanes.set(resource, lane);
      // Nobody, or only those who hang: there is nobody to wait for.
      if ([...lane.turns].every(({ replaced }) => replaced)) return Promise.resolve(begin(resource, lane));
      lane.timer ??= setInterval(() => lookAround(lane), patienceMs);
      return new Promise((resolve) => {
        lane.waiting.push(() => resolve(begin(resource, lane)));
      });
    },
  };
}
