// What commands ask of a store beside the controller: of the store itself, or of the server that it is behind.
import type { Client } from '../../client/client.ts';
import { type Making, makingOf } from '../../controller/making.ts';
import type { Draft } from '../../controller/types.ts';
import type { Space } from '../../core/resource.ts';
import type { Token } from '../../core/token.ts';
import type { Head } from '../../core/version.ts';
import type { Store } from '../../stores/store.ts';
import { type Base, NO_BASE } from './manifest.ts';

export interface Position {
  readonly epoch: string;
  readonly revision: number;
}

export interface Insight {
  /** Where the space stands: a cursor is `epoch:revision`. */
  position(): Promise<Position>;
  /** How a version was made; undefined where that is no longer kept. */
  making(head: Head): Promise<Making | undefined>;
  /** The id of the conflict that was opened at a revision, where that is told at once. */
  conflictAt(revision: number): Promise<string | undefined>;
  /** A token on the version that a file was last in step with, instead of the one that is there now. */
  rebase(draft: Draft, base: Base | undefined): Promise<Token>;
}

export function storeInsight(store: Store, space: Space): Insight {
  return {
    async position() {
      const { epoch, revision } = await store.read(space, []);
      return { epoch, revision };
    },
    making: (head) => makingOf(store, space, head),
    async conflictAt(revision) {
      const page = await store.log(space, revision - 1, 1);
      const entry = page.status === 'ok' ? page.entries[0] : undefined;
      return entry?.revision === revision ? entry.meta.conflictId : undefined;
    },
    async rebase({ token }, base = NO_BASE) {
      const { repairs: _, ...rest } = token;
      return { ...rest, ...base };
    },
  };
}

export function serverInsight(client: Client): Insight {
  return {
    position: () => client.position(),
    making: (head) => client.making(head.resource, head.version),
    conflictAt: async () => undefined,
    async rebase({ token }, base = NO_BASE) {
      if (base.version === token.version && base.revision === token.revision) return token;
      const { resource, agent } = token;
      const found = await client.begin(resource, { agent, at: base.version });
      // Another version of that number is no base of this file.
      const same = found.token.revision === base.revision && found.token.hash === base.hash;
      return same ? found.token : (await client.begin(resource, { agent, at: 0 })).token;
    },
  };
}
