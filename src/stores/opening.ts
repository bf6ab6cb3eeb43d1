// Opening on first use, for stores with something to connect to: what keeps a store from being opened is thrown to everybody
// who asks, and tried anew for the next one.
import { EntenteError } from '../core/errors.ts';

export interface Opening<Opened> {
  /** What was opened. `store-unavailable` once the store is closed. */
  use(): Promise<Opened>;
  /** Ends the use, and then does `work`, once however often it is called: with what was opened, or undefined. */
  close(work: (opened: Opened | undefined) => Promise<void>): Promise<void>;
}

export function closedFault(): EntenteError {
  return new EntenteError('store-unavailable', 'The store is closed.', { next: 'Create a new store.' });
}

export function createOpening<Opened>(open: () => Promise<Opened>): Opening<Opened> {
  let opened: Promise<Opened> | undefined;
  let closed = false;
  return {
    async use() {
      if (closed) throw closedFault();
      opened ??= open();
      try {
        return await opened;
      } catch (error) {
        opened = undefined;
        throw error;
      }
    },
    async close(work) {
      if (closed) return;
      closed = true;
      await work(await opened?.catch(() => undefined));
    },
  };
}
