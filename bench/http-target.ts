// What the benchmarks over HTTP share: a server of ours in this process, and load from a process of its own.
import { fork } from 'node:child_process';
import { createHttpApp } from '../src/http/app.ts';
import { ALL_GRANTS } from '../src/service/principal.ts';
import { createService, type Service } from '../src/service/service.ts';
import type { Store } from '../src/stores/store.ts';
import type { Load, Loaded } from './http-load.ts';

export const READERS = 200;
const MANY = 1_000_000_000;

export function load(what: Load): Promise<Loaded> {
  const child = fork(new URL('./http-load.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
  return new Promise((resolve, reject) => {
    let loaded: Loaded | undefined;
    child.on('message', (message: Loaded) => {
      loaded = message;
    });
    child.on('close', (code) =>
      loaded === undefined ? reject(new Error(`load ended with ${code}`)) : resolve(loaded),
    );
    child.send(what);
  });
}

export interface Target {
  readonly url: string;
  readonly key: string;
  close(): Promise<void>;
}

export async function ours(store: Store): Promise<Target & { readonly service: Service }> {
  const service = createService({ store, limits: { requestsPerMinute: MANY, streamsPerKey: READERS } });
  const app = createHttpApp({ service });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const { text } = await service.keys.create({ name: 'bench', grants: ALL_GRANTS });
  return {
    ...{ url, key: text, service },
    async close() {
      await app.close();
      await store.close();
    },
  };
}
