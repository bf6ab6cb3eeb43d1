// Checks of whole spaces, in the background of a server: the log is replayed, which takes as long as it is long. One at a
// time for each space, and few at once; whoever asks meanwhile hears how far it is.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EntenteError, isEntenteError } from '../core/errors.ts';
import type { StoreReport } from '../core/report.ts';
import type { Space } from '../core/resource.ts';
import type { Store } from '../stores/store.ts';
import { verifyStore } from '../verify/verify-store.ts';
import { passThrough } from './pass-through.ts';

export interface Verification {
  readonly state: 'none' | 'running' | 'done' | 'failed';
  /** Milliseconds since 1970. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** The revision that the replay has reached, and the one that it was begun for. */
  readonly checked: number;
  readonly of: number;
  readonly report?: StoreReport;
  /** Why it could not be brought to an end. */
  readonly fault?: { readonly code: string; readonly message: string };
}

export interface Verifications {
  /** Begins one, or joins the one that runs; `rate-limited` where too many run. */
  start(space: Space): Promise<Verification>;
  /** The one that runs, or the last one that ended since the server started. */
  last(space: Space): Verification;
  /** Ends all that run. */
  close(): void;
}

export interface VerificationsOptions {
  readonly store: Store;
  readonly clock: () => number;
}

const AT_ONCE = 2;
const MAX_KEPT = 256;
const RETRY_MS = 10_000;
/** Entries between two turns of the event loop that are left to everybody else. */
const TURN = 50;
const NONE: Verification = { state: 'none', checked: 0, of: 0 };

class Stopped extends Error {}

export function createVerifications({ store, clock }: VerificationsOptions): Verifications {
  const known = new Map<Space, Verification>();
  let running = 0;
  let stopped = false;

  /** The store as it is, which tells how far it is read and lets others have their turn. */
  function watched(space: Space, reached: (revision: number) => void): Store {
    let looked = 0;
    const turn = async (): Promise<void> => {
      if (stopped) throw new Stopped('The server is stopping.');
      looked += 1;
      if (looked % TURN === 0) await nextTurn();
    };
    return {
      ...passThrough(store),
      async commitStatus(of, agent, commitId) {
        await turn();
        return store.commitStatus(of, agent, commitId);
      },
      async content(hash) {
        await turn();
        return store.content(hash);
      },
      async log(of, after, limit) {
        if (of === space) reached(after);
        await nextTurn();
        return store.log(of, after, limit);
      },
    };
  }

  async function run(space: Space, begun: Verification): Promise<void> {
    let now = begun;
    const say = (more: Partial<Verification>): void => {
      now = { ...now, ...more };
      known.set(space, now);
    };
    try {
      const report = await verifyStore(
        watched(space, (checked) => say({ checked })),
        space,
      );
      say({ state: 'done', endedAt: clock(), checked: report.revision, report });
    } catch (error) {
      const { code, message } = isEntenteError(error) ? error : { code: 'unexpected', message: 'It did not end.' };
      say({ state: 'failed', endedAt: clock(), fault: { code, message } });
    } finally {
      running -= 1;
    }
  }

  return {
    async start(space) {
      const before = known.get(space);
      if (before?.state === 'running') return before;
      if (running >= AT_ONCE) {
        throw new EntenteError('rate-limited', `${AT_ONCE} spaces are being checked, and no more are at once.`, {
          next: 'Wait for one of them to end.',
          retryAfterMs: RETRY_MS,
        });
      }
      const [oldest] = known.keys();
      if (known.size >= MAX_KEPT && oldest !== undefined) known.delete(oldest);
      // Said before it is known how far there is to go: whoever asks at the same time joins this one.
      const begun: Verification = { state: 'running', startedAt: clock(), checked: 0, of: 0 };
      known.set(space, begun);
      running += 1;
      try {
        const { revision } = await store.read(space, []);
        const sized = { ...begun, of: revision };
        known.set(space, sized);
        void run(space, sized);
        return sized;
      } catch (error) {
        running -= 1;
        known.delete(space);
        throw error;
      }
    },
    last: (space) => known.get(space) ?? NONE,
    close() {
      stopped = true;
    },
  };
}
