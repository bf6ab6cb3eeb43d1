// Server-sent events on a response: what is written, what still waits for the reader, and when a reader is given up.
import type { ServerResponse } from 'node:http';
import { every, type Timers } from '../service/timers.ts';

/** A comment that often tells both ends, and what is between them, that the stream is alive. */
export const HEARTBEAT_MS = 15_000;
/** Milliseconds after which a reader comes back by itself. */
const RETRY_MS = 2000;
/** What is given a reader to take its last events. */
const LINGER_MS = 5000;

export interface SseEvent {
  readonly event: string;
  readonly data: string;
  /** What a reader goes on from. */
  readonly id?: string;
}

export interface EventStream {
  /** Writes text; false once the reader is gone, or is dropped now because too much waits for it. */
  send(text: string): boolean;
  /** Resolves when nothing waits for the reader any more, it is gone, or the signal says so. */
  drained(signal: AbortSignal): Promise<void>;
  /** Says the last words and ends. */
  end(text: string): void;
}

export interface EventStreamOptions {
  readonly response: ServerResponse;
  readonly timers: Timers;
  /** Bytes that may wait for the reader. */
  readonly maxQueued: number;
  /** Said with each heartbeat. @default a comment alone */
  readonly onHeartbeat: () => string;
  /** Told once, when the reader is gone. */
  readonly onClose: () => void;
}

export function frame({ event, data, id }: SseEvent): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;
}

export function openEventStream(options: EventStreamOptions): EventStream {
  const { response, timers, maxQueued, onHeartbeat, onClose } = options;
  /** Writes that were handed over, and those that the machine has taken. */
  let [written, taken] = [0, 0];
  let takenBefore = 0;
  let stuck = false;

  const beat = (): void => {
    const waits = written > taken;
    // Nothing of what waits was taken in a whole heartbeat, twice: whoever it was does not read any more.
    if (waits && taken === takenBefore && stuck) response.destroy();
    else {
      stuck = waits && taken === takenBefore;
      takenBefore = taken;
      if (!waits) send(onHeartbeat());
    }
  };
  const stopBeating = every(timers, HEARTBEAT_MS, beat);
  const { socket } = response;
  response.once('close', () => {
    stopBeating();
    // A reader that went away leaves a connection that counts as busy, and would hold up the end of the server.
    if (!response.writableFinished) socket?.destroy();
    onClose();
  });
  // What a broken connection says is heard by its close.
  response.on('error', () => undefined);

  function send(text: string): boolean {
    if (response.destroyed || response.writableEnded) return false;
    // Looked at before: one event, however large, always has its chance.
    if (response.writableLength > maxQueued) {
      response.destroy();
      return false;
    }
    written += 1;
    response.write(text, () => {
      taken += 1;
    });
    return true;
  }

  response.write(`retry: ${RETRY_MS}\n\n`);
  return {
    send,
    drained(signal) {
      if (!response.writableNeedDrain || response.destroyed || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const done = (): void => {
          for (const name of ['drain', 'close']) response.off(name, done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        for (const name of ['drain', 'close']) response.on(name, done);
        signal.addEventListener('abort', done, { once: true });
      });
    },
    end(text) {
      if (response.destroyed) return;
      response.end(text);
      const cancel = timers.after(LINGER_MS, () => response.destroy());
      response.once('close', cancel);
    },
  };
}
