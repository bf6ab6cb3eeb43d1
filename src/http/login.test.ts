// Codes, sessions, and whose key it is.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type Caller, fetchAnswer, openServer, type Server } from '../../test/support/server.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let server: Server;
let ann: Caller;
beforeEach(async () => {
  server = await openServer({ http: { dashboard: false } });
  ann = await server.caller('ann');
});
afterEach(() => server.close());

const json = { 'content-type': 'application/json' };

const login = (code: unknown): Promise<Answer> =>
  fetchAnswer(`${server.url}/v1/login`, { method: 'POST', headers: json, body: JSON.stringify({ code }) });

async function codeOf(caller: Caller): Promise<string> {
  const { status, body } = await caller.ask('POST', '//v1/login-codes', { json: {} });
  expect([status, body.path]).toEqual([201, `/#login=${body.code}`]);
  return body.code;
}

const whoami = (key: string): Promise<Answer> =>
  fetchAnswer(`${server.url}/v1/whoami`, { headers: { authorization: `Bearer ${key}` } });

describe('login', () => {
  it('[HT21] a code begins one session, within five minutes; every other one is one 401', async () => {
    const code = await codeOf(ann);
    const first = await login(code);
    expect([first.status, first.body.name, first.body.spaces]).toEqual([200, 'ann', ['default']]);
    expect(first.body.expiresAt).toBe(server.clock.now + 12 * HOUR);
    expect((await whoami(first.body.key)).body).toMatchObject({ name: 'ann', session: true });
    const late = await codeOf(ann);
    server.clock.now += 5 * MINUTE;
    const refused = [await login(code), await login(late), await login('made up'), await login('x'.repeat(43))];
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(new Set(refused.map(({ body: { detail } }) => detail)).size).toBe(1);
    for (const odd of [7, '', null, 'x'.repeat(101)]) expect([odd, (await login(odd)).status]).toEqual([odd, 400]);
    const long = await fetchAnswer(`${server.url}/v1/login`, { method: 'POST', headers: json, body: ' '.repeat(5000) });
    expect(long.status).toBe(413);
  });

  it('[HT21] of two that send one code at once one gets in', async () => {
    const code = await codeOf(ann);
    const both = await Promise.all([login(code), login(code)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  it('[HT21] a session ends after 12 hours, with the key that it stands for, and no later by another login', async () => {
    const session = (await login(await codeOf(ann))).body;
    const caller = { ...ann, ask: ann.ask };
    const again = async (key: string): Promise<Answer> => {
      const asked = { method: 'POST', headers: { ...json, authorization: `Bearer ${key}` }, body: '{}' };
      return login((await fetchAnswer(`${server.url}/v1/login-codes`, asked)).body.code);
    };
    server.clock.now += 11 * HOUR;
    const second = (await again(session.key)).body;
    expect(second.expiresAt).toBe(session.expiresAt);
    server.clock.now += HOUR;
    expect((await whoami(session.key)).status).toBe(401);
    expect((await whoami(second.key)).status).toBe(401);
    const fresh = (await login(await codeOf(ann))).body;
    const waiting = await codeOf(ann);
    expect((await caller.ask('DELETE', `//v1/keys/${ann.id}`)).status).toBe(204);
    server.clock.now += 6000;
    expect((await whoami(fresh.key)).status).toBe(401);
    expect((await login(waiting)).status).toBe(401);
  });

  it('[HT21] a session has the rights of its key and no others, can be ended by itself, and leaves nothing behind', async () => {
    const bob = await server.caller('bob', ['read:notes/**', 'commit:notes/**']);
    const session = (await login(await codeOf(bob))).body;
    const { body } = await whoami(session.key);
    expect(body.grants).toEqual(['read@default:notes/**', 'commit@default:notes/**']);
    const ask = (method: string, path: string): Promise<Answer> =>
      fetchAnswer(server.url + path, { method, headers: { authorization: `Bearer ${session.key}` } });
    await ann.put('secret.md', 'x');
    expect((await ask('GET', '/v1/spaces/default/resource?id=secret.md')).status).toBe(404);
    expect((await ask('DELETE', `/v1/keys/${session.id}`)).status).toBe(204);
    expect((await ask('GET', '/v1/whoami')).status).toBe(401);
    expect((await whoami(bob.key)).body).toMatchObject({ name: 'bob', session: false });
    const kept = (await login(await codeOf(bob))).body.id;
    server.clock.now += 13 * HOUR;
    await login(await codeOf(bob));
    const ids = (await server.service.keys.list()).map(({ id }) => id);
    expect(ids).not.toContain(kept);
  });

  it('[HT22] a key is told whose it is, what it may do, and in which spaces', async () => {
    await ann.ask('GET', '/stats');
    const other = await server.caller('eve', ['read@team:**', 'commit@void:**']);
    const draft = { method: 'POST', headers: { ...json, authorization: `Bearer ${ann.key}` } };
    const { token } = (await fetchAnswer(`${server.url}/v1/spaces/team/drafts`, { ...draft, body: '{"id":"a"}' })).body;
    await fetchAnswer(`${server.url}/v1/spaces/team/commits`, {
      ...draft,
      body: JSON.stringify({ token, content: 'x' }),
    });
    expect((await whoami(ann.key)).body).toMatchObject({ id: ann.id, name: 'ann', spaces: ['default', 'team'] });
    expect((await whoami(other.key)).body.spaces).toEqual(['team']);
    expect((await whoami('ent_none')).status).toBe(401);
  });
});
