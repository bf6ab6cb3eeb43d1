// The loop over real HTTP: read, work, commit, outcome.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openServer, type Server } from '../../test/support/server.ts';

let server: Server;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

describe('the loop over HTTP', () => {
  it('[HT1] begins, commits, and reads back what is stored, each commit with the token of the next', async () => {
    const ann = await server.caller('ann');
    const draft = await ann.ask('POST', '/drafts', { json: { id: 'notes/plan.md' } });
    expect(draft.status).toBe(200);
    expect(draft.body).toEqual({
      id: expect.any(String),
      token: expect.stringMatching(/^p1\./),
      others: [],
      expires: expect.any(Number),
    });
    const made = await ann.ask('POST', '/commits', { json: { token: draft.body.token, content: 'one\n' } });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ status: 'committed', resource: 'notes/plan.md', version: 1 });
    const next = await ann.ask('POST', '/commits', { json: { token: made.body.token, content: 'two\n' } });
    expect(next.status).toBe(200);
    expect(next.body).toMatchObject({ status: 'committed', version: 2 });
    const read = await ann.ask('GET', '/resource?id=notes/plan.md');
    expect([read.status, read.text]).toEqual([200, 'two\n']);
    expect(read.headers.get('entente-version')).toBe('2');
    expect(read.headers.get('cache-control')).toBe('no-transform, no-cache');
    const etag = read.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[^"]+\.r\d+\.[0-9a-f]{32}"$/);
    const again = await ann.ask('GET', '/resource?id=notes%2Fplan.md', { headers: { 'if-none-match': etag } });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it('[HT1] hands a stale change back with a packet and a token that works', async () => {
    const [ann, bob] = [await server.caller('ann'), await server.caller('bob')];
    await ann.put('notes/clash.md', 'base\n');
    const [first, second] = [await ann.begin('notes/clash.md'), await bob.begin('notes/clash.md')];
    await ann.ask('POST', '/commits', { json: { token: first, content: 'ann\n' } });
    const refused = await bob.ask('POST', '/commits', { json: { token: second, content: 'bob\n', resolve: false } });
    expect(refused.status).toBe(409);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.body).toMatchObject({ code: 'conflict', status: 409, retryable: false });
    const { outcome, current } = refused.body;
    expect(current).toMatchObject({ version: 2, content: 'ann\n', encoding: 'utf8' });
    expect((await bob.ask('GET', `/${current.href}`)).text).toBe('ann\n');
    expect(outcome).toMatchObject({
      status: 'conflict',
      saved: false,
      packet: { actual: { agent: 'ann', version: 2 } },
    });
    const repaired = { token: outcome.token, content: 'ann\nbob\n' };
    expect(await bob.ask('POST', '/commits', { json: repaired })).toMatchObject({ status: 200 });
    expect((await bob.ask('GET', '/resource?id=notes/clash.md')).text).toBe('ann\nbob\n');
  });
});
