// The rest of a space over HTTP: transactions, copies, the policy, the audit, and how much a key may ask.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, openServer, type Server } from '../../test/support/server.ts';
import { DEFAULT_SPACE } from '../core/resource.ts';

let server: Server;
let ann: Caller;
beforeAll(async () => {
  server = await openServer();
  ann = await server.caller('ann');
});
afterAll(() => server.close());

describe('a space over HTTP', () => {
  it('[HT13] a transaction is all or nothing, premises and rights included', async () => {
    await ann.put('t/premise.md', 'p\n');
    const [one, two, premise] = [await ann.begin('t/1.md'), await ann.begin('t/2.md'), await ann.begin('t/premise.md')];
    const json = {
      writes: [
        { token: one, content: '1\n' },
        { token: two, content: '2\n' },
      ],
      reads: [premise],
    };
    const done = await ann.ask('POST', '/transactions', { json });
    expect([done.status, done.body.results.length]).toEqual([201, 2]);
    expect((await ann.ask('POST', '/transactions', { json })).body).toMatchObject({ replayed: true });
    const [third, stale] = [await ann.begin('t/3.md'), premise];
    await ann.put('t/premise.md', 'moved\n');
    const refused = await ann.ask('POST', '/transactions', {
      json: { writes: [{ token: third, content: '3\n' }], reads: [stale] },
    });
    expect([refused.status, refused.body.outcome.tokens.length]).toEqual([409, 1]);
    const bob = await server.caller('bob', ['read:**', 'commit:t/1.md', 'append-only:t/2.md']);
    const [own, other] = [await bob.begin('t/1.md'), await bob.begin('t/2.md')];
    const writes = [
      { token: own, content: 'x' },
      { token: other, append: 'x' },
    ];
    expect((await bob.ask('POST', '/transactions', { json: { writes } })).body.code).toBe('forbidden');
    expect((await ann.ask('GET', '/resource?id=t/1.md')).text).toBe('1\n');
    expect((await ann.ask('POST', '/transactions', { json: { writes: [] } })).status).toBe(400);
  });

  it('[HT13] a strategy writes no copy beside the resource that its author may not write', async () => {
    const at = '/policy';
    const now = (await ann.ask('GET', at)).body.etag;
    await ann.ask('PUT', at, { headers: { 'if-match': now }, json: { rules: [['copies/*', 'keepBoth']] } });
    await ann.put('copies/a.md', 'base\n');
    const narrow = await server.caller('bob', ['read:**', 'commit:copies/a.md']);
    const wide = await server.caller('eve', ['read:**', 'commit:copies/*']);
    const tokens = [await narrow.begin('copies/a.md'), await wide.begin('copies/a.md')];
    await ann.put('copies/a.md', 'ann\n');
    const kept = await narrow.ask('POST', '/commits', { json: { token: tokens[0], content: 'bob\n' } });
    expect([kept.status, kept.body.status]).toEqual([202, 'escalated']);
    const split = await wide.ask('POST', '/commits', { json: { token: tokens[1], content: 'eve\n' } });
    expect(split.body).toMatchObject({ status: 'split', copy: { resource: 'copies/a.eve.md' } });
    expect((await ann.ask('GET', '/resource?id=copies/a.bob.md')).status).toBe(404);
  });

  it('[HT14] the policy is replaced under its ETag, and explained', async () => {
    const other = `//v1/spaces/rules`;
    const put = (headers: { readonly [name: string]: string }, json: object) =>
      ann.ask('PUT', `${other}/policy`, { headers, json });
    const none = (await ann.ask('GET', `${other}/policy`)).body;
    expect([none.revision, none.rules]).toEqual([0, []]);
    const document = { rules: [['**/*.json', 'merge(json)']], default: 'escalate' };
    expect((await put({}, document)).status).toBe(428);
    expect((await put({ 'if-match': '*' }, document)).status).toBe(412);
    const made = await put({ 'if-none-match': '*' }, document);
    expect([made.status, made.body.etag === none.etag]).toEqual([201, false]);
    expect((await put({ 'if-none-match': '*' }, document)).status).toBe(412);
    expect((await put({ 'if-match': none.etag }, document)).status).toBe(412);
    expect((await put({ 'if-match': made.body.etag }, { rules: [['[', 'escalate']] })).body.code).toBe('bad-pattern');
    expect((await put({ 'if-match': made.body.etag }, { rules: [['a', 'wish']] })).status).toBe(400);
    const explained = await ann.ask('POST', `${other}/policy/explain`, { json: { id: 'a/b.json' } });
    expect(explained.body).toMatchObject({ strategy: 'merge(json)', pattern: '**/*.json', source: 'stored', index: 0 });
    const reader = await server.caller('reader', ['read@rules', 'policy@rules:a/*']);
    expect((await reader.ask('GET', `${other}/policy`)).status).toBe(200);
    const refused = await reader.ask('PUT', `${other}/policy`, {
      headers: { 'if-match': made.body.etag },
      json: document,
    });
    expect(refused.body.code).toBe('forbidden');
  });

  it('[HT14] the audit goes on from any cursor, and says where it ends', async () => {
    await ann.put('audit.md', '1\n');
    const all: { revision: number; cursor: string }[] = [];
    let cursor = '';
    do {
      const page = (await ann.ask('GET', `/audit?limit=3${cursor}`)).body;
      all.push(...page.items);
      cursor = page.next === undefined ? '' : `&cursor=${encodeURIComponent(page.next)}`;
    } while (cursor !== '');
    const head = (await ann.ask('GET', '/audit/head')).body;
    const log = await server.store.log(DEFAULT_SPACE, 0, 1000);
    const entries = log.status === 'ok' ? log.entries : [];
    expect(all.map(({ revision }) => revision)).toEqual(entries.map(({ revision }) => revision));
    expect(all.at(-1)?.cursor).toBe(head.cursor);
    expect((await ann.ask('GET', `/audit?cursor=${head.cursor}`)).body).toEqual({ items: [] });
    expect((await ann.ask('GET', '/audit?cursor=other:1')).body.code).toBe('epoch-changed');
    expect((await ann.ask('GET', '/audit?limit=201')).status).toBe(400);
  });

  it('[HT18] every answer to a key says what it may still send, and a 304 takes nothing of it', async () => {
    const small = await openServer({ limits: { requestsPerMinute: 6 } });
    const [one, two] = [await small.caller('one'), await small.caller('two')];
    const told = ({ headers }: { readonly headers: Headers }) => [
      headers.get('ratelimit-policy'),
      headers.get('ratelimit'),
    ];
    const made = await one.ask('PUT', '/resource?id=a.md', { headers: { 'if-none-match': '*' }, bytes: 'a' });
    expect(told(made)).toEqual(['"default";q=6;w=60', '"default";r=5;t=10']);
    const known = { 'if-none-match': made.headers.get('etag') ?? '' };
    for (let asked = 0; asked < 8; asked += 1) {
      const same = await one.ask('GET', '/resource?id=a.md', { headers: known });
      expect([same.status, ...told(same)]).toEqual([304, '"default";q=6;w=60', '"default";r=5;t=10']);
    }
    expect(told(await one.ask('GET', '/nothing'))).toEqual([null, null]);
    expect(told(await one.ask('GET', '/resource?id=none'))).toEqual(['"default";q=6;w=60', '"default";r=4;t=20']);
    for (let asked = 0; asked < 4; asked += 1) await one.ask('GET', '/resources');
    small.clock.now += 3000;
    const refused = await one.ask('GET', '/resource?id=a.md', { headers: known });
    expect([refused.status, ...told(refused)]).toEqual([429, '"default";q=6;w=60', '"default";r=0;t=7']);
    expect(refused.headers.get('retry-after')).toBe('7');
    expect(told(await two.ask('GET', '/resources'))).toEqual(['"default";q=6;w=60', '"default";r=5;t=10']);
    await small.close();
  });

  it('[HT15] a key that asks too much is told when to ask again; others are not', async () => {
    const small = await openServer({ limits: { requestsPerMinute: 3 } });
    const [one, two] = [await small.caller('one'), await small.caller('two')];
    for (let asked = 0; asked < 3; asked += 1) expect((await one.ask('GET', '/resources')).status).toBe(200);
    const refused = await one.ask('GET', '/resources');
    expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([
      429,
      'rate-limited',
      '20',
    ]);
    expect((await two.ask('GET', '/resources')).status).toBe(200);
    small.clock.now += 20_000;
    expect((await one.ask('GET', '/resources')).status).toBe(200);
    await small.close();
  });
});
