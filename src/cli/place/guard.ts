// Opens a guard: its folder, the store of its home, and a controller that keeps what it cannot merge as a conflict.
import * as path from 'node:path';
import { createController } from '../../controller/controller.ts';
import { openFolder } from '../../guard/disk/folder.ts';
import { createGuard } from '../../guard/guard.ts';
import type { Guard } from '../../guard/types.ts';
import { rehearsalStore } from '../../service/rehearsal.ts';
import type { Store } from '../../stores/store.ts';
import { merge } from '../../strategies/merge.ts';
import { mergeBy } from './guard-merge.ts';
import { findLocation } from './location.ts';
import { openStore } from './open.ts';

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
    folder: await openFolder(root),
    state: path.join(home, 'guard'),
    space,
    controller,
    rehearsal: createController({ ...shared, store: rehearsalStore(store) }),
    merge: mergeBy(controller),
    ...(clock === undefined ? {} : { clock }),
    ...(sleep === undefined ? {} : { sleep }),
  });
}

/** The guard of a place, on the store that its home names; its end closes the store. */
export async function openGuard(place: GuardPlace, setting: GuardSetting = {}): Promise<Guard> {
  const { store: url } = await findLocation(path.dirname(place.home), undefined, {});
  const store = await openStore(url, setting.warn ?? (() => {}));
  const guard = await guardOver(store, place, setting);
  return {
    ...guard,
    close: async () => {
      await guard.close();
      await store.close();
    },
  };
}
