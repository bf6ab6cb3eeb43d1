// A child of the process and crash tests: one of several processes on one file. `crash` commits without end and tells
// each acknowledgement on its standard output, until it is killed; `unsynced` does so on a driver that says it syncs and
// does not; `count` adds to one counter and ends by itself.
import { writeSync } from 'node:fs';
import type { Client } from '../../src/stores/conformance/client.ts';
import { createClient, guardOf, writeOf } from '../../src/stores/conformance/client.ts';
import { createSqliteStore } from '../../src/stores/sqlite.ts';
import { openUnsynced } from './unsynced.ts';

const [, , mode = '', path = '', name = '', rounds = '0'] = process.argv;
const onWarning = (): void => undefined;
const store =
  mode === 'unsynced'
    ? createSqliteStore({ database: await openUnsynced(path), onWarning })
    : createSqliteStore({ path, onWarning });
const client: Client = await createClient(store);

/** Straight to the pipe: what is written here is out before the next line runs. */
function tell(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** Microseconds, by the clock that all processes of a machine share. */
const now = (): number => Number(process.hrtime.bigint()) / 1000;

async function crash(lane: number): Promise<never> {
  for (let count = 0; ; count += 1) {
    const shared = `shared/${count % 5}`;
    const own = `${name}/${lane}`;
    const guards = [await client.guard(shared), await client.guard(own)];
    const commitId = `${name}-${lane}-${count}`;
    const text = `${commitId} ${'x'.repeat((count * 97) % 3000)}`;
    const request = client.request({
      commitId,
      agent: name,
      guards,
      writes: [writeOf(shared, text), writeOf(own, `own ${text}`)],
      records: [{ kind: 'seen', id: commitId, value: { count }, expected: 0 }],
    });
    const call = now();
    const [reply] = await store.commit([request]);
    if (reply?.status === 'committed') {
      const { revision, heads } = reply;
      const wrote = heads.map(({ resource, version, hash }) => ({ resource, version, hash }));
      tell({ agent: name, commitId, revision, hash: heads[0]?.hash, call, return: now(), wrote });
    } else if (reply?.status !== 'stale') throw new Error(JSON.stringify(reply));
  }
}

async function count(): Promise<void> {
  const wins: number[] = [];
  while (wins.length < Number(rounds)) {
    const head = await client.head('counter');
    const guards = [guardOf('counter', head)];
    const next = Number(head?.hash ?? 0) + 1;
    const reply = await client.commit({
      agent: name,
      commitId: `${name}-${next}`,
      guards,
      writes: [writeOf('counter', { hash: String(next) })],
    });
    if (reply.status === 'committed') wins.push(reply.revision);
    else if (reply.status !== 'stale') throw new Error(JSON.stringify(reply));
  }
  await store.close();
  tell({ name, wins });
}

if (mode !== 'count') await Promise.all([crash(0), crash(1), crash(2)]);
else await count();
