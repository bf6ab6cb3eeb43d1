// The memory store is the plainest reading of the contract: over long random sequences SQLite must answer the same.
import { describe, expect, it } from 'vitest';
import { hashOf } from '../../src/core/hash.ts';
import type { Space } from '../../src/core/resource.ts';
import {
  type Client,
  createClient,
  guardOf,
  id,
  type RequestInput,
  writeOf,
} from '../../src/stores/conformance/client.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { checkSqlite } from '../../src/stores/sqlite.ts';
import type { Guard, RecordWrite, Store, Write } from '../../src/stores/store.ts';
import { newPath, openStore } from './testing.ts';

const RESOURCES = ['hot', 'a', 'a/b', 'a/c', 'z'];
const SPACES = ['default', 'other'];
const TEXTS = Array.from({ length: 12 }, (_, index) => `${index} `.repeat(index * index * 20));

type Random = (below: number) => number;

function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const pick = <T>(random: Random, values: readonly T[]): T => values[random(values.length)] as T;

function randomWrite(random: Random, resource: string): Write {
  const kind = random(10);
  if (kind === 0) return writeOf(resource, { delete: true });
  if (kind === 1) return writeOf(resource, { hash: pick(random, ['h1', 'h2', hashOf(TEXTS[1] ?? '')]) });
  return writeOf(resource, pick(random, TEXTS), random(4) === 0 ? 'text/plain' : undefined);
}

/** `named`: another guard of the request names a version already. */
async function randomGuard(
  random: Random,
  client: Client,
  resource: string,
  space: string,
  named: boolean,
): Promise<Guard> {
  const guard = await client.guard(resource, space);
  const kind = random(20);
  if (kind === 0) return { ...guard, revision: Math.max(0, guard.revision - 1) };
  if (kind === 1) return { ...guard, hash: 'another' };
  const head = kind === 2 ? await client.head(resource, space) : undefined;
  if (head === undefined || head.deleted || named) return guard;
  return { ...guard, revision: 0, version: head.version };
}

async function randomRecord(random: Random, store: Store, space: string): Promise<RecordWrite> {
  const kind = pick(random, ['conflict', 'note']);
  const name = pick(random, ['r1', 'r2', 'r3', 'r4']);
  const stored = await store.record(space as Space, kind, name);
  const expected = random(10) === 0 ? 1 : (stored?.revision ?? 0);
  const side = (): object => ({ hash: hashOf(pick(random, TEXTS)), deleted: false });
  const value = random(5) === 0 ? null : { base: side(), current: side(), proposed: side(), n: random(100) };
  return { kind, id: name, value, expected, state: pick(random, ['open', 'open', 'resolved']) };
}

/** Built on the memory store's state; what is odd about it is drawn, too. */
async function randomRequest(random: Random, client: Client, ids: readonly string[]): Promise<RequestInput> {
  const space = pick(random, SPACES);
  const first = random(2) === 0 ? 'hot' : pick(random, RESOURCES);
  const names = [...new Set([first, ...Array.from({ length: random(3) }, () => pick(random, RESOURCES))])];
  const guards: Guard[] = [];
  for (const name of names) {
    const named = guards.some(({ version }) => version !== undefined);
    guards.push(await randomGuard(random, client, name, space, named));
  }
  const writes = names.filter(() => random(4) > 0).map((name) => randomWrite(random, name));
  const records = random(4) === 0 ? [await randomRecord(random, client.store, space)] : [];
  const outcome = pick(random, ['committed', 'merged', 'escalated', 'aborted'] as const);
  return {
    space,
    guards,
    writes,
    records,
    keeps: random(5) === 0 ? [pick(random, TEXTS)] : [],
    asOf: random(200),
    agent: pick(random, ['agent-1', 'agent-2']),
    meta: { outcome, ...(random(2) === 0 ? { note: 'why' } : {}) },
    ...(random(12) === 0 && ids.length > 0 ? { commitId: pick(random, ids) } : {}),
  };
}

async function stateOf(store: Store, random: Random): Promise<unknown> {
  const space = pick(random, SPACES) as Space;
  const limit = 1 + random(6);
  const after = random(2) === 0 ? {} : { after: String(random(120)) };
  const states = [];
  for (const name of RESOURCES) states.push(await store.history(space, id(name), { limit, ...after }));
  const { epoch: _epoch, ...snapshot } = await store.read(space, RESOURCES.map(id));
  const contents = [];
  for (const text of TEXTS) contents.push((await store.content(hashOf(text)))?.length);
  return {
    states,
    snapshot,
    contents,
    list: await store.list(space, pick(random, ['', 'a', 'a/', 'q']), { limit }),
    records: await store.records(space, 'conflict', random(2) === 0 ? {} : { state: 'open' }, { limit }),
    counts: await store.counts(space),
    log: await store.log(space, random(150), limit),
    spaces: [...(await store.spaces())].sort(),
  };
}

describe('SQLite and memory', () => {
  it('[SQ22] answer the same over long random sequences of commits, trims and questions', async () => {
    for (const seed of [11, 12, 13]) {
      process.stderr.write(`agreement: seed ${seed}\n`);
      const random = createRandom(seed);
      const memory = await createClient(createMemoryStore());
      const path = newPath();
      const sqlite = await createClient(openStore({ path }));
      const ids: string[] = [];
      // Commits before the sequence, so that the tables are settled at another step for each seed.
      for (const client of [memory, sqlite]) {
        const filler = (_: unknown, index: number) => client.request({ commitId: `filler-${index}`, at: index });
        await client.store.commit(Array.from({ length: (seed - 11) * 220 }, filler));
      }
      for (let step = 0; step < 220; step += 1) {
        const requests = [];
        for (let size = 1 + random(3); size > 0; size -= 1) {
          const request = memory.request(await randomRequest(random, memory, ids));
          ids.push(request.commitId);
          requests.push(request);
        }
        const expected = await memory.store.commit(requests);
        const actual = await sqlite.store.commit(requests.map((request) => ({ ...request, epoch: sqlite.epoch })));
        expect(actual, `seed ${seed}, step ${step}`).toEqual(expected);
        if (step % 5 === 0) {
          const draws = random(1_000_000);
          const want = await stateOf(memory.store, createRandom(draws));
          expect(await stateOf(sqlite.store, createRandom(draws)), `seed ${seed}, step ${step}`).toEqual(want);
        }
        if (random(25) === 0) {
          const space = pick(random, SPACES) as Space;
          const before = Math.max(0, (await memory.store.counts(space)).revision - random(120));
          expect(await sqlite.store.trim(space, before)).toBe(await memory.store.trim(space, before));
        }
      }
      expect((await checkSqlite(path)).problems).toEqual([]);
    }
  });

  it('[SQ22] page through long histories alike, wherever they start', async () => {
    const memory = await createClient(createMemoryStore());
    const sqlite = await createClient(openStore({ path: newPath() }));
    for (const client of [memory, sqlite]) {
      let head = await client.head('a');
      for (let version = 1; version <= 300; version += 1) {
        const writes = [version % 50 === 0 ? writeOf('a', { delete: true }) : writeOf('a', `v${version}`)];
        const input = { commitId: `c${version}`, at: version, guards: [guardOf('a', head)], writes };
        [head] = (await client.applied(input)).heads;
      }
      await client.store.trim('default' as Space, 20);
    }
    for (const after of [
      undefined,
      '301',
      '300',
      '257',
      '256',
      '193',
      '192',
      '100',
      '65',
      '64',
      '22',
      '21',
      '20',
      '1',
    ]) {
      const page = { limit: 70, ...(after === undefined ? {} : { after }) };
      const want = await memory.store.history('default' as Space, id('a'), page);
      expect(await sqlite.store.history('default' as Space, id('a'), page), after).toEqual(want);
    }
  });
});
