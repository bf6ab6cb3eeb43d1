// Keeps a guarded folder from inside a process that has its store open: what lies there is taken first, then hooks are
// answered on the home's socket, and with `watch` what nobody announced is taken as it happens.
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';
import { findPlace, SOCKET } from '../../guard/front/place.ts';
import { serveHook } from '../../guard/front/run.ts';
import { listenOn } from '../../guard/server.ts';
import type { Arrived, Captured, Guard, LeftOut } from '../../guard/types.ts';
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
  /** What others committed, and is on disk now. Told with `watch` alone. */
  readonly onArrived: (arrived: Arrived) => void;
  /** What else is to be known, in words. */
  readonly onWarning: (message: string) => void;
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

function wordsOf({ path: file, why, twin = '', fault = '' }: LeftOut): string {
  if (why === 'fault') return `${cleanName(fault)}. It is guarded again once it can be.`;
  return why === 'name'
    ? `${JSON.stringify(file)} is not guarded: its name is no id as it stands (composed letters, no backslash, no control characters). Rename it.`
    : `${cleanName(file)} and ${cleanName(twin)} differ in letter case alone: on many machines they are one file. Rename one of them.`;
}

function namesOf(left: readonly LeftOut[]): readonly string[] {
  const words = left.slice(0, MOST_NAMES).map(wordsOf);
  const more = left.length - words.length;
  return more > 0 ? [...words, `${more} more files are like that.`] : words;
}

/** What is to be said of a change on disk that is in a conflict and in no version. */
export function clashOf({ path: file, conflictId, version }: Captured): string | undefined {
  if (conflictId === undefined) return undefined;
  return `${cleanName(file)}: what lies on disk clashes with version ${version}, which others committed. The file stays as it is, and conflict ${conflictId} has both: entente conflicts show ${conflictId}`;
}

function later(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}

/** Told in the words of the command that keeps the folder. */
function followed(guard: Guard, keeping: Keeping, signal: AbortSignal): Promise<void> {
  const { onArrived, onCaptured, onWarning, onFault } = keeping;
  const onTwin = (file: string, twin: string): void =>
    onWarning(
      `${cleanName(file)} was committed by others and is not made a file: ${cleanName(twin)} differs from it in letter case alone.`,
    );
  return guard.follow({ signal, later, onArrived, onCaptured, onTwin, onFault });
}

/** Hooks are answered once it returns. `misuse` where another process keeps the folder. */
export async function keepFolder(keeping: Keeping): Promise<Kept> {
  const { place, guards, watch, onCaptured, onFault } = keeping;
  const { home, root } = place;
  const guard = await guards.of(place);
  const stop = new AbortController();
  const { signal } = stop;
  await guard.drain();
  // From before the first look: what a file was made from, that began here and elsewhere meanwhile, depends on it.
  const following = watch ? followed(guard, keeping, signal) : Promise.resolve();
  try {
    // What lies there now is a version before anybody writes over it.
    const found = await guard.capture();
    const clashing = found.filter(({ conflictId }) => conflictId !== undefined);
    if (clashing.length > 0) onCaptured(clashing);
    const socket = path.join(home, SOCKET);
    const server = await listenOn({
      socket,
      answer: (host, text) =>
        serveHook({ host, text, cwd: root, home, clock: Date.now, guardOf: guards.of, landed: guards.landed }),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    });
    const onLeftOut = (left: readonly LeftOut[]): void => namesOf(left).forEach(keeping.onWarning);
    const watching = watch
      ? watchFolder({ root, guard, signal, later, onCaptured, onLeftOut, onFault })
      : Promise.resolve();
    return {
      socket,
      found: found.length - clashing.length,
      names: namesOf(guard.leftOut()),
      close: async () => {
        stop.abort();
        await Promise.all([watching, following]);
        await server.close();
      },
    };
  } catch (error) {
    stop.abort();
    await following;
    throw error;
  }
}
