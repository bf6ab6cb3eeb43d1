// Keeps a guarded folder from inside a process that has its store open: what lies there is taken first, then hooks are
// answered on the home's socket, and with `watch` what nobody announced is taken as it happens.
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';
import { findPlace, SOCKET } from '../../guard/front/place.ts';
import { serveHook } from '../../guard/front/run.ts';
import { listenOn } from '../../guard/server.ts';
import type { Captured, LeftOut } from '../../guard/types.ts';
import { watchFolder } from '../../guard/watch.ts';
import { cleanName } from '../shell/text.ts';
import type { GuardPlace, Guards } from './guard.ts';

export function placeOrFault(folder: string): GuardPlace {
  const place = findPlace(folder);
  if (place !== undefined) return place;
  throw new EntenteError('not-found', `There is no .entente folder in ${cleanName(folder)} or above it.`, {
    next: 'entente init',
  });
}

export interface Keeping {
  readonly place: GuardPlace;
  /** Closed by whoever opened them, after the end of this. */
  readonly guards: Guards;
  readonly watch: boolean;
  /** What was taken after the first look. */
  readonly onCaptured: (captured: readonly Captured[]) => void;
  readonly onFault: (error: unknown) => void;
}

export interface Kept {
  readonly socket: string;
  /** Files that the first look took. */
  readonly found: number;
  /** What the first look found out about names, in words; some of it where it is much. */
  readonly names: readonly string[];
  /** Looks no more, and answers what is under way. */
  close(): Promise<void>;
}

const MOST_NAMES = 5;

function namesOf(left: readonly LeftOut[]): readonly string[] {
  const words = left
    .slice(0, MOST_NAMES)
    .map(({ path: file, why, twin = '' }) =>
      why === 'name'
        ? `${JSON.stringify(file)} is not guarded: its name is no id as it stands (composed letters, no backslash, no control characters). Rename it.`
        : `${cleanName(file)} and ${cleanName(twin)} differ in letter case alone: on many machines they are one file. Rename one of them.`,
    );
  const more = left.length - words.length;
  return more > 0 ? [...words, `${more} more names are like that.`] : words;
}

function later(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}

/** Hooks are answered once it returns. `misuse` where another process keeps the folder. */
export async function keepFolder(keeping: Keeping): Promise<Kept> {
  const { place, guards, watch, onCaptured, onFault } = keeping;
  const { home, root } = place;
  const guard = await guards.of(place);
  // What lies there now is a version before anybody writes over it.
  await guard.drain();
  const found = await guard.capture();
  const socket = path.join(home, SOCKET);
  const server = await listenOn({
    socket,
    answer: (host, text) =>
      serveHook({ host, text, cwd: root, home, clock: Date.now, guardOf: guards.of, landed: guards.landed }),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
  const stop = new AbortController();
  const { signal } = stop;
  const watching = watch ? watchFolder({ root, guard, signal, later, onCaptured, onFault }) : Promise.resolve();
  return {
    socket,
    found: found.length,
    names: namesOf(guard.leftOut()),
    close: async () => {
      stop.abort();
      await watching;
      await server.close();
    },
  };
}
