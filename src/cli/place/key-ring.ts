// The keys of a server, as `keys` shows them: of the store itself, or asked of the server that it is behind.
import type { MadeServerKey, NewServerKey, ServerKey } from '../../client/server-keys.ts';
import { createKeys, type KeyInfo, type Keys } from '../../service/keys.ts';
import { formatGrant, parseGrant } from '../../service/principal.ts';
import { createSigner } from '../../service/signing.ts';
import type { Store } from '../../stores/store.ts';
import type { Opened } from '../shell/context.ts';

export interface KeyRing {
  list(): Promise<readonly ServerKey[]>;
  create(key: NewServerKey): Promise<MadeServerKey>;
  /** False where there is none of that id. A server says so itself. */
  revoke(id: string): Promise<boolean>;
  /** Makes a new key to sign tokens with. */
  rotate(): Promise<{ readonly kid: string }>;
}

function shown(key: KeyInfo): ServerKey {
  return { ...key, grants: key.grants.map(formatGrant) };
}

function storeRing(store: Store): KeyRing {
  const keys: Keys = createKeys({ store, clock: Date.now });
  return {
    list: async () => (await keys.list()).map(shown),
    async create({ grants, ...key }) {
      const { info, text } = await keys.create({ ...key, grants: grants.map(parseGrant) });
      return { ...shown(info), key: text };
    },
    revoke: (id) => keys.revoke(id),
    rotate: () => createSigner({ store, clock: Date.now }).rotate(),
  };
}

export function keyRing({ server, store }: Opened): KeyRing {
  if (server === undefined) return storeRing(store());
  return {
    list: () => server.keys(),
    create: (key) => server.createKey(key),
    async revoke(id) {
      await server.revokeKey(id);
      return true;
    },
    rotate: () => server.rotateSigningKey(),
  };
}
