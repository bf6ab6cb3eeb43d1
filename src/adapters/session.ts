// What one agent of a process has read, so that its writes are compared with that and not with what is there by then. Tools of all
// sessions on one controller take turns for each resource.
import type { Controller } from '../controller/types.ts';
import type { Token } from '../core/token.ts';

export interface SessionOptions {
  /** Who reads and writes: one agent, one name. */
  readonly agent: string;
}

/** One agent at one controller: given to `withEntente` with each of its tools. */
export interface Session {
  readonly entente: Controller;
  readonly agent: string;
  /** What the agent read last of a resource: the base of its next write. */
  readonly seen: Map<string, Token>;
  /** Runs works on one resource one after another. */
  turn<T>(resource: string, work: () => Promise<T>): Promise<T>;
}

type Lanes = Map<string, Promise<unknown>>;

/** Of a controller's own: sessions that share one share its turns, and go with it. */
const lanesOf = new WeakMap<Controller, Lanes>();

function lanes(entente: Controller): Lanes {
  const known = lanesOf.get(entente) ?? new Map<string, Promise<unknown>>();
  lanesOf.set(entente, known);
  return known;
}

export function createSession(entente: Controller, { agent }: SessionOptions): Session {
  const waiting = lanes(entente);
  return {
    entente,
    agent,
    seen: new Map(),
    async turn(resource, work) {
      const before = waiting.get(resource) ?? Promise.resolve();
      const mine = before.then(work, work);
      const done = mine.catch(() => {});
      waiting.set(resource, done);
      try {
        return await mine;
      } finally {
        if (waiting.get(resource) === done) waiting.delete(resource);
      }
    },
  };
}
