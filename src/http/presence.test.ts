// Who else is at it, over HTTP: told to who may read the resource, and to nobody else.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openServer, type Server } from '../../test/support/server.ts';

let server: Server;
beforeEach(async () => {
  server = await openServer();
});
afterEach(() => server.close());

describe('announced drafts over HTTP', () => {
  it('[WE7] a draft with a note is told in the answer to others, listed, and gone when it is released', async () => {
    const ann = await server.caller('ann');
    const bob = await server.caller('bob');
    await ann.put('plan.md', 'one\n');
    const draft = await ann.ask('POST', '/drafts', { json: { id: 'plan.md', note: 'shorten it' } });
    expect(draft.body.others).toEqual([]);
    const seen = (await bob.ask('POST', '/drafts', { json: { id: 'plan.md' } })).body;
    expect(seen.others).toMatchObject([{ id: draft.body.id, agent: 'ann', note: 'shorten it', version: 1 }]);
    expect(
      (await bob.ask('POST', '/drafts', { json: { id: 'plan.md', announce: false } })).body.others,
    ).toBeUndefined();
    const listed = (await bob.ask('GET', '/drafts?id=plan.md')).body;
    expect(listed.items).toEqual(seen.others);
    // Another key releases nothing under its own name.
    expect((await bob.ask('DELETE', `/drafts/${draft.body.id}`)).status).toBe(204);
    expect((await bob.ask('GET', '/drafts')).body.items).toHaveLength(1);
    expect((await ann.ask('DELETE', `/drafts/${draft.body.id}`)).status).toBe(204);
    expect((await bob.ask('GET', '/drafts')).body.items).toEqual([]);
  });

  it('[WE8] who may not read the resource learns nothing of drafts on it, in no answer and in no list', async () => {
    const ann = await server.caller('ann');
    const writer = await server.caller('writer', ['commit:plan.md', 'read:notes/**']);
    const reader = await server.caller('reader', ['read:notes/**']);
    await ann.put('plan.md', 'one\n');
    await ann.ask('POST', '/drafts', { json: { id: 'plan.md', note: 'secret plan' } });
    await ann.ask('POST', '/drafts', { json: { id: 'notes/a.md', note: 'open' } });
    const told = [
      await writer.ask('POST', '/drafts', { json: { id: 'plan.md', note: 'mine' } }),
      await writer.ask('GET', '/drafts'),
      await writer.ask('GET', '/drafts?id=plan.md'),
      await reader.ask('POST', '/drafts', { json: { id: 'plan.md', note: 'x' } }),
      await reader.ask('GET', '/drafts'),
      await reader.ask('GET', `/events?since=${await server.store.epoch()}:0&wait=0`, {
        headers: { accept: 'application/json' },
      }),
    ];
    expect(told.map(({ status }) => status)).toEqual([200, 200, 200, 404, 200, 200]);
    for (const { text } of told) expect(text).not.toMatch(/secret|"plan\.md"/);
    expect(told[1]?.body.items).toMatchObject([{ resource: 'notes/a.md' }]);
    expect((await ann.ask('GET', '/drafts?id=plan.md')).body.items).toHaveLength(2);
  });
});
