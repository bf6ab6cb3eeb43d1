// What one look at a file works on, and what it has found so far: shared by the steps of `reconcile`.
import { EntenteError } from '../core/errors.ts';
import type { Ground } from './ground.ts';
import type { Settled } from './settle.ts';
import type { Held, Intent, Sight } from './spool/book.ts';
import type { Captured } from './types.ts';
import type { Now } from './versions.ts';

export interface ReconcileOptions {
  /** Writes that the host says are done, whatever lies on disk. */
  readonly reported?: readonly Intent[];
  /** Whose change it is where no announced write explains it. */
  readonly author?: string;
  readonly note?: string;
}

/** An announced write that was settled in this look. */
export interface Landed {
  readonly intent: Intent;
  readonly result: Settled;
  /** What its author knows now, where that changed. */
  readonly knows?: Sight | undefined;
  /** What its author may have read instead, after a replacement in it. */
  readonly glimpses?: readonly Sight[];
}

export interface Work {
  readonly ground: Ground;
  readonly path: string;
  readonly options: ReconcileOptions;
  readonly settled: Landed[];
  readonly captured: Captured[];
  /** What lies on disk stays there for now, though it is not the head. */
  hold: Held | undefined;
  /** The version that what was found on disk was made from, where that was looked for. */
  root: string | undefined;
}

export function sameCall(a: Intent, b: Intent): boolean {
  return a.agent === b.agent && a.call === b.call;
}

/** The agent of the one command that runs; undefined where none does, or several do. */
export function runningAgent(ground: Ground): string | undefined {
  const agents = new Set(ground.desk.read().running.map(({ agent }) => agent));
  return agents.size === 1 ? [...agents][0] : undefined;
}

export function noteCapture({ captured, path }: Work, agent: string, before: Now, { now }: Settled): void {
  if (now.head === undefined || now.head.revision === before.head?.revision) return;
  const { version, deleted } = now.head;
  captured.push({ path, agent, version, hash: now.hash, deleted });
}

export function lost(path: string): EntenteError {
  return new EntenteError(
    'store-corrupt',
    `Bytes that were announced for ${JSON.stringify(path)} are not kept any more.`,
    {
      next: 'Look at what is kept: entente recover PATH --list',
    },
  );
}
