// Whether the store answers and takes writes: tried, not assumed. A full disk and a folder that became read-only still
// answer every read.
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
/** Trials after which their log is trimmed. */
const KEPT = 64;
/** Another server on the same store may have been faster. */
const TRIES = 5;
const KIND = 'trial';
const ID = 'readyz';

export interface Readiness {
  /** Throws `store-unavailable` where the store does not answer in time, or takes no write. */
  check(): Promise<void>;
}

export interface ReadinessOptions {
  readonly store: Store;
  readonly timers: Timers;
  readonly clock: () => number;
}

export function createReadiness({ store, timers, clock }: ReadinessOptions): Readiness {
  let landed: number | undefined;
  let writes = 0;
  let running: Promise<void> | undefined;

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

  async function look(): Promise<void> {
    await store.read(TRIAL_SPACE, []);
    if (landed !== undefined && Math.abs(clock() - landed) < WRITE_MS) return;
    // What landed last proves nothing any more, until the next write has.
    landed = undefined;
    await write();
  }

  /** One look for all who ask meanwhile. */
  function shared(): Promise<void> {
    if (running !== undefined) return running;
    const own = look().finally(() => {
      if (running === own) running = undefined;
    });
    // Heard by whoever waits for it; one that comes too late for all of them must not end the process.
    own.catch(() => undefined);
    running = own;
    return own;
  }

  return {
    async check() {
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
      } catch (error) {
        const message = 'The store does not answer, or takes no writes.';
        throw new EntenteError('store-unavailable', message, {}, { cause: error });
      } finally {
        cancel?.();
      }
    },
  };
}
