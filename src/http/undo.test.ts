// An earlier version again: on what the caller saw, or not at all.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Caller, openServer, type Server } from '../../test/support/server.ts';

let server: Server;
let ann: Caller;
beforeAll(async () => {
  server = await openServer({ http: { dashboard: false } });
  ann = await server.caller('ann');
});
afterAll(() => server.close());

const etagOf = async (id: string): Promise<string> => (await ann.ask('GET', `/resource/head?id=${id}`)).body.etag;

const undo = (caller: Caller, body: object, headers: { readonly [name: string]: string }): Promise<Answer> =>
  caller.ask('POST', '/resource/undo', { headers, json: body });

const textOf = async (id: string): Promise<string> => (await ann.ask('GET', `/resource?id=${id}`)).text;

describe('undo', () => {
  it('[HT25] brings an earlier version back as a new one, with what it was undone from in the history', async () => {
    for (const text of ['one\n', 'two\n', 'three\n']) await ann.put('a.md', text);
    const back = await undo(ann, { id: 'a.md', version: 1 }, { 'if-match': await etagOf('a.md') });
    expect([back.status, back.body.version, await textOf('a.md')]).toEqual([200, 4, 'one\n']);
    expect(back.headers.get('etag')).toBe(back.body.etag);
    const { items } = (await ann.ask('GET', '/resource/versions?id=a.md')).body;
    expect(items.map(({ head }: { readonly head: { readonly version: number } }) => head.version)).toEqual([
      4, 3, 2, 1,
    ]);
    expect(items[0].note).toBe('undo to v1');
  });

  it('[HT25] to nothing, out of a deletion, and of a version without content', async () => {
    await ann.put('b.md', 'one\n');
    const gone = await undo(ann, { id: 'b.md', version: 0 }, { 'if-match': await etagOf('b.md') });
    expect([gone.status, (await ann.ask('GET', '/resource?id=b.md')).status]).toEqual([200, 404]);
    const again = await ann.begin('b.md');
    await ann.ask('POST', '/commits', { json: { token: again, hash: 'abc123' } });
    await ann.put('b.md', 'four\n');
    const hash = await undo(ann, { id: 'b.md', version: 3 }, { 'if-match': await etagOf('b.md') });
    expect([hash.status, hash.body.hash]).toEqual([200, 'abc123']);
    const deleted = await undo(ann, { id: 'b.md', version: 2 }, { 'if-match': await etagOf('b.md') });
    expect([deleted.status, (await ann.ask('GET', '/resource?id=b.md')).status]).toEqual([200, 404]);
  });

  it('[HT25] brings back what was deleted, on exactly the deletion that was seen', async () => {
    const tagOfHead = async (): Promise<string> => (await ann.ask('GET', '/resource/head?id=e.md')).body.etag;
    await ann.put('e.md', 'one\n');
    await undo(ann, { id: 'e.md', version: 0 }, { 'if-match': await etagOf('e.md') });
    const seen = await tagOfHead();
    const back = await undo(ann, { id: 'e.md', version: 1 }, { 'if-match': seen });
    expect([back.status, back.body.created, back.body.version, await textOf('e.md')]).toEqual([201, true, 3, 'one\n']);
    await undo(ann, { id: 'e.md', version: 0 }, { 'if-match': await etagOf('e.md') });
    const late = await undo(ann, { id: 'e.md', version: 1 }, { 'if-match': seen });
    expect([late.status, (await ann.ask('GET', '/resource?id=e.md')).status]).toEqual([412, 404]);
    expect(await tagOfHead()).not.toBe(seen);
  });

  it('[HT25] what came since is never undone unseen, and one that is sent again is answered again', async () => {
    await ann.put('c.md', 'one\n');
    await ann.put('c.md', 'two\n');
    const seen = await etagOf('c.md');
    await ann.put('c.md', 'three\n');
    const late = await undo(ann, { id: 'c.md', version: 1 }, { 'if-match': seen });
    expect([late.status, late.body.code, await textOf('c.md')]).toEqual([412, 'precondition-failed', 'three\n']);
    expect((await undo(ann, { id: 'c.md', version: 1 }, {})).status).toBe(428);
    const headers = { 'if-match': await etagOf('c.md'), 'idempotency-key': 'u1' };
    const first = await undo(ann, { id: 'c.md', version: 1 }, headers);
    await ann.put('c.md', 'five\n');
    const second = await undo(ann, { id: 'c.md', version: 1 }, headers);
    expect([first.status, second.status, second.body.replayed]).toEqual([200, 200, true]);
    expect([second.body.version, await textOf('c.md')]).toEqual([4, 'five\n']);
    expect((await undo(ann, { id: 'c.md', version: 2 }, headers)).status).toBe(422);
    const now = { 'if-match': await etagOf('c.md') };
    for (const version of [5, 6, -1, 'x'])
      expect([version, (await undo(ann, { id: 'c.md', version }, now)).status]).toEqual([version, 400]);
  });

  it('[HT25] needs the rights to read and to change', async () => {
    await ann.put('d.md', 'one\n');
    await ann.put('d.md', 'two\n');
    const headers = { 'if-match': await etagOf('d.md') };
    const reader = await server.caller('reader', ['read:**']);
    const writer = await server.caller('writer', ['commit:**']);
    const stranger = await server.caller('stranger', ['read:x/**', 'commit:x/**']);
    const statuses = await Promise.all(
      [reader, writer, stranger].map(
        async (caller) => (await undo(caller, { id: 'd.md', version: 1 }, headers)).status,
      ),
    );
    expect(statuses).toEqual([403, 404, 404]);
    expect((await undo(stranger, { id: 'none.md', version: 1 }, headers)).status).toBe(404);
  });
});
