// Field cases of structured documents: tools of one answer at once, invariants, keys of one object, long thinking.
import { expect } from 'vitest';
import { as, put, text, textAt, tokenOf } from '../support/entente.ts';
import { createRandom } from '../support/random.ts';
import type { Hands } from './hands.ts';
import type { World } from './worlds.ts';

async function jsonAt<T>(hands: Hands, resource: string): Promise<T> {
  return JSON.parse((await textAt(hands, resource)) ?? '') as T;
}

/** One answer of a model calls a memory tool three times at once. */
export async function toolsAtOnce(world: World): Promise<void> {
  const [one, two] = await world.open('entries');
  const seed = 1819;
  const random = createRandom(seed);
  for (let round = 0; round < 5; round += 1) {
    const mem = `mem/${round}.json`;
    await put(one, mem, '{"e":[]}');
    const names = random.shuffle(['a', 'b', 'c']);
    const hands = [one, two, one];
    const calls = names.map(async (name, index) => {
      const at = hands[index] ?? one;
      return { at, name, token: await tokenOf(at, mem, `tool-${name}`) };
    });
    const ready = await Promise.all(calls);
    const outcomes = await Promise.all(
      ready.map(({ at, name, token }) => at.commitOrResolve(token, { content: `{"e":["${name}"]}` })),
    );
    expect(outcomes.map(({ status }) => status).sort(), `seed ${seed}`).toEqual(['committed', 'merged', 'merged']);
    expect((await jsonAt<{ e: string[] }>(two, mem)).e.sort()).toEqual(['a', 'b', 'c']);
    for (let version = 1; version <= 4; version += 1) {
      JSON.parse(text((await two.read(mem, { version }))?.content) ?? '');
    }
    expect((await one.read(mem))?.head.version).toBe(4);
  }
}

/** Two move one label from the same state to different ones; an item has one state. */
export async function twoStates(world: World): Promise<void> {
  for (const policy of ['oneState', 'oneStateLast'] as const) {
    const [one, two] = await world.open(policy);
    await put(one, 'item.json', '{"labels":["state:a"]}');
    const tokens = [await tokenOf(one, 'item.json', 'A'), await tokenOf(two, 'item.json', 'B')] as const;
    as(await one.commitOrResolve(tokens[0], { content: '{"labels":["state:b"]}' }), 'committed');
    const outcome = await two.commitOrResolve(tokens[1], { content: '{"labels":["state:c"]}' });
    if (policy === 'oneState') {
      const { conflictId, reason } = as(outcome, 'escalated');
      expect(reason).toContain('at most one state');
      const sides = await Promise.all(
        (['current', 'proposed'] as const).map((side) => one.conflictContent(conflictId, side)),
      );
      expect(sides.map(text)).toEqual(['{"labels":["state:b"]}', '{"labels":["state:c"]}']);
    } else as(outcome, 'committed');
    const { labels } = await jsonAt<{ labels: string[] }>(one, 'item.json');
    expect(labels).toEqual([policy === 'oneState' ? 'state:b' : 'state:c']);
  }
}

/** Two set different keys of one object at the same time, fifty times, and one takes a key out meanwhile. */
export async function differentKeys(world: World): Promise<void> {
  const [one, two] = await world.open('json');
  for (let round = 0; round < 50; round += 1) {
    const bead = `bead/${round}.json`;
    const removes = round % 5 === 4;
    await put(one, bead, removes ? '{"m":{"k0":0}}' : '{"m":{}}');
    const [first, second] = await Promise.all([tokenOf(one, bead, 'A'), tokenOf(two, bead, 'B')]);
    const outcomes = await Promise.all([
      one.commitOrResolve(first, { content: '{"m":{"k1":1}}' }),
      two.commitOrResolve(second, { content: removes ? '{"m":{"k0":0,"k2":2}}' : '{"m":{"k2":2}}' }),
    ]);
    expect(outcomes.map(({ status }) => status).sort(), `round ${round}`).toEqual(['committed', 'merged']);
    expect((await jsonAt<{ m: object }>(two, bead)).m, `round ${round}`).toEqual({ k1: 1, k2: 2 });
  }
}

const items = (...entries: readonly (readonly [id: number, what: string])[]): string =>
  `${JSON.stringify({ items: entries.map(([id, what]) => ({ id, what })) }, undefined, 1)}\n`;

/** Somebody consolidates a memory for two minutes, while others add to it. */
export async function longThought(world: World): Promise<void> {
  for (const clash of [false, true]) {
    const [one, two] = await world.open('json');
    const base = [1, 2, 3, 4, 5].map((id) => [id, `fact ${id}`] as const);
    await put(one, 'memory.json', items(...base));
    const token = await tokenOf(one, 'memory.json', 'consolidator');
    const third = clash ? ([3, 'fact 3, by another'] as const) : ([3, 'fact 3'] as const);
    const now = base.map((entry) => (entry[0] === 3 ? third : entry));
    await put(two, 'memory.json', items(...now, [6, 'fact 6']));
    await put(two, 'memory.json', items(...now, [6, 'fact 6'], [7, 'fact 7']));
    const mine = clash ? ([3, 'fact 3, consolidated'] as const) : third;
    const merged = items([12, 'facts 1 and 2'], mine, [4, 'fact 4'], [5, 'fact 5']);
    const outcome = await one.commitOrResolve(token, { content: merged });
    if (clash) {
      const { packet } = as(outcome, 'escalated');
      expect(packet.regions.map(({ at }) => 'pointer' in at && at.pointer)).toEqual(['/items/2/what']);
      expect(await textAt(two, 'memory.json')).toBe(items(...now, [6, 'fact 6'], [7, 'fact 7']));
    } else {
      as(outcome, 'merged');
      const { items: found } = await jsonAt<{ items: { id: number }[] }>(two, 'memory.json');
      expect(found.map(({ id }) => id).sort((left, right) => left - right)).toEqual([3, 4, 5, 6, 7, 12]);
    }
  }
}
