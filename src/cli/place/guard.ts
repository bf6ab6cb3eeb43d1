// Opens a guard: its folder, the store of its home, and a controller that keeps what it cannot merge as a conflict.
import * as path from 'node:path';
import { createController } from '../../controller/controller.ts';
import { cursorOf } from '../../controller/feed.ts';
import { movedInSight } from '../../controller/moved.ts';
import { DEFAULT_SPACE, parseSpace } from '../../core/resource.ts';
import { type Folder, openFolder } from '../../guard/disk/folder.ts';
import { readHookConfig } from '../../guard/front/place.ts';
import { createGuard } from '../../guard/guard.ts';
import type { Guard } from '../../guard/types.ts';
import { rehearsalStore } from '../../service/rehearsal.ts';
import type { Store } from '../../stores/store.ts';
import { merge } from '../../strategies/merge.ts';
import { mergeBy } from './guard-merge.ts';
import { findLocation } from './location.ts';
import { openStore } from './open.ts';
import { recordBase } from './worktrees.ts';

export interface GuardPlace {
  /** The `.entente` folder. */
  readonly home: string;
  /** The guarded folder. */
  readonly root: string;
  readonly space: string;
}

export interface GuardSetting {
  readonly clock?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly warn?: (message: string) => void;
  /** @default the root of the place, as it is on disk */
  readonly folder?: Folder;
  /** @default what `.entente/config.json` says of hooks */
  readonly announces?: boolean;
}

/** A guard over an open store, which its caller closes. */
export async function guardOver(store: Store, place: GuardPlace, setting: GuardSetting = {}): Promise<Guard> {
  const { home, root, space } = place;
  const { clock, sleep, warn } = setting;
  const shared = {
    space,
    default: merge('auto'),
    ...(clock === undefined ? {} : { clock }),
    ...(warn === undefined ? {} : { onWarning: warn }),
  };
  const controller = createController({ ...shared, store });
  return createGuard({
    folder: setting.folder ?? (await openFolder(root)),
    state: path.join(home, 'guard'),
    space,
    controller,
    rehearsal: createController({ ...shared, store: rehearsalStore(store) }),
    merge: mergeBy(controller),
    movedIn: (base, current, lines) => movedInSight(base, current, [lines]).map((one) => one.current),
    latest: async () => {
      const { epoch, revision } = await store.read(parseSpace(space), []);
      return { cursor: cursorOf(epoch, revision), revision };
    },
    announces: setting.announces ?? readHookConfig(home).announce,
    ...(clock === undefined ? {} : { clock }),
    ...(sleep === undefined ? {} : { sleep }),
  });
}

export interface Guards {
  /** The guard of a worktree; kept open, its `close` does nothing. */
  readonly of: (place: GuardPlace) => Promise<Guard>;
  /** A file whose write was only written down: it is made a version a moment later, when nobody waits for it. */
  readonly landed: (place: GuardPlace, path: string) => void;
  close(): Promise<void>;
}

/** Milliseconds after which what was written down is made versions, together with what came meanwhile. */
const SOON_MS = 250;

/** The guards of all worktrees of one home, on one open store, which they close. */
export async function createGuards(home: string, warn: (message: string) => void): Promise<Guards> {
  const { store: url } = await findLocation(path.dirname(home), undefined, {});
  const store = await openStore(url, warn);
  const guards = guardsOver(store, home, warn);
  return {
    ...guards,
    close: async () => {
      await guards.close();
      await store.close();
    },
  };
}

/** The same on an open store, which they leave open. */
export function guardsOver(store: Store, home: string, warn: (message: string) => void): Guards {
  const open = new Map<string, Promise<Guard>>();
  const make = async (place: GuardPlace): Promise<Guard> => {
    if (place.space !== DEFAULT_SPACE) await recordBase(home, place.root, place.space);
    return { ...(await guardOver(store, place, { warn })), close: async () => {} };
  };
  const of = (place: GuardPlace): Promise<Guard> => {
    const known = open.get(place.root) ?? make(place);
    open.set(place.root, known);
    known.catch(() => open.delete(place.root));
    return known;
  };
  const soon = createSoon(async (place, paths) => (await of(place)).drain(paths), warn);
  return {
    of,
    landed: soon.add,
    close: soon.end,
  };
}

interface Soon {
  add(place: GuardPlace, path: string): void;
  /** Does at once what is left. */
  end(): Promise<void>;
}

/** Does work on files a moment later, once for all that came meanwhile; a fault is told, and the files are left for the next look. */
function createSoon(
  work: (place: GuardPlace, paths: readonly string[]) => Promise<void>,
  warn: (message: string) => void,
): Soon {
  const waiting = new Map<string, { readonly place: GuardPlace; readonly paths: Set<string> }>();
  let timer: NodeJS.Timeout | undefined;
  let under: Promise<void> = Promise.resolve();
  const all = async (): Promise<void> => {
    const taken = [...waiting.values()];
    waiting.clear();
    for (const { place, paths } of taken) {
      await work(place, [...paths]).catch((error: unknown) => warn((error as Error).message));
    }
  };
  const start = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    under = under.then(all);
    return under;
  };
  return {
    add: (place, file) => {
      const at = waiting.get(place.root) ?? { place, paths: new Set<string>() };
      waiting.set(place.root, at);
      at.paths.add(file);
      timer ??= setTimeout(() => void start(), SOON_MS);
    },
    end: start,
  };
}

/** The guard of a place, on the store that its home names; its end closes the store. */
export async function openGuard(place: GuardPlace, { warn = () => {} }: GuardSetting = {}): Promise<Guard> {
  const guards = await createGuards(place.home, warn);
  return { ...(await guards.of(place)), close: () => guards.close() };
}
