// Clients of the benchmark of growth: each is a store of its own, as one more server would have it, with committers that go
// on until time is up. In this process, or as many processes as they are parted into.
import { fork } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type { Head } from '../src/core/version.ts';
import { guardOf, makeRequest, writeOf } from '../src/stores/conformance/client.ts';
import type { Store } from '../src/stores/store.ts';
import { type Address, openAt } from './scale-beds.ts';

export interface Clients {
  readonly address: Address;
  readonly place: string;
  readonly stores: number;
  /** Committers of each store, each on a resource of its own. */
  readonly lanes: number;
  readonly ms: number;
  /** Each store works in a space of its own; otherwise all in one. */
  readonly apart: boolean;
}

export interface Committed {
  readonly commits: number;
  /** Milliseconds of each commit. */
  readonly times: readonly number[];
}

/** One committer: commits on its resource, until `going` says no. */
export async function lane(
  { store, epoch, space, name }: { store: Store; epoch: string; space: string; name: string },
  going: () => boolean,
): Promise<number[]> {
  const times: number[] = [];
  let head: Head | undefined;
  while (going()) {
    const request = makeRequest(epoch, {
      ...{ space, agent: name, guards: [guardOf(name, head)] },
      writes: [writeOf(name, `${name} ${times.length} ${'x'.repeat(200)}`)],
    });
    const start = performance.now();
    const [reply] = await store.commit([request]);
    if (reply?.status !== 'committed') throw new Error(`a commit came to ${JSON.stringify(reply)}`);
    times.push(performance.now() - start);
    head = reply.heads[0];
  }
  return times;
}

async function work(clients: Clients, name: string): Promise<Committed> {
  const { address, place, stores: count, lanes, ms, apart } = clients;
  const stores = Array.from({ length: count }, () => openAt(address, place));
  const epochs = await Promise.all(stores.map((store) => store.epoch()));
  const until = performance.now() + ms;
  const times = await Promise.all(
    stores.flatMap((store, index) =>
      Array.from({ length: lanes }, (_, at) => {
        const space = apart ? `${name}-${index}` : 'one';
        const where = { store, epoch: epochs[index] ?? '', space, name: `${name}/${index}/${at}` };
        return lane(where, () => performance.now() < until);
      }),
    ),
  );
  await Promise.all(stores.map((store) => store.close()));
  return { commits: times.flat().length, times: times.flat() };
}

/** The same in so many processes. */
export async function workIn(processes: number, clients: Clients): Promise<Committed> {
  const each = Math.ceil(clients.stores / processes);
  const parts = await Promise.all(
    Array.from({ length: processes }, (_, index) => {
      const child = fork(new URL(import.meta.url), [`p${index}`]);
      child.send({ ...clients, stores: each });
      return new Promise<Committed>((resolve, reject) => {
        let told: Committed | undefined;
        child.once('message', (message: Committed) => {
          told = message;
        });
        child.once('close', (code) => (told === undefined ? reject(new Error(`ended with ${code}`)) : resolve(told)));
      });
    }),
  );
  return { commits: parts.reduce((sum, { commits }) => sum + commits, 0), times: parts.flatMap(({ times }) => times) };
}

if (process.send !== undefined && import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.once('message', (clients: Clients) => {
    work(clients, process.argv[2] ?? 'p').then(
      (committed) => process.send?.(committed, () => process.exit(0)),
      (error: Error) => {
        process.stderr.write(`${error.stack}\n`);
        process.exit(1);
      },
    );
  });
}
