// What moved since an agent read it, told at its next call, once, and only where it looks.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, openServer, type Server } from '../../test/support/server.ts';
import { createTestStore } from '../../test/support/stores.ts';
import { withMethods } from '../../test/support/wrap.ts';
import { movedInSight, movedRegions } from '../controller/moved.ts';

let server: Server;
let ann: Caller;
let bob: Caller;
beforeEach(async () => {
  server = await openServer();
  ann = await server.caller('ann');
  bob = await server.caller('bob');
});
afterEach(() => server.close());

const TEXT = 'a\nb\nc\nd\ne\n';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function edit(who: Caller, id: string, from: string, to: string, note?: string): Promise<void> {
  const token = await who.begin(id);
  const said = note === undefined ? {} : { note };
  const { body } = await who.ask('POST', '/commits', { json: { token, edits: [{ old: from, new: to }], ...said } });
  expect(body.status).toBe('committed');
}

describe('news of what an agent read', () => {
  it('[NW1] a base that moved is told at the next call of its agent, whatever it is about, once for each change', async () => {
    await ann.put('plan.md', TEXT);
    await ann.put('other.md', 'x\n');
    await ann.begin('plan.md');
    await edit(bob, 'plan.md', 'c', 'C', 'louder');
    const { body } = await ann.ask('POST', '/drafts', { json: { id: 'other.md' } });
    expect(body.news).toEqual([
      {
        ...{ resource: 'plan.md', from: 1, to: 2, deleted: false, by: [{ agent: 'bob', note: 'louder' }] },
        regions: [{ base: { from: 3, to: 3 }, current: { from: 3, to: 3 } }],
      },
    ]);
    const ask = async () => (await ann.ask('GET', '/resource/head?id=other.md&agent=ann')).body.news;
    expect(await ask()).toBeUndefined();
    await edit(bob, 'plan.md', 'd', 'D');
    expect(await ask()).toMatchObject([{ resource: 'plan.md', from: 1, to: 3 }]);
    expect(await ask()).toBeUndefined();
  });

  it('[NW2] what moved where the agent does not look makes no noise, nor what it wrote itself', async () => {
    await ann.put('plan.md', TEXT);
    await ann.begin('plan.md', { lines: [{ from: 1, to: 2 }] });
    await edit(bob, 'plan.md', 'd', 'D');
    const ask = async () => (await ann.ask('GET', '/resource/head?id=plan.md&agent=ann')).body.news;
    expect(await ask()).toBeUndefined();
    await edit(bob, 'plan.md', 'b', 'B');
    expect(await ask()).toMatchObject([{ regions: [{ base: { from: 2, to: 2 } }] }]);
    await edit(ann, 'plan.md', 'c', 'OWN');
    await edit(bob, 'plan.md', 'e', 'E');
    expect(await ask()).toBeUndefined();
    await ann.begin('plan.md');
    await ann.ask('PUT', '/resource?id=plan.md', {
      bytes: 'whole\n',
      headers: { 'if-match': (await ann.ask('GET', '/resource?id=plan.md')).headers.get('etag') ?? '' },
    });
    expect(await ask()).toBeUndefined();
  });

  it('[NW3] it is told to no other agent and no other key, and not once the resource may no longer be read', async () => {
    const carol = await server.caller('carol', ['read:**', 'commit:**']);
    await ann.put('plan.md', TEXT);
    await ann.put('other.md', 'x\n');
    await carol.begin('plan.md');
    await edit(bob, 'plan.md', 'c', 'C');
    expect((await bob.ask('GET', '/resource/head?id=other.md&agent=carol')).body.news).toBeUndefined();
    expect((await carol.ask('GET', '/resource/head?id=other.md')).body.news).toBeUndefined();
    expect((await carol.ask('GET', '/resource/head?id=other.md&agent=ann')).status).toBe(403);
    expect((await carol.ask('GET', '/resource/head?id=other.md&agent=carol')).body.news).toHaveLength(1);
  });

  it('[NW5] the store is asked once who wrote, and each agent hears of what came after its own read', async () => {
    const inner = createTestStore();
    let asked = 0;
    const counted = withMethods(inner, {
      history: (...given) => {
        asked += 1;
        return inner.history(...given);
      },
    });
    const one = await openServer({ store: counted });
    const names = ['ann', 'bob', 'cat', 'dan'];
    const agents = await Promise.all(names.map((name) => one.caller(name)));
    const [first, second, third, last] = agents as [Caller, Caller, Caller, Caller];
    const by = async (who: Caller, name: string) =>
      (await who.ask('GET', `/resource/head?id=other.md&agent=${name}`)).body.news?.[0]?.by.map(
        ({ agent }: { agent: string }) => agent,
      );
    await first.put('plan.md', TEXT);
    await first.put('other.md', 'x\n');
    await first.begin('plan.md');
    await second.begin('plan.md');
    await edit(last, 'plan.md', 'a', 'A');
    await third.begin('plan.md');
    await edit(last, 'plan.md', 'b', 'B');
    asked = 0;
    expect(await by(first, 'ann')).toEqual(['dan', 'dan']);
    expect(await by(second, 'bob')).toEqual(['dan', 'dan']);
    expect(await by(third, 'cat')).toEqual(['dan']);
    expect(asked).toBe(1);
    await edit(second, 'plan.md', 'c', 'C');
    expect(await by(first, 'ann')).toEqual(['bob', 'dan', 'dan']);
    expect(await by(third, 'cat')).toEqual(['bob', 'dan']);
    expect(asked).toBe(2);
    await one.close();
  });

  it('[NW4] places are told in lines of what was read, and one between two lines belongs to both', () => {
    const insert = movedRegions(bytes(TEXT), bytes('a\nb\nnew\nc\nd\ne\n'));
    expect(insert).toEqual([{ base: { from: 3, to: 2 }, current: { from: 3, to: 3 } }]);
    const seen = (from: number, to: number) =>
      movedInSight(bytes(TEXT), bytes('a\nb\nnew\nc\nd\ne\n'), [{ from, to }]).length;
    expect([seen(1, 1), seen(1, 2), seen(3, 5), seen(4, 5)]).toEqual([0, 1, 1, 0]);
    const changed = (from: number, to: number) =>
      movedInSight(bytes(TEXT), bytes('a\nb\nC\nd\ne\n'), [{ from, to }]).length;
    expect([changed(1, 2), changed(3, 3), changed(4, 9)]).toEqual([0, 1, 0]);
    expect(movedInSight(bytes(TEXT), bytes(TEXT), 'all')).toEqual([]);
    expect(movedInSight(bytes('a\0b'), bytes('a\0c'), [{ from: 7, to: 9 }])).toHaveLength(1);
  });
});
