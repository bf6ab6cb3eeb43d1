// Keys over HTTP: who sees, makes and ends which, and that nobody gives more than they have.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Caller, openServer, type Server } from '../../test/support/server.ts';

let server: Server;
let ann: Caller;
let lead: Caller;
const LEADS = ['keys:team-*', 'act-as:team-*', 'read:notes/**', 'commit:notes/**', 'read@lab:**', 'audit@lab:**'];
beforeAll(async () => {
  server = await openServer({ http: { dashboard: false } });
  ann = await server.caller('ann');
  lead = await server.caller('lead', LEADS);
});
afterAll(() => server.close());

const make = (caller: Caller, body: object): Promise<Answer> => caller.ask('POST', '//v1/keys', { json: body });

const seen = async (caller: Caller): Promise<readonly string[]> =>
  (await caller.ask('GET', '//v1/keys')).body.items.map(({ name }: { readonly name: string }) => name);

describe('keys over HTTP', () => {
  it('[HT23] a key is made with its text told once, works at once, and is shown without it', async () => {
    const grants = ['read:notes/**', 'append-only:notes/log/**'];
    const made = await make(ann, { name: 'writer-1', label: 'the writer', grants });
    expect([made.status, made.body.name, made.body.madeBy]).toEqual([201, 'writer-1', ann.id]);
    expect(made.body.grants).toEqual(['read@default:notes/**', 'append-only@default:notes/log/**']);
    expect(made.body.lastUsedAt).toBeUndefined();
    const headers = { authorization: `Bearer ${made.body.key}` };
    expect((await ann.ask('GET', '/resources', { headers })).status).toBe(200);
    const shown = await ann.ask('GET', `//v1/keys?id=${made.body.id}`);
    expect(shown.body.items).toMatchObject([{ label: 'the writer', state: 'active', lastUsedAt: server.clock.now }]);
    // A secret may have the sign in it that parts it from the rest.
    const secret = made.body.key.split('_').slice(2).join('_');
    expect(secret.length).toBeGreaterThan(20);
    const all = await ann.ask('GET', '//v1/keys');
    expect(all.text.includes(secret) || all.text.includes('secretHash')).toBe(false);
  });

  it('[HT23] nobody gives a grant, a name or a time that they do not have', async () => {
    const good = await make(lead, { name: 'team-1', grants: ['read:notes/a/**', 'append-only:notes/**'] });
    expect(good.status).toBe(201);
    const beyond: readonly (readonly [name: string, grant: string])[] = [
      ...(['read:**', 'read:notesother/**', 'read:note?/**', 'resolve:notes/**'] as const).map(
        (grant) => ['team-1', grant] as const,
      ),
      ...(['commit@lab:**', 'read@*:notes/**', 'audit:**', 'keys:**', 'act-as:**'] as const).map(
        (grant) => ['team-1', grant] as const,
      ),
      ['other', 'read:notes/**'],
      ['lead', 'read:notes/**'],
      // The grant is there, and no right over keys in that space.
      ['team-1', 'read@lab:**'],
    ];
    for (const [name, grant] of beyond) {
      const { status, body } = await make(lead, { name, grants: [grant] });
      expect([name, grant, status, body.code]).toEqual([name, grant, 403, 'forbidden']);
    }
    const plain = await server.caller('plain', ['read:**', 'commit:**', 'act-as:**']);
    expect((await make(plain, { name: 'plain', grants: ['read:**'] })).status).toBe(403);
    for (const grants of [[], ['fly:**'], ['read@~entente:**'], 'read:**'])
      expect([grants, (await make(ann, { name: 'x', grants })).status]).toEqual([grants, 400]);
    const ends = server.clock.now + 1000;
    const { text, info } = await server.service.keys.create({
      ...{ name: 'brief', grants: (await server.service.keys.find(ann.id))?.grants ?? [], expires: ends },
    });
    const brief: Caller = {
      ...ann,
      ask: (method, path, asked = {}) =>
        ann.ask(method, path, { ...asked, headers: { authorization: `Bearer ${text}` } }),
    };
    expect((await make(brief, { name: 'brief', grants: ['read:**'] })).status).toBe(403);
    expect((await make(brief, { name: 'brief', grants: ['read:**'], expires: ends + 1 })).status).toBe(403);
    expect((await make(brief, { name: 'brief', grants: ['read:**'], expires: ends })).body.madeBy).toBe(info.id);
  });

  it('[HT23] who has no keys grant for a key does not see that it is there', async () => {
    const other = await make(ann, { name: 'outsider', grants: ['read:**'] });
    const wide = await make(ann, { name: 'team-wide', grants: ['read:notes/**', 'read@lab:**'] });
    expect(await seen(lead)).toEqual(['lead', 'team-1']);
    const guest = await server.caller('guest', ['read:**']);
    expect(await seen(guest)).toEqual(['guest']);
    for (const hidden of [other.body.id, wide.body.id, ann.id, 'nokeyatall']) {
      const asked = await lead.ask('GET', `//v1/keys?id=${hidden}`);
      expect([hidden, asked.body.items]).toEqual([hidden, []]);
      const { status, body } = await lead.ask('DELETE', `//v1/keys/${hidden}`);
      expect([hidden, status, body.detail]).toEqual([hidden, 404, 'The key is not here.']);
    }
    expect((await guest.ask('GET', '//v1/keys')).body.items).toMatchObject([{ own: true }]);
  });

  it('[HT36] what signs tokens is made anew by who has a keys grant for everything, and the log says who asked', async () => {
    const token = await ann.begin('notes/signed.md');
    const rotate = (caller: Caller): Promise<Answer> => caller.ask('POST', '//v1/signing-keys', { json: {} });
    for (const grants of [['keys:**'], ['keys@*:team-*'], ['audit@*:**', 'commit@*:**', 'act-as@*:**']])
      expect((await rotate(await server.caller('some', grants))).body).toMatchObject({
        status: 403,
        code: 'forbidden',
      });
    const made = await rotate(ann);
    expect([made.status, (await ann.begin('notes/signed.md')).split('.')[1]]).toEqual([201, made.body.kid]);
    expect((await ann.ask('POST', '/commits', { json: { token, content: 'one\n' } })).status).toBe(201);
    const old = await ann.begin('notes/signed.md');
    for (let count = 0; count < 2; count += 1) expect((await rotate(ann)).status).toBe(201);
    expect((await ann.ask('POST', '/commits', { json: { token: old, content: 'two\n' } })).body.code).toBe(
      'token-expired',
    );
    const log = await server.store.log('~entente' as never, 0, 1000);
    const entries = log.status === 'ok' ? log.entries : [];
    expect(entries.filter(({ meta }) => meta.extra?.['key'] === ann.id).map(({ meta }) => meta.reason)).toEqual(
      Array(3).fill('signing key'),
    );
  });

  it('[HT23] an ended key is refused, and stays in the list as revoked', async () => {
    const made = await make(ann, { name: 'team-2', grants: ['read:notes/**'] });
    expect((await lead.ask('DELETE', `//v1/keys/${made.body.id}`)).status).toBe(204);
    expect((await lead.ask('DELETE', `//v1/keys/${made.body.id}`)).status).toBe(204);
    const headers = { authorization: `Bearer ${made.body.key}` };
    expect((await ann.ask('GET', '/resources', { headers })).status).toBe(401);
    const { items } = (await ann.ask('GET', `//v1/keys?id=${made.body.id}`)).body;
    expect(items).toMatchObject([{ state: 'revoked', revokedAt: server.clock.now }]);
    expect((await server.caller('self')).id).toMatch(/^[a-z0-9]{12}$/);
  });
});
