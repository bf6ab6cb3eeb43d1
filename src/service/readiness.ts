// Whether the store answers and takes writes: tried, not assumed. A full disk and a folder that became read-only still
// answer every read. And since when: who looks at a server that is red wants to know whether it just went, or this morning.
import { randomBytes } from 'node:crypto';
import { EntenteError } from '../core/errors.ts';
import { parseAgentId, TRIAL_SPACE } from '../core/resource.ts';
import type { Store } from '../stores/store.ts';
import { writeRecord } from './records.ts';
import type { Timers } from './timers.ts';

/** Milliseconds that the store may take before the server counts as not ready. */
const READY_MS = 2000;
/** A write that landed is taken for so long as proof of the next: whoever asks needs no key, and every write costs a sync. */
const WRITE_MS = 1000;
/** Milliseconds between looks while the store is away, so that its return is noticed without anybody asking. */
const AGAIN_MS = 1000;
/** Trials after which their log is trimmed. */
const KEPT = 64;
/** Another server on the same store may have been faster. */
const TRIES = 5;
const KIND = 'trial';
const ID = 'readyz';

export interface Standing {
  readonly ready: boolean;
  /** Since when it is so; where it always was, since the start. Milliseconds since 1970. */
  readonly since: number;
}

/** The store went away, or came back. */
export interface Turn extends Standing {
  /** How it stood before, and since when. */
  readonly before: Standing;
  /** What the store said, where it went away. */
  readonly cause?: unknown;
}

export interface Readiness {
  /** Throws `store-unavailable`, with `since` in its details, where the store does not answer in time, or takes no write. */
  check(): Promise<Standing>;
  /** A call of the store failed: looks whether the store is away, unless that is known. */
  doubt(): void;
  /** Hears when the store goes away and when it comes back. */
  onTurn(listener: (turn: Turn) => void): void;
  /** Looks no more by itself. */
  end(): void;
}

export interface ReadinessOptions {
  readonly store: Store;
  readonly timers: Timers;
  readonly clock: () => number;
}

export function createReadiness({ store, timers, clock }: ReadinessOptions): Readiness {
  const trial = createTrial(store, clock);
  const listeners: ((turn: Turn) => void)[] = [];
  let standing: Standing = { ready: true, since: clock() };
  let running: Promise<void> | undefined;
  let again: (() => void) | undefined;
  let isDoubted = false;
  let ended = false;

  function turn(ready: boolean, cause?: unknown): void {
    if (ready === standing.ready) return;
    const before = standing;
    standing = { ready, since: clock() };
    for (const listener of listeners) listener({ ...standing, before, ...(ready ? {} : { cause }) });
  }

  /** One look for all who ask meanwhile. */
  function shared(): Promise<void> {
    if (running !== undefined) return running;
    const own = trial().finally(() => {
      if (running === own) running = undefined;
    });
    // Heard by whoever waits for it; one that comes too late for all of them must not end the process.
    own.catch(() => undefined);
    running = own;
    return own;
  }

  /** Asks for itself until the store is back. */
  function lookAgain(): void {
    if (again !== undefined || ended) return;
    again = timers.after(AGAIN_MS, () => {
      again = undefined;
      check().catch(() => undefined);
    });
  }

  async function check(): Promise<Standing> {
    const own = shared();
    let cancel: (() => void) | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      cancel = timers.after(READY_MS, () => {
        // The next one asks anew: the store may be back without ever answering this.
        if (running === own) running = undefined;
        reject(new Error('it does not answer'));
      });
    });
    try {
      await Promise.race([own, late]);
      turn(true);
      return standing;
    } catch (error) {
      turn(false, error);
      lookAgain();
      const details = { since: new Date(standing.since).toISOString() };
      throw new EntenteError('store-unavailable', 'The store does not answer, or takes no writes.', details, {
        cause: error,
      });
    } finally {
      cancel?.();
    }
  }

  return {
    check,
    doubt() {
      // Where the store is known to be away, it is looked at in any case.
      if (isDoubted || !standing.ready || ended) return;
      isDoubted = true;
      check()
        .catch(() => undefined)
        .finally(() => {
          isDoubted = false;
        });
    },
    onTurn: (listener) => void listeners.push(listener),
    end() {
      ended = true;
      again?.();
    },
  };
}

/** A read, and a write where the last one is not of just now. Throws what the store throws. */
function createTrial(store: Store, clock: () => number): () => Promise<void> {
  let landed: number | undefined;
  let writes = 0;

  async function write(): Promise<void> {
    const at = clock();
    for (let tries = 0; tries < TRIES; tries += 1) {
      const before = await store.record(TRIAL_SPACE, KIND, ID);
      const commitId = `trial-${randomBytes(12).toString('base64url')}`;
      const sender = { space: TRIAL_SPACE, agent: parseAgentId('entente'), at, commitId, reason: 'readyz' };
      const record = { kind: KIND, id: ID, value: { at }, expected: before?.revision ?? 0 };
      if (!(await writeRecord(store, sender, record))) continue;
      if (writes % KEPT === 0 && before !== undefined) await store.trim(TRIAL_SPACE, before.revision);
      writes += 1;
      landed = at;
      return;
    }
    throw new EntenteError('store-unavailable', 'Others were faster at every try.');
  }

  return async () => {
    await store.read(TRIAL_SPACE, []);
    if (landed !== undefined && Math.abs(clock() - landed) < WRITE_MS) return;
    // What landed last proves nothing any more, until the next write has.
    landed = undefined;
    await write();
  };
}
