// Recorded decisions over HTTP: nobody is told, or helped, by what was decided on a document that they may not read.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type Caller, openServer, type Server } from '../../test/support/server.ts';

const BASE = 'one\n.\ntwo\n.\nthree\n';
const ANNS = 'one\n.\nTWO\n.\nthree\n';
const BOBS = 'one\n.\nzwei\n.\nthree\n';
const DECIDED = 'one\n.\nTWO, zwei\n.\nthree\n';

let server: Server;
let ann: Caller;
beforeEach(async () => {
  server = await openServer();
  ann = await server.caller('ann');
});
afterEach(() => server.close());

const commit = (caller: Caller, token: string, change: object): Promise<Answer> =>
  caller.ask('POST', '/commits', { json: { token, ...change } });

async function setPolicy(recorded: boolean): Promise<void> {
  const { etag } = (await ann.ask('GET', '/policy')).body;
  const rules = [['**', { strategy: 'merge', engine: 'text', recorded }]];
  const { status } = await ann.ask('PUT', '/policy', { headers: { 'if-match': etag }, json: { rules } });
  expect([200, 201]).toContain(status);
}

/** The caller's change onto Ann's, as it comes out. */
async function clash(
  caller: Caller,
  id: string,
  change: object = { content: BOBS },
  content: string = ANNS,
): Promise<Answer> {
  await ann.put(id, BASE);
  const token = await caller.begin(id);
  await commit(ann, await ann.begin(id), { content });
  return commit(caller, token, change);
}

async function decide(caller: Caller, conflictId: string, decision: object): Promise<Answer> {
  const { etag } = (await ann.ask('GET', `/conflicts/${conflictId}`)).body;
  return caller.ask('POST', `/conflicts/${conflictId}/resolution`, { headers: { 'if-match': etag }, json: decision });
}

async function decideOn(id: string): Promise<void> {
  const opened = await clash(ann, id);
  expect(opened.status).toBe(202);
  expect((await decide(ann, opened.body.conflictId, { content: DECIDED })).body.status).toBe('committed');
}

describe('recorded decisions over HTTP', () => {
  it('[RD16] a policy applies to a change only what was decided where its sender may read', async () => {
    await setPolicy(true);
    await decideOn('secret/a.md');
    const bob = await server.caller('bob', ['read:open/**', 'commit:open/**']);
    const cut = await clash(bob, 'open/a.md');
    expect([cut.status, cut.body.status]).toEqual([202, 'escalated']);
    expect(cut.text).not.toContain('TWO, zwei');
    const fred = await server.caller('fred', ['read:**', 'commit:open/**']);
    const all = await clash(fred, 'open/c.md');
    expect(all.body).toMatchObject({ status: 'merged', resolvedBy: 'recorded', content: DECIDED });
  });

  it('[RD16] so does each write of a set', async () => {
    await setPolicy(true);
    await decideOn('secret/a.md');
    const grants = [
      ['read:open/**', 'commit:open/**'],
      ['read:**', 'commit:open/**'],
    ];
    const answers: Answer[] = [];
    for (const [index, granted] of grants.entries()) {
      const caller = await server.caller(`w${index}`, granted);
      const [id, other] = [`open/${index}.md`, `open/${index}-other.md`];
      await ann.put(id, BASE);
      const tokens = [await caller.begin(id), await caller.begin(other)];
      await commit(ann, await ann.begin(id), { content: ANNS });
      const writes = tokens.map((token) => ({ token, content: BOBS }));
      answers.push(await caller.ask('POST', '/transactions', { json: { writes } }));
    }
    expect(answers[0]?.status).toBe(409);
    expect(answers[1]?.body).toMatchObject({ status: 'merged', resolvedBy: 'recorded' });
  });

  it('[RD16] who may only append has nothing left out for it', async () => {
    await setPolicy(false);
    const tail = `${BASE}tail\n`;
    const opened = await clash(ann, 'a.md', { append: 'four\n' }, tail);
    await decide(ann, opened.body.conflictId, { use: 'current' });
    await setPolicy(true);
    const writer = await server.caller('writer', ['read:**', 'commit:**']);
    const settled = await clash(writer, 'b.md', { append: 'four\n' }, tail);
    expect(settled.body).toMatchObject({ status: 'merged', resolvedBy: 'recorded', content: tail });
    const logger = await server.caller('log', ['read:**', 'append-only:**']);
    expect((await clash(logger, 'c.md', { append: 'four\n' }, tail)).body.status).toBe('escalated');
  });

  it('[RD16] a decider takes only what was decided where they may read, and is shown no more', async () => {
    await setPolicy(false);
    await decideOn('secret/a.md');
    const { conflictId } = (await clash(ann, 'open/a.md')).body;
    const judge = await server.caller('judge', ['read:open/**', 'resolve:open/**']);
    expect((await judge.ask('GET', `/conflicts/${conflictId}`)).body.offer).toBeUndefined();
    expect((await judge.ask('GET', '/recorded')).body.items).toEqual([]);
    const refused = await decide(judge, conflictId, { use: 'recorded' });
    expect([refused.status, refused.body.code]).toEqual([404, 'not-found']);
    expect(refused.text).not.toContain('secret');
    const chief = await server.caller('chief', ['read:**', 'resolve:**']);
    expect((await decide(chief, conflictId, { use: 'recorded' })).body.status).toBe('committed');
    expect((await ann.ask('GET', '/resource?id=open/a.md')).text).toBe(DECIDED);
  });

  it('[RD16] a list holds what its reader may see, in full pages', async () => {
    await setPolicy(false);
    for (const [index, room] of ['open', 'secret', 'secret', 'open', 'secret', 'open'].entries()) {
      const opened = await clash(ann, `${room}/${index}.md`, { content: BOBS.replace('zwei', `zwei ${index}`) });
      await decide(ann, opened.body.conflictId, { use: 'proposed' });
    }
    const bob = await server.caller('bob', ['read:open/**']);
    const first = (await bob.ask('GET', '/recorded?limit=2')).body;
    const second = (await bob.ask('GET', `/recorded?limit=2&cursor=${first.next}`)).body;
    const seen = [first, second].map(({ items }) => items.map(({ resource }: { resource: string }) => resource));
    expect(seen).toEqual([['open/5.md', 'open/3.md'], ['open/0.md']]);
    expect(second.next).toBeUndefined();
  });
});
