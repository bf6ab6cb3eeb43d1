// From a location to a controller: on the store itself, or through the server that it is behind.
import { createController } from '../../controller/controller.ts';
import type { Space } from '../../core/resource.ts';
import type { Console } from '../shell/console.ts';
import type { Opened } from '../shell/context.ts';
import type { Io } from '../shell/io.ts';
import { cleanName } from '../shell/text.ts';
import { serverInsight, storeInsight } from './insight.ts';
import { behindServer, type Location, type StoreUrl } from './location.ts';
import { openStore } from './open.ts';
import { serverKey } from './server-key.ts';
import { wayTo } from './socket.ts';

export interface Wanted {
  readonly io: Io;
  readonly console: Console;
  readonly location: Location;
  readonly space: Space;
}

export type Reached = Pick<Opened, 'controller' | 'insight' | 'server' | 'store'>;

export async function reach({ io, console, location, space }: Wanted): Promise<Reached> {
  const url = location.store;
  if (url.kind === 'server') return reachServer(io, location, url, space);
  const store = await openStore(url, (message) => console.talk(`warning: ${message}`));
  const onWarning = (message: string): void => console.alert(`warning: ${cleanName(message)}`);
  const controller = createController({ store, space, onWarning });
  return { controller, insight: storeInsight(store, space), server: undefined, store: () => store };
}

async function reachServer(
  io: Io,
  location: Location,
  { url }: Extract<StoreUrl, { kind: 'server' }>,
  space: Space,
): Promise<Reached> {
  const key = await serverKey(io.env, io.cwd, url, location.home);
  const { createClient } = await import('../../client/client.ts');
  const controller = createClient({ ...wayTo(url), key, space });
  return {
    controller,
    insight: serverInsight(controller),
    server: controller,
    store: () => {
      throw behindServer(url);
    },
  };
}
