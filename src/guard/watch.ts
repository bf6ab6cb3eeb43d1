// Watches a guarded folder and captures what changes. What the system reports is a hint for haste; the truth is the next
// look at all files, which comes now and then whatever was reported.
import { type FSWatcher, watch } from 'node:fs';
import { isReserved } from './disk/reserved.ts';
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
    // The guard's own files change with each look: to look again for their sake would never end.
    if (name !== null && isReserved(name)) return;
    if (name === null) all = true;
    else named.add(name);
    wake();
  };
  let cancelLook: () => void = () => {};
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

function pause(ms: number, later: WatchOptions['later']): Promise<void> {
  return new Promise((resolve) => {
    later(ms, resolve);
  });
}
