// What the system reports of a folder and those below it. Where it has to be told of each folder, these are the folders of
// guarded files and no others: what is ignored is large, changes in storms and would use up what a machine can watch.
import * as fs from 'node:fs';
import * as path from 'node:path';

export interface Watches {
  /**
   * Watches these folders (`''` is the root) and those that were watched before and are still there. Tells whether one is
   * new: what happened in it before is not reported.
   */
  keep(folders: readonly string[]): boolean;
  close(): void;
}

export interface WatchesOptions {
  readonly root: string;
  /** A path below the root; null: something, nobody knows where. */
  readonly hint: (name: string | null) => void;
  /** The machine watches no more folders. Told once until all of them are watched. */
  readonly onShort: (error: unknown) => void;
  /** One watch does for all folders: so on macOS and Windows. */
  readonly deep: boolean;
  /** @default fs.watch */
  readonly watch?: (folder: string, options: fs.WatchOptions, told: Told) => fs.FSWatcher;
}

type Told = (event: string, name: string | null) => void;

interface Watched {
  readonly watcher: fs.FSWatcher;
  /** A folder that is made anew under the same name is another one. */
  readonly id: string;
}

const FULL = ['ENOSPC', 'EMFILE', 'ENFILE', 'ENOMEM'];

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

function idOf(folder: string): string | undefined {
  const found = fs.lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true ? `${found.dev}.${found.ino}` : undefined;
}

export function createWatches({ root, hint, onShort, deep, watch = fs.watch }: WatchesOptions): Watches {
  const open = new Map<string, Watched>();
  /** Told of, and tried again. */
  let missed: readonly string[] = [];

  const drop = (folder: string): void => {
    open.get(folder)?.watcher.close();
    open.delete(folder);
  };
  const begin = (folder: string, id: string): void => {
    const watcher = watch(path.join(root, folder), { recursive: deep, persistent: true }, (_event, name) =>
      hint(name === null || folder === '' ? name : `${folder}/${name}`),
    );
    open.set(folder, { watcher, id });
    watcher.on('error', () => {
      if (open.get(folder)?.watcher === watcher) drop(folder);
      hint(null);
    });
  };
  /** True where it is watched now and was not before. */
  const add = (folder: string): boolean => {
    const id = idOf(path.join(root, folder));
    if (id !== undefined && open.get(folder)?.id === id) return false;
    drop(folder);
    if (id === undefined) return false;
    begin(folder, id);
    return true;
  };
  /** A fault of the machine. Gone meanwhile, or not to be read, is none: the looks at all files see what comes of that. */
  const tried = (folder: string): { readonly isNew: boolean; readonly fault?: unknown } => {
    try {
      return { isNew: add(folder) };
    } catch (fault) {
      return FULL.includes(codeOf(fault)) ? { isNew: false, fault } : { isNew: false };
    }
  };
  return {
    keep: (folders) => {
      const wanted = new Set(deep ? [''] : [...folders, ...missed, ...open.keys()]);
      let isSome = false;
      let short: unknown;
      const failed: string[] = [];
      for (const folder of wanted) {
        // No other one can be watched either: each is tried again the next time.
        const { isNew, fault } = short === undefined ? tried(folder) : { isNew: false, fault: short };
        isSome ||= isNew;
        short ??= fault;
        if (fault !== undefined) failed.push(folder);
      }
      if (short !== undefined && missed.length === 0) onShort(short);
      missed = failed;
      return isSome;
    },
    close: () => {
      for (const folder of [...open.keys()]) drop(folder);
    },
  };
}
