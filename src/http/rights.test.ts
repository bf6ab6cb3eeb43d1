// Who may do what: tokens that are not what they were, keys that may not, and what nobody gets to see.
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Caller, openServer, type Server } from '../../test/support/server.ts';
import { createMemoryStore } from '../stores/memory.ts';

let server: Server;
let ann: Caller;
const logged: string[] = [];
beforeAll(async () => {
  const logger = pino({ level: 'trace' }, { write: (line: string) => logged.push(line) });
  server = await openServer({ store: createMemoryStore({ log: { max: 200 } }), http: { logger } });
  ann = await server.caller('ann');
});
afterAll(() => server.close());

const commit = (caller: Caller, token: string, content: string, more: object = {}): Promise<Answer> =>
  caller.ask('POST', '/commits', { json: { token, content, ...more } });

/** A conflict that waits for a decision, between bob's and eve's changes. */
async function openConflict(id: string): Promise<{ readonly conflictId: string; readonly etag: string }> {
  const policy = await ann.ask('GET', '/policy');
  await ann.ask('PUT', '/policy', {
    headers: { 'if-match': policy.body.etag },
    json: { rules: [['queue/**', 'escalate']] },
  });
  await ann.put(id, 'base\n');
  const [first, second] = [await ann.begin(id, { agent: 'bob' }), await ann.begin(id, { agent: 'eve' })];
  await commit(ann, first, 'bob\n');
  const opened = await commit(ann, second, 'eve\n');
  expect(opened.status).toBe(202);
  const { conflictId } = opened.body;
  expect(opened.headers.get('location')).toBe(`/v1/spaces/default/conflicts/${conflictId}`);
  return { conflictId, etag: (await ann.ask('GET', `/conflicts/${conflictId}`)).body.etag };
}

describe('tokens', () => {
  it('[K01] a token that was changed anywhere is one bad-token, with one message', async () => {
    const token = await ann.begin('signed.md');
    const [seal, kid = '', body = '', mac = ''] = token.split('.');
    const payload = JSON.parse(Buffer.from(body, 'base64url').toString());
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const changes = [
      { version: 9 },
      { revision: 1 },
      { agent: 'root' },
      { space: 'other' },
      { exp: 9e15 },
      { sub: 'somebodyelse' },
      { resource: 'x' },
    ].map((change) => [seal, kid, encode({ ...payload, ...change }), mac].join('.'));
    const flipped = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    const odd = [`p1.other.${body}.${mac}`, `c1.${kid}.${body}.${mac}`, flipped, `${token}.x`, 'p1', `ent1.${body}`];
    const answers = await Promise.all([...changes, ...odd].map((bad) => commit(ann, bad, 'x')));
    expect(answers.map(({ status, body: { code } }) => [status, code])).toEqual(answers.map(() => [400, 'bad-token']));
    expect(new Set(answers.map(({ body: { detail } }) => detail)).size).toBe(1);
    expect(logged.filter((line) => line.includes('"code":"bad-token"')).length).toBe(answers.length);
    expect((await commit(ann, token, 'x')).status).toBe(201);
  });

  it('[K01] who sent a token that is none stands in the audit: once a minute for each key, with how many there were', async () => {
    const forged = async (): Promise<readonly { readonly agent: string; readonly meta: object }[]> =>
      (await ann.ask('GET', '/audit?limit=200')).body.items.filter(
        ({ agent, meta }: { agent: string; meta: { reason?: string } }) =>
          agent === 'mallory' && meta.reason === 'bad-token',
      );
    const mallory = await server.caller('mallory', ['read:**']);
    const first = await commit(mallory, 'p1.a.b.c', 'x');
    await commit(mallory, 'p1.a.b.c', 'x');
    await mallory.ask('POST', '/transactions', { json: { writes: [{ token: 'nothing', content: 'x' }] } });
    const extra = { key: mallory.id, requestId: first.body.requestId };
    expect(await forged()).toMatchObject([{ agent: 'mallory', meta: { outcome: 'recorded', extra } }]);
    server.clock.now += 60_000;
    const later = await commit(mallory, 'p1.a.b.c', 'x');
    expect(await forged()).toMatchObject([{}, { meta: { extra: { requestId: later.body.requestId, more: 2 } } }]);
    // Nothing is written where the key has nothing, and what is wrong with the store is not the sender's to know.
    const path = '//v1/spaces/elsewhere/commits';
    const outsider = await server.caller('outsider', ['read:**']);
    expect((await outsider.ask('POST', path, { json: { token: 'x', content: 'x' } })).body.code).toBe('bad-token');
    expect((await ann.ask('GET', '//v1/spaces/elsewhere/audit')).body.items).toEqual([]);
  });

  it('[K02] to hold a token is no proof of who one is', async () => {
    const token = await ann.begin('mine.md');
    const thief = await commit(await server.caller('ann'), token, 'x');
    expect([thief.status, thief.body.code]).toEqual([403, 'token-not-yours']);
  });

  it('[K03] a token is good for its resource and its space', async () => {
    const token = await ann.begin('here.md');
    const wrong = await commit(ann, token, 'x', { id: 'there.md' });
    expect([wrong.status, wrong.body.code]).toEqual([400, 'token-mismatch']);
    const path = '//v1/spaces/other/commits';
    const space = await ann.ask('POST', path, { json: { token, content: 'x' } });
    expect([space.status, space.body.code]).toEqual([400, 'token-mismatch']);
  });

  it('[K04] a token is one change: the same again is answered again, another one is refused', async () => {
    const token = await ann.begin('once.md');
    const first = await commit(ann, token, 'one\n');
    expect((await commit(ann, token, 'one\n')).body).toMatchObject({ status: 'committed', version: 1, replayed: true });
    const spent = await commit(ann, token, 'two\n');
    expect([spent.status, spent.body.code]).toEqual([409, 'token-spent']);
    expect(first.body.version).toBe(1);
  });

  it('[K05] a token ends with its time and with its signing key; a base that is gone overwrites nothing', async () => {
    const old = await ann.begin('old.md');
    server.clock.now += 24 * 60 * 60 * 1000;
    const expired = await commit(ann, old, 'x');
    expect([expired.status, expired.body.code]).toEqual([410, 'token-expired']);
    const before = await ann.begin('rotated.md');
    await server.service.signer.rotate();
    expect((await commit(ann, before, 'x')).status).toBe(201);
    const retired = await ann.begin('retired.md');
    await server.service.signer.rotate();
    await server.service.signer.rotate();
    const gone = await commit(ann, retired, 'x');
    expect([gone.status, gone.body.code]).toEqual([410, 'token-expired']);
    await ann.put('trimmed.md', 'base\n');
    const stale = await ann.begin('trimmed.md');
    await ann.put('trimmed.md', 'theirs\n');
    for (let count = 0; count < 210; count += 1) await ann.put('busy.md', `${count}\n`);
    const lost = await commit(ann, stale, 'mine\n');
    expect(lost.status).toBe(410);
    expect((await ann.ask('GET', '/resource?id=trimmed.md')).text).toBe('theirs\n');
  });
});

describe('rights', () => {
  it('[K06] nobody writes under another name, unless a grant says so; then the log tells both', async () => {
    const bob = await server.caller('bob', ['read:**', 'commit:**']);
    const refused = await bob.ask('POST', '/drafts', { json: { id: 'as.md', agent: 'alice' } });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    const put = { bytes: 'x', headers: { 'if-none-match': '*', 'entente-agent': 'alice' } };
    expect((await bob.ask('PUT', '/resource?id=as.md', put)).status).toBe(403);
    const lead = await server.caller('lead', ['read:**', 'commit:**', 'act-as:writer-*']);
    expect((await lead.ask('POST', '/drafts', { json: { id: 'as.md', agent: 'alice' } })).status).toBe(403);
    const token = await lead.begin('as.md', { agent: 'writer-7' });
    expect((await commit(lead, token, 'x')).status).toBe(201);
    const { items } = (await ann.ask('GET', '/resource/versions?id=as.md')).body;
    expect(items[0].head.agent).toBe('writer-7');
    const head = (await ann.ask('GET', '/audit/head')).body;
    const last = await ann.ask('GET', `/audit?cursor=${head.epoch}:${head.revision - 1}`);
    expect(last.body.items.at(-1)).toMatchObject({ agent: 'writer-7', meta: { principal: 'lead' } });
    const governor = await server.caller('governor', ['policy:**', 'audit:**', 'act-as:writer-*']);
    const { etag } = (await governor.ask('GET', '/policy')).body;
    const policy = { json: { rules: [], agent: 'writer-7' }, headers: { 'if-match': etag } };
    expect((await governor.ask('PUT', '/policy', policy)).status).toBe(201);
    const { items: audited } = (await governor.ask('GET', `/audit?cursor=${head.epoch}:${head.revision}`)).body;
    expect(audited.at(-1)).toMatchObject({ agent: 'writer-7', meta: { reason: 'policy', principal: 'governor' } });
  });

  it('[K07] what may not be seen looks like what is not there, everywhere', async () => {
    const { conflictId } = await openConflict('queue/secret.md');
    const none = await server.caller('none', ['read:public/**', 'commit:public/**', 'resolve:public/**']);
    const same = async (method: string, path: (id: string) => string, json?: (id: string) => object): Promise<void> => {
      const [there, absent] = await Promise.all(
        ['queue/secret.md', 'queue/absent.md'].map((id) =>
          none.ask(method, path(encodeURIComponent(id)), json === undefined ? {} : { json: json(id) }),
        ),
      );
      const strip = (answer: Answer | undefined): string =>
        (answer?.text ?? '')
          .replaceAll('secret', '*')
          .replaceAll('absent', '*')
          .replace(/"requestId":"[^"]*"/, '');
      expect([path('*'), there?.status]).toEqual([path('*'), 404]);
      expect(strip(there)).toBe(strip(absent));
    };
    await same('GET', (id) => `/resource?id=${id}`);
    await same('GET', (id) => `/resource/versions?id=${id}`);
    await same('GET', (id) => `/resource/versions/1?id=${id}`);
    await same('DELETE', (id) => `/resource?id=${id}`);
    await same(
      'POST',
      () => '/drafts',
      (id) => ({ id }),
    );
    await same(
      'POST',
      () => '/policy/explain',
      (id) => ({ id }),
    );
    const conflict = [await none.ask('GET', `/conflicts/${conflictId}`), await none.ask('GET', '/conflicts/c-0')];
    expect(conflict.map(({ status }) => status)).toEqual([404, 404]);
    const bodies = { claim: {}, proposals: { reason: 'x', use: 'base' }, resolution: { use: 'base' } };
    for (const [rest, json] of Object.entries(bodies)) {
      const headers = { 'if-match': '*' };
      const answer = await none.ask('POST', `/conflicts/${conflictId}/${rest}`, { json, headers });
      expect([rest, answer.status]).toEqual([rest, 404]);
    }
    expect((await none.ask('GET', `/conflicts/${conflictId}/content?side=base`)).status).toBe(404);
    expect((await none.ask('GET', '/resources')).body).toEqual({ items: [] });
    expect((await none.ask('GET', '/conflicts')).body).toEqual({ items: [] });
    expect((await none.ask('GET', '/audit')).status).toBe(403);
    expect((await none.ask('GET', '/stats')).status).toBe(403);
    expect((await none.ask('GET', '/policy')).status).toBe(403);
    // A grant in one space is none in another.
    const other = await none.ask('GET', '//v1/spaces/other/resource?id=public/a.md');
    expect(other.status).toBe(404);
    expect((await none.ask('GET', '//v1/spaces/~entente/resources')).body.code).toBe('bad-id');
  });

  it('[K08] a list, a queue and an audit hold what may be seen and nothing else', async () => {
    await ann.put('team/a.md', 'a\n');
    await ann.put('team/b.md', 'b\n');
    await ann.put('other/c.md', 'c\n');
    const reader = await server.caller('reader', ['read:team/*', 'audit:team/*']);
    const list = await reader.ask('GET', '/resources?limit=1');
    expect(list.body.items.map((head: { resource: string }) => head.resource)).toEqual(['team/a.md']);
    const rest = await reader.ask('GET', `/resources?limit=200&cursor=${encodeURIComponent(list.body.next)}`);
    expect(rest.body.items.map((head: { resource: string }) => head.resource)).toEqual(['team/b.md']);
    const audit = await reader.ask('GET', '/audit?limit=200');
    const seen = audit.body.items.flatMap(({ heads }: { heads: { resource: string }[] }) => heads);
    expect(new Set(seen.map(({ resource }: { resource: string }) => resource))).toEqual(
      new Set(['team/a.md', 'team/b.md']),
    );
    expect(audit.text).not.toContain('other/c.md');
    // A cursor is its reader's own, and its list's, and holds no name.
    expect(Buffer.from(list.body.next.split('.')[2], 'base64url').toString()).not.toContain('.md');
    for (const [caller, path] of [
      [ann, '/resources'],
      [reader, '/conflicts'],
    ] as const) {
      const wrong = await caller.ask('GET', `${path}?cursor=${encodeURIComponent(list.body.next)}`);
      expect([wrong.status, wrong.body.code]).toEqual([400, 'misuse']);
    }
  });

  it('[K09] nobody decides a conflict that their own change is a side of', async () => {
    const { conflictId, etag } = await openConflict('queue/own.md');
    const decide = (caller: Caller): Promise<Answer> =>
      caller.ask('POST', `/conflicts/${conflictId}/resolution`, {
        json: { use: 'current' },
        headers: { 'if-match': etag },
      });
    for (const caller of [
      await server.caller('bob', ['read:**', 'resolve:**']),
      await server.caller('eve', ['read:**', 'resolve:**']),
      await server.caller('lead', ['read:**', 'resolve:**', 'act-as:e*']),
    ])
      expect((await decide(caller)).body.code).toBe('forbidden');
    expect((await decide(await server.caller('nina', ['read:**']))).body.code).toBe('forbidden');
    const judge = await decide(await server.caller('judge', ['read:**', 'resolve:**']));
    expect([judge.status, judge.body.status]).toEqual([200, 'unchanged']);
    const again = await openConflict('queue/own-2.md');
    const bob = await server.caller('bob', ['read:**', 'resolve-own:**']);
    const path = `/conflicts/${again.conflictId}/resolution`;
    const allowed = await bob.ask('POST', path, { json: { use: 'proposed' }, headers: { 'if-match': again.etag } });
    expect([allowed.status, allowed.body.status]).toEqual([200, 'committed']);
  });

  it('[K10] rights are looked at again at the commit', async () => {
    const temp = await server.caller('temp', ['read:**', 'commit:**']);
    const token = await temp.begin('revoked.md');
    await server.service.keys.revoke(temp.id);
    expect((await commit(temp, token, 'x')).status).toBe(401);
    const brief = await server.service.keys.create({ name: 'brief', grants: [], expires: server.clock.now + 1000 });
    await expect(server.service.keys.authenticate(brief.text)).resolves.toMatchObject({ name: 'brief' });
    server.clock.now += 1000;
    await expect(server.service.keys.authenticate(brief.text)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('[K11] a wrong key is 401 whatever is wrong with it; the store holds no secret', async () => {
    const parts = ann.key.split('_');
    const wrong = [
      `ent_${parts[1]}_${'A'.repeat(43)}`,
      `ent_${'a'.repeat(12)}_${parts.slice(2).join('_')}`,
      ann.key.slice(0, -1),
      `${ann.key}A`,
      'ent__',
      'x',
    ];
    for (const key of wrong) {
      const answer = await fetch(`${server.url}/v1/spaces/default/resources`, {
        headers: { authorization: `Bearer ${key}` },
      });
      expect([key, answer.status, answer.headers.get('www-authenticate')]).toEqual([key, 401, 'Bearer']);
    }
    const secret = parts.slice(2).join('_');
    expect(Buffer.from(secret, 'base64url').length).toBeGreaterThanOrEqual(16);
    const records = await server.store.records('~entente' as never, 'key', {}, {});
    expect(JSON.stringify(records)).not.toContain(secret);
    expect(JSON.stringify(await server.service.keys.list())).not.toMatch(/secret/i);
  });

  it('[K12] no key and no token is in the log, in an error or in the audit', async () => {
    const token = await ann.begin('quiet.md');
    await commit(ann, `${token}x`, 'x');
    await ann.ask('GET', `/resource?id=${encodeURIComponent(token)}`);
    await commit(ann, token, 'x');
    const secret = ann.key.slice(-43);
    const told = logged.join('\n') + (await ann.ask('GET', '/audit?limit=200')).text;
    expect(told).not.toContain(secret);
    expect(told).not.toContain(token);
    expect((await ann.ask('GET', `//v1/spaces/default/resources?key=${ann.key}`)).text).not.toContain(secret);
  });

  it('[HT7] who may append adds and does nothing else; who may write and not read learns nothing', async () => {
    await ann.put('log.md', 'one\n');
    const writer = await server.caller('w', ['append-only:log.md']);
    const token = await writer.begin('log.md');
    expect((await commit(writer, token, 'x')).body.code).toBe('forbidden');
    const other = await ann.begin('log.md');
    await ann.ask('POST', '/commits', { json: { token: other, append: 'two\n' } });
    const added = await writer.ask('POST', '/commits', { json: { token, append: 'three\n' } });
    expect([added.status, added.body.code]).toEqual([409, 'rejected']);
    expect(added.text).not.toMatch(/one|two|ann/);
    const fresh = await writer.begin('log.md');
    expect((await writer.ask('POST', '/commits', { json: { token: fresh, append: 'four\n' } })).status).toBe(200);
    const text = (await ann.ask('GET', '/resource?id=log.md')).text;
    expect(text.startsWith('one\ntwo\n')).toBe(true);
    expect(text.endsWith('four\n')).toBe(true);
    const blind = await server.caller('blind', ['commit:log.md']);
    const draft = await blind.ask('POST', '/drafts', { json: { id: 'log.md' } });
    expect(Object.keys(draft.body).sort()).toEqual(['expires', 'id', 'token']);
    const same = await blind.ask('POST', '/commits', { json: { token: draft.body.token, content: text } });
    expect([same.body.status, same.body.head]).toEqual(['unchanged', undefined]);
    const at = '/resource?id=log.md';
    const stale = await blind.ask('PUT', at, { bytes: 'x', headers: { 'if-match': '"other"' } });
    const etag = (await ann.ask('GET', at)).headers.get('etag') ?? '';
    expect([stale.status, stale.body.code, stale.text.includes(etag.slice(1, -1))]).toEqual([
      ...[412, 'precondition-failed', false],
    ]);
    expect((await ann.ask('PUT', at, { bytes: 'x', headers: { 'if-match': '"other"' } })).text).toContain(
      etag.slice(1, -1),
    );
    // Neither its token nor an answer has the hash of what is there, by which a guess could be checked.
    const { hash } = (await ann.ask('GET', '/resource/head?id=log.md')).body.head;
    const readable = (sent: string): string => Buffer.from(sent.split('.')[1 + 1] ?? '', 'base64url').toString();
    const held = [token, fresh, draft.body.token, same.body.token].map(readable);
    expect(held.filter((payload) => /[0-9a-f]{64}/.test(payload) || !payload.includes('"hash":"hidden"'))).toEqual([]);
    expect(readable(await ann.begin('log.md'))).toContain(`"hash":"${hash}"`);
    const next = await writer.begin('log.md');
    const more = await writer.ask('POST', '/commits', { json: { token: next, append: 'five\n' } });
    expect([more.body.status, more.body.hash]).toEqual(['committed', 'hidden']);
    expect((await writer.ask('GET', `/commits/${more.body.commitId}`)).text).not.toMatch(/[0-9a-f]{64}/);
    const refused = await blind.ask('POST', '/commits', { json: { token: draft.body.token, content: 'mine\n' } });
    expect([refused.status, refused.text.includes(hash)]).toEqual([409, false]);
    const again = { token: refused.body.outcome.token ?? (await blind.begin('log.md')), content: 'mine\n' };
    expect(readable(again.token)).not.toMatch(/[0-9a-f]{64}/);
    const probe = { token: draft.body.token, edits: [{ old: 'one', new: '1' }] };
    expect((await blind.ask('POST', '/commits', { json: probe })).body.code).toBe('forbidden');
  });
});
