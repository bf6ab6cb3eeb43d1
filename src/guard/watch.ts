// Watches a guarded folder and captures what changes. What the system reports is a hint for haste; the truth is the next
// look at all files, which comes now and then whatever was reported.
import { type FSWatcher, watch } from 'node:fs';
import type { Captured, Guard, LeftOut } from './types.ts';

export interface WatchOptions {
  readonly root: string;
  readonly guard: Guard;
  readonly signal: AbortSignal;
  /** Runs `work` after a while; answers how to take that back. */
  readonly later: (ms: number, work: () => void) => () => void;
  readonly onCaptured: (captured: readonly Captured[]) => void;
  /** Names that were not there, or not found out about, at the look before. */
  readonly onLeftOut: (left: readonly LeftOut[]) => void;
  readonly onFault: (error: unknown) => void;
  /** Milliseconds between looks at all files. @default 5,000 */
  readonly everyMs?: number;
}

/** Changes that come together are captured together. */
const TOGETHER_MS = 40;
const EVERY_MS = 5000;

/** Ends with the signal, after the capture that is under way. */
export async function watchFolder(options: WatchOptions): Promise<void> {
  const { root, guard, signal, later, onCaptured, onLeftOut, onFault, everyMs = EVERY_MS } = options;
  let left = guard.leftOut();
  let named = new Set<string>();
  let all = true;
  let wake: () => void = () => {};
  const hint = (name: string | null): void => {
    if (name === null) all = true;
    else named.add(name);
    wake();
  };
  const watcher = startWatching(root, hint, onFault);
  const stop = (): void => wake();
  signal.addEventListener('abort', stop, { once: true });
  try {
    while (!signal.aborted) {
      const [paths, everything] = [[...named], all];
      named = new Set();
      all = false;
      try {
        onCaptured(await (everything ? guard.capture() : guard.capture(paths)));
        const known = new Set(left.map(({ path }) => path));
        const fresh = guard.leftOut().filter(({ path }) => !known.has(path));
        if (fresh.length > 0) onLeftOut(fresh);
        left = guard.leftOut();
      } catch (error) {
        onFault(error);
      }
      const woken = await hinted(
        () => named.size > 0 || all || signal.aborted,
        everyMs,
        later,
        (fn) => {
          wake = fn;
        },
      );
      if (woken && !signal.aborted) await pause(TOGETHER_MS, later);
      if (!woken) all = true;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    watcher?.close();
  }
}

/** Undefined where the machine watches nothing: the looks at all files are what remains. */
function startWatching(
  root: string,
  hint: (name: string | null) => void,
  onFault: (error: unknown) => void,
): FSWatcher | undefined {
  try {
    const watcher = watch(root, { recursive: true, persistent: true }, (_event, name) => hint(name));
    watcher.on('error', (error) => {
      onFault(error);
      hint(null);
    });
    return watcher;
  } catch (error) {
    onFault(error);
    return undefined;
  }
}

/** True when a hint came, false when the time was over. */
function hinted(
  ready: () => boolean,
  ms: number,
  later: WatchOptions['later'],
  onWake: (fn: () => void) => void,
): Promise<boolean> {
  return new Promise((resolve) => {
    if (ready()) {
      resolve(true);
      return;
    }
    const cancel = later(ms, () => resolve(false));
    onWake(() => {
      cancel();
      resolve(true);
    });
  });
}

function pause(ms: number, later: WatchOptions['later']): Promise<void> {
  return new Promise((resolve) => {
    later(ms, resolve);
  });
}
