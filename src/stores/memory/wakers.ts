// Who waits for a space hears soon after a commit to it. A reader is registered from the call of `wake` on, so that a
// commit between two looks is remembered until the next one.
import type { Space } from '../../core/resource.ts';

export interface Wakers {
  notify(space: Space): void;
  /** Yields after commits to the space; ends with the signal or with `close`. */
  wake(space: Space, signal: AbortSignal): AsyncIterable<void>;
  close(): void;
}

interface Reader {
  /** A commit came that the reader has not been told of. */
  pending: boolean;
  resume: (() => void) | undefined;
}

export function createWakers(): Wakers {
  const readers = new Map<Space, Set<Reader>>();
  let closed = false;

  function rouse(reader: Reader): void {
    reader.pending = true;
    reader.resume?.();
  }

  async function* follow(space: Space, reader: Reader, signal: AbortSignal): AsyncGenerator<void> {
    const onAbort = (): void => reader.resume?.();
    signal.addEventListener('abort', onAbort);
    try {
      while (!signal.aborted && !closed) {
        if (reader.pending) {
          reader.pending = false;
          yield;
        } else {
          await new Promise<void>((resolve) => {
            reader.resume = resolve;
          });
          reader.resume = undefined;
        }
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      const members = readers.get(space);
      members?.delete(reader);
      if (members?.size === 0) readers.delete(space);
    }
  }

  return {
    notify(space) {
      if (readers.size === 0) return;
      for (const reader of readers.get(space) ?? []) rouse(reader);
    },
    wake(space, signal) {
      const reader: Reader = { pending: false, resume: undefined };
      const members = readers.get(space) ?? new Set();
      readers.set(space, members.add(reader));
      return follow(space, reader, signal);
    },
    close() {
      closed = true;
      for (const members of readers.values()) for (const reader of members) rouse(reader);
    },
  };
}
