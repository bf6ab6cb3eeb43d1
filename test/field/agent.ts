// An agent in a process of its own: opens a store or a client of a server, and makes the calls that it is sent. Lives as long as its parent.
import { createClient } from '../../src/client/client.ts';
import { createController } from '../../src/controller/controller.ts';
import type { Controller } from '../../src/controller/types.ts';
import { createSqliteStore } from '../../src/stores/sqlite.ts';
import type { Method } from './hands.ts';
import { type PolicyName, policies } from './policies.ts';

export type Order = { readonly id: number } & (
  | { readonly open: string; readonly policy: PolicyName; readonly key?: string }
  | { readonly call: Method; readonly args: readonly unknown[] }
);
export type Reply = { readonly id: number } & (
  | { readonly value: unknown }
  | { readonly error: { readonly code: string | undefined; readonly message: string } }
);

let entente: Controller | undefined;

async function obey(order: Order): Promise<unknown> {
  if ('open' in order) {
    await entente?.close();
    if (order.key !== undefined) {
      entente = createClient({ url: order.open, key: order.key });
      return undefined;
    }
    const store = createSqliteStore({ path: order.open, onWarning: () => {} });
    entente = createController({ store, default: policies[order.policy] });
    return undefined;
  }
  if (entente === undefined) throw new Error('nothing is open');
  const call = entente[order.call] as (...args: readonly unknown[]) => Promise<unknown>;
  return call(...order.args);
}

process.on('message', (order: Order) => {
  obey(order)
    .then(
      (value): Reply => ({ id: order.id, value }),
      (error: { code?: string; message: string }): Reply => {
        return { id: order.id, error: { code: error.code, message: error.message } };
      },
    )
    .then((reply) => process.send?.(reply))
    .catch(() => process.exit(1));
});
process.on('disconnect', () => process.exit(0));
