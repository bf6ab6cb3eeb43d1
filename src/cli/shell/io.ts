// What a run of the command line touches of the world. Tests hand in their own; `main.ts` hands in the process.
import type { Readable, Writable } from 'node:stream';
import { EntenteError } from '../../core/errors.ts';

/** A stream that may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };
export type Input = Readable & { readonly isTTY?: boolean };

export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: Input;
  readonly env: { readonly [name: string]: string | undefined };
  readonly cwd: string;
  /** Aborted by Ctrl-C. */
  readonly signal?: AbortSignal;
}

/** Ctrl-C, as an error: the run ends with 130 and nothing half written. */
export class Interrupted extends Error {
  constructor() {
    super('Interrupted. Nothing is half written.');
    this.name = 'Interrupted';
  }
}

/** The reader of stdout went away (`entente log | head`): a quiet end, no fault. */
export class PipeClosed extends Error {
  constructor() {
    super('The reader of the output is gone.');
    this.name = 'PipeClosed';
  }
}

/** All bytes of stdin; refused above `limit` before they are kept. Rejects with `Interrupted` on Ctrl-C. */
export async function readAll(input: Input, limit: number, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  const stop = (): void => {
    input.destroy(new Interrupted());
  };
  if (signal.aborted) throw new Interrupted();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of input) {
      const bytes = Buffer.from(chunk as Uint8Array | string);
      size += bytes.length;
      if (size > limit) {
        throw new EntenteError('too-large', `The input is larger than ${limit} bytes.`, {
          next: 'Split it into several resources.',
        });
      }
      chunks.push(bytes);
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
  return Buffer.concat(chunks);
}

/** Waits; rejects with `Interrupted` on Ctrl-C. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new Interrupted());
      return;
    }
    const stop = (): void => {
      clearTimeout(timer);
      reject(new Interrupted());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

export function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
