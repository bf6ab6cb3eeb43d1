// Several real processes on one file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createClient, guardOf, writeOf } from '../../src/stores/conformance/client.ts';
import { checkSqlite, createSqliteStore } from '../../src/stores/sqlite.ts';
import { newPath, openRaw, openStore } from './testing.ts';

const script = fileURLToPath(new URL('./child.ts', import.meta.url));
const SPACE = 'default' as never;

interface Count {
  readonly name: string;
  readonly wins: readonly number[];
}

async function countIn(path: string, name: string, rounds: number): Promise<Count> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, 'count', path, name, String(rounds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  return JSON.parse(output) as Count;
}

describe('several processes on one file', () => {
  it('[SQ17] open a new file at once, and of commits on one head exactly one wins, whoever sends it', async () => {
    const path = newPath();
    const rounds = 60;
    const counts = await Promise.all(['a', 'b', 'c', 'd'].map((name) => countIn(path, name, rounds)));
    const wins = counts.flatMap((count) => count.wins).sort((left, right) => left - right);
    expect(wins).toEqual(Array.from({ length: 4 * rounds }, (_, index) => index + 1));
    const store = openStore({ path });
    const client = await createClient(store);
    expect(await client.head('counter')).toMatchObject({ version: 240, hash: '240' });
    expect(await store.counts(SPACE)).toMatchObject({ revision: 240, resources: 1 });
  });

  it('[SQ17] see what the others have written: heads, counters, contents, conflicts', async () => {
    const path = newPath();
    const stores = Array.from({ length: 3 }, () => openStore({ path }));
    const clients = await Promise.all(stores.map(createClient));
    for (let round = 0; round < 60; round += 1) {
      const writer = clients[round % 3];
      const reader = clients[(round + 1) % 3];
      const text = `text ${round % 7}`;
      const head = await writer?.write('a', text);
      expect(await reader?.head('a')).toEqual(head);
      expect(new TextDecoder().decode(await reader?.store.content(head?.hash ?? ''))).toBe(text);
      await writer?.applied({
        records: [{ kind: 'conflict', id: `c${round}`, state: 'open', value: {}, expected: 0 }],
      });
      expect(await reader?.store.counts(SPACE)).toMatchObject({ commits: (round + 1) * 2, open: round + 1 });
    }
    const point = await stores[0]?.trim(SPACE, 118);
    expect(await stores[1]?.log(SPACE, 0, 1)).toEqual({ status: 'gone', oldest: point });
    // Contents that one has let go and another stores again.
    expect(await stores[2]?.content((await clients[1]?.head('a'))?.hash ?? '')).toBeDefined();
    for (let round = 0; round < 14; round += 1) {
      const head = await clients[round % 3]?.write('a', `text ${round % 7}`);
      await stores[(round + 1) % 3]?.trim(SPACE, (head?.revision ?? 0) - 1);
      expect(await stores[(round + 2) % 3]?.content(head?.hash ?? '')).toBeDefined();
    }
  });

  it('[SQ18] hear of a commit by another process without a commit of their own', async () => {
    const path = newPath();
    const reader = openStore({ path });
    const other = await createClient(createSqliteStore({ path }));
    const stop = new AbortController();
    const wake = reader.wake(SPACE, stop.signal)[Symbol.asyncIterator]();
    await wake.next();
    const next = wake.next();
    await other.applied({ guards: [guardOf('a')], writes: [writeOf('a', '1')] });
    expect((await next).done).toBe(false);
    expect((await reader.counts(SPACE)).revision).toBe(1);
    const last = wake.next();
    stop.abort();
    expect((await last).done).toBe(true);
    await other.store.close();
  });

  it('[SQ19] index their contents by turns, and find each of thousands', async () => {
    const path = newPath();
    const stores = [openStore({ path }), openStore({ path })];
    const clients = await Promise.all(stores.map(createClient));
    const hashes: string[] = [];
    for (let batch = 0; batch < 24; batch += 1) {
      const client = clients[batch % 2];
      const requests = Array.from({ length: 400 }, (_, index) =>
        client?.request({
          guards: [guardOf(`${batch}/${index}`)],
          writes: [writeOf(`${batch}/${index}`, `${batch} ${index}`)],
        }),
      ).filter((request) => request !== undefined);
      for (const reply of (await client?.store.commit(requests)) ?? []) {
        if (reply.status === 'committed') hashes.push(reply.heads[0]?.hash ?? '');
      }
    }
    expect(hashes).toHaveLength(9600);
    for (const [index, hash] of hashes.entries()) {
      if (index % 7 !== 0) continue;
      expect(await stores[index % 2]?.content(hash)).toBeDefined();
    }
    const db = await openRaw(path);
    const counted = db.prepare(
      'SELECT (SELECT count(*) FROM places) AS old, (SELECT sum(length(places)) / 12 FROM young_places) AS young',
    );
    expect(counted.get()).toEqual({ old: 8800, young: 800 });
    const again = openStore({ path });
    expect(await again.content(hashes[0] ?? '')).toBeDefined();
    expect(await again.content(hashes.at(-1) ?? '')).toBeDefined();
    for (const none of ['-1', '-0', 'no hash', '', 'f'.repeat(64)]) expect(await again.content(none)).toBeUndefined();
    expect((await checkSqlite(path)).problems).toEqual([]);
  });
});
