// Watches a guarded folder and captures what changes. What the system reports is a hint for haste; the truth is the next
// look at all files, which comes now and then whatever was reported.
import { type Dirent, existsSync, lstatSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { isReserved } from './disk/reserved.ts';
import { createWatches } from './disk/watches.ts';
import type { Captured, Guard, LeftOut } from './types.ts';

export interface WatchOptions {
  readonly root: string;
  readonly guard: Guard;
  readonly signal: AbortSignal;
  /** Runs `work` after a while; answers how to take that back. */
  readonly later: (ms: number, work: () => void) => () => void;
  readonly onCaptured: (captured: readonly Captured[]) => void;
  /** What was not left out, or not found out about, at the look before. */
  readonly onLeftOut: (left: readonly LeftOut[]) => void;
  readonly onFault: (error: unknown) => void;
  /** Milliseconds between looks at all files. @default 5,000 */
  readonly everyMs?: number;
}

/** Changes that come together are captured together. */
const TOGETHER_MS = 40;
const EVERY_MS = 5000;
/** Hints beyond which all files are looked at: git lists them sooner than each is asked about. */
const MANY = 500;

/** Ends with the signal, after the capture that is under way. */
export async function watchFolder(options: WatchOptions): Promise<void> {
  const { root, guard, signal, later, onCaptured, onLeftOut, onFault, everyMs = EVERY_MS } = options;
  let left = guard.leftOut();
  let named = new Set<string>();
  let all = true;
  let wake: () => void = () => {};
  const hint = (name: string | null): void => {
    // The guard's own files change with each look: to look again for their sake would never end.
    if (name !== null && isReserved(name)) return;
    if (name === null || named.size >= MANY) all = true;
    else named.add(name);
    wake();
  };
  let cancelLook: () => void = () => {};
  const deep = process.platform !== 'linux';
  const watches = createWatches({ root, hint, deep, onShort: (error) => onFault(shortOf(error, everyMs)) });
  const stop = (): void => wake();
  signal.addEventListener('abort', stop, { once: true });
  try {
    watches.keep(guard.folders());
    while (!signal.aborted) {
      const [hinted, everything] = [[...named], all];
      named = new Set();
      all = false;
      try {
        const folders = deep ? [] : await newFolders(root, guard, hinted);
        // Watched before they are looked into: what comes into them meanwhile is hinted at.
        watches.keep(folders);
        const paths = [...hinted, ...filesIn(root, folders)];
        onCaptured(await (everything ? guard.capture() : guard.capture(paths)));
        if (everything && watches.keep(guard.folders())) all = true;
        const known = new Set(left.map(({ path: file }) => file));
        const fresh = guard.leftOut().filter(({ path: file }) => !known.has(file));
        if (fresh.length > 0) onLeftOut(fresh);
        left = guard.leftOut();
      } catch (error) {
        onFault(error);
      }
      // Counted from look to look, not from the last hint: hints without a pause do not put it off.
      if (everything) {
        cancelLook();
        cancelLook = later(everyMs, () => {
          all = true;
          wake();
        });
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (named.size > 0 || all || signal.aborted) resolve();
      });
      if (!all && !signal.aborted) await pause(TOGETHER_MS, later);
    }
  } finally {
    cancelLook();
    signal.removeEventListener('abort', stop);
    watches.close();
  }
}

/** The machine watches no more: the looks at all files are what remains, and whoever runs the guard is told how to mend it. */
function shortOf(error: unknown, everyMs: number): Error {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const setting = code === 'ENOSPC' ? 'max_user_watches' : code === 'EMFILE' ? 'max_user_instances' : undefined;
  const next = setting === undefined ? '' : ` To see them at once, raise fs.inotify.${setting} (sysctl).`;
  return new Error(
    `Not all folders can be watched (${setting === undefined ? message : code}): changes there are taken within ${everyMs / 1000} seconds.${next}`,
  );
}

/** The folders among the hinted paths, with those below them, as far as they are guarded. */
async function newFolders(root: string, guard: Guard, hinted: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  let level = hinted.filter((id) => isFolder(path.join(root, id)));
  while (level.length > 0) {
    const left = await guard.leftAlone(level);
    const inside = level.filter((id) => !left.has(id) && !existsSync(path.join(root, id, '.git')));
    found.push(...inside);
    level = inside.flatMap((id) =>
      entriesOf(root, id).flatMap((one) => (one.isDirectory() ? [`${id}/${one.name}`] : [])),
    );
  }
  return found;
}

function filesIn(root: string, folders: readonly string[]): readonly string[] {
  return folders.flatMap((id) => entriesOf(root, id).flatMap((one) => (one.isFile() ? [`${id}/${one.name}`] : [])));
}

function isFolder(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    // Not to be read: the looks at all files tell so.
    return false;
  }
}

/** None where it is gone, or not to be read. */
function entriesOf(root: string, folder: string): readonly Dirent[] {
  try {
    return readdirSync(path.join(root, folder), { withFileTypes: true });
  } catch {
    return [];
  }
}

function pause(ms: number, later: WatchOptions['later']): Promise<void> {
  return new Promise((resolve) => {
    later(ms, resolve);
  });
}
