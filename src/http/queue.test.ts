// The queue over HTTP: look, take, propose, decide; and that no decision goes over what came after the decider looked.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Caller, openServer, type Server } from '../../test/support/server.ts';

let server: Server;
let lead: Caller;
let nina: Caller;
let omar: Caller;
let count = 0;
beforeAll(async () => {
  server = await openServer();
  lead = await server.caller('lead');
  [nina, omar] = [
    await server.caller('nina', ['read:**', 'resolve:q/**']),
    await server.caller('omar', ['read:**', 'resolve:q/**']),
  ];
  const rules = [['q/**', 'escalate']];
  const headers = { 'if-none-match': '*' };
  expect((await lead.ask('PUT', '/policy', { headers, json: { rules } })).status).toBe(201);
});
afterAll(() => server.close());

interface Open {
  readonly id: string;
  readonly path: string;
  readonly etag: string;
}

async function open(): Promise<Open> {
  count += 1;
  const id = `q/doc-${count}.md`;
  await lead.put(id, 'base\n');
  const [first, second] = [await lead.begin(id, { agent: 'bob' }), await lead.begin(id, { agent: 'eve' })];
  await lead.ask('POST', '/commits', { json: { token: first, content: 'bob\n' } });
  const escalated = await lead.ask('POST', '/commits', { json: { token: second, content: 'eve\n' } });
  const path = `/conflicts/${escalated.body.conflictId}`;
  return { id, path, etag: (await nina.ask('GET', path)).headers.get('etag') ?? '' };
}

const decide = (caller: Caller, { path, etag }: Open, json: object, more: object = {}): Promise<Answer> =>
  caller.ask('POST', `${path}/resolution`, { json, headers: { 'if-match': etag, ...more } });

describe('the queue over HTTP', () => {
  it('[HT11] shows a conflict whole, with the contents of its sides, and lists it by state and pattern', async () => {
    const one = await open();
    const { body } = await nina.ask('GET', one.path);
    expect(body).toMatchObject({ state: 'open', resource: one.id, etag: one.etag, proposals: [] });
    const sides = [body.base, body.current, body.proposed].map(({ content, agent }) => [content, agent]);
    expect(sides).toEqual([
      ['base\n', 'lead'],
      ['bob\n', 'bob'],
      ['eve\n', 'eve'],
    ]);
    expect((await nina.ask('GET', `${one.path}/content?side=proposed`)).text).toBe('eve\n');
    expect((await nina.ask('GET', `${one.path}/content?side=left`)).status).toBe(400);
    const list = await nina.ask('GET', `/conflicts?state=open&pattern=${encodeURIComponent(one.id)}`);
    expect(list.body.items.map((item: { id: string }) => item.id)).toEqual([body.id]);
    expect((await nina.ask('GET', '/conflicts?state=lost')).status).toBe(400);
    for (const cursor of ['', 'x', '1:c', '7'])
      expect((await nina.ask('GET', `/conflicts?cursor=${cursor}`)).body).toMatchObject({
        status: 400,
        code: 'misuse',
      });
    expect((await nina.ask('GET', '/conflicts?pattern=[a]')).body.code).toBe('bad-pattern');
  });

  it('[H10] a proposal under a key is made once; another one under it is 422', async () => {
    const one = await open();
    const propose = (caller: Caller, json: object): Promise<Answer> =>
      caller.ask('POST', `${one.path}/proposals`, { json, headers: { 'idempotency-key': 'p-1' } });
    const said = { use: 'current', reason: 'It is newer.' };
    const all = await Promise.all([1, 2, 3].map(() => propose(nina, said)));
    server.clock.now += 1000;
    const again = await propose(nina, said);
    expect([...all, again].map(({ status, body }) => [status, body])).toEqual(Array(4).fill([201, again.body]));
    const other = await propose(nina, { use: 'proposed', reason: 'It is newer.' });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-mismatch']);
    expect((await propose(omar, { decline: true, reason: 'A person has to.' })).status).toBe(201);
    expect((await nina.ask('GET', one.path)).body.proposals).toHaveLength(2);
  });

  it('[HT11] a claim keeps others from deciding for some minutes, and no longer', async () => {
    const one = await open();
    const claimed = await nina.ask('POST', `${one.path}/claim`, { json: {} });
    expect([claimed.status, claimed.body.agent]).toEqual([200, 'nina']);
    const second = await omar.ask('POST', `${one.path}/claim`, { json: {} });
    expect([second.status, second.body.code, second.body.retryable]).toEqual([409, 'conflict-claimed', true]);
    expect((await decide(omar, one, { use: 'current' })).body.code).toBe('conflict-claimed');
    expect((await nina.ask('GET', one.path)).body.claim.agent).toBe('nina');
    server.clock.now += 15 * 60 * 1000;
    expect((await omar.ask('POST', `${one.path}/claim`, { json: {} })).status).toBe(200);
    expect((await omar.ask('DELETE', `${one.path}/claim`)).status).toBe(204);
    expect((await nina.ask('GET', one.path)).body.claim).toBeUndefined();
    const all = await Promise.all([nina, omar].map((caller) => caller.ask('POST', `${one.path}/claim`, { json: {} })));
    expect(all.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('[HT17] a claim ends with its conflict, what was proposed stays with it, and nothing is taken on what is decided', async () => {
    const one = await open();
    await nina.ask('POST', `${one.path}/claim`, { json: {} });
    await omar.ask('POST', `${one.path}/proposals`, { json: { use: 'current', reason: 'it was first' } });
    const claims = async () => (await server.store.records('default' as never, 'claim', {}, {})).items;
    const had = (await claims()).length;
    expect((await decide(nina, one, { use: 'proposed' })).status).toBe(200);
    expect(await claims()).toHaveLength(had - 1);
    const { body } = await nina.ask('GET', one.path);
    expect([body.state, body.claim, body.proposals.length]).toEqual(['resolved', undefined, 1]);
    for (const [path, json] of [
      ['claim', {}],
      ['proposals', { use: 'current', reason: 'late' }],
    ] as const) {
      const late = await omar.ask('POST', `${one.path}/${path}`, { json });
      expect([late.status, late.body.code]).toEqual([412, 'precondition-failed']);
    }
    expect((await omar.ask('DELETE', `${one.path}/claim`)).status).toBe(204);
    expect(await claims()).toHaveLength(had - 1);

    // One that is given up is gone, and one that another decision left behind says nothing.
    const two = await open();
    await nina.ask('POST', `${two.path}/claim`, { json: {} });
    await nina.ask('DELETE', `${two.path}/claim`);
    expect(await claims()).toHaveLength(had - 1);
    await nina.ask('POST', `${two.path}/claim`, { json: {} });
    const id = two.path.split('/').at(-1) ?? '';
    await server.service.controller('default' as never).resolve(id, { use: 'current' }, { agent: 'somebody' });
    expect(await claims()).toHaveLength(had);
    expect((await nina.ask('GET', two.path)).body).not.toHaveProperty('claim');
  });

  it('[HT11] proposals change nothing and stand with the conflict; to decline is one too', async () => {
    const one = await open();
    const json = { content: 'both\n', reason: 'they agree' };
    expect((await omar.ask('POST', `${one.path}/proposals`, { json })).status).toBe(201);
    const declined = { decline: true, reason: 'needs a person' };
    expect((await omar.ask('POST', `${one.path}/proposals`, { json: declined })).status).toBe(201);
    expect((await omar.ask('POST', `${one.path}/proposals`, { json: { reason: 'nothing' } })).status).toBe(400);
    const { body } = await nina.ask('GET', one.path);
    expect(body.proposals).toMatchObject([json, declined]);
    expect([body.state, body.etag]).toEqual(['open', one.etag]);
    expect((await nina.ask('GET', `/resource?id=${one.id}`)).text).toBe('bob\n');
  });

  it('[HT12] a decision needs the ETag that it was made on, and answers again when it is sent again', async () => {
    const one = await open();
    const bare = await nina.ask('POST', `${one.path}/resolution`, { json: { use: 'proposed' } });
    expect([bare.status, bare.body.code]).toEqual([428, 'precondition-required']);
    expect((await decide(nina, { ...one, etag: '"other"' }, { use: 'proposed' })).status).toBe(412);
    expect((await decide(nina, { ...one, etag: `W/${one.etag}` }, { use: 'proposed' })).body.code).toBe('weak-etag');
    for (const odd of [{}, { use: 'left' }, { use: 'base', abort: true }, { content: 'x', revision: 1 }])
      expect([odd, (await decide(nina, one, odd)).status]).toEqual([odd, 400]);
    const decided = await decide(nina, one, { use: 'proposed', reason: 'it is right' });
    expect([decided.status, decided.body.status]).toEqual([200, 'committed']);
    const again = await decide(nina, one, { use: 'proposed', reason: 'it is right' });
    expect(again.body).toMatchObject({ status: 'committed', replayed: true });
    const other = await decide(omar, one, { use: 'current' });
    expect([other.status, other.body.outcome.reason]).toEqual([409, 'already-resolved: proposed by nina']);
    expect(other.body.detail).toContain('resolved already');
    expect((await nina.ask('GET', `/resource?id=${one.id}`)).text).toBe('eve\n');
    expect((await nina.ask('GET', one.path)).body).toMatchObject({ state: 'resolved', resolution: { agent: 'nina' } });
  });

  it('[H10] another decision under a used key is 422, and under a fresh one 409 with what was decided', async () => {
    const one = await open();
    const keyed = (caller: Caller, conflict: Open, key: string, json: object): Promise<Answer> =>
      decide(caller, conflict, json, { 'idempotency-key': key });
    const first = await keyed(nina, one, 'd-1', { use: 'current', reason: 'it is newer' });
    expect([first.status, first.body.status, first.body.commitId]).toEqual([200, 'unchanged', 'd-1']);
    // What was asked for is the decision: why is said once.
    const again = await keyed(nina, one, 'd-1', { use: 'current', reason: 'said otherwise' });
    expect([again.status, again.body.replayed]).toEqual([200, true]);
    const other = await keyed(nina, one, 'd-1', { use: 'proposed' });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-mismatch']);
    for (const [caller, key] of [
      [nina, 'd-2'],
      [omar, 'd-1'],
    ] as const) {
      const late = await keyed(caller, one, key, { use: 'proposed' });
      expect([late.status, late.body.outcome.reason]).toEqual([409, 'already-resolved: current by nina']);
    }
    const two = await open();
    const elsewhere = await keyed(nina, two, 'd-1', { use: 'proposed' });
    expect([elsewhere.status, elsewhere.body.code]).toEqual([422, 'idempotency-mismatch']);
    expect((await keyed(nina, two, 'd-3', { use: 'proposed' })).status).toBe(200);
    expect((await keyed(nina, two, 'd-1', { use: 'current' })).status).toBe(422);
  });

  it('[HT12] what came after the decider looked is merged with, or handed back: never gone over', async () => {
    const one = await open();
    const token = await lead.begin(one.id);
    await lead.ask('POST', '/commits', { json: { token, content: 'later\n' } });
    const decided = await decide(nina, one, { content: 'nina\n' });
    expect([decided.status, decided.body.code]).toEqual([409, 'conflict']);
    // To commit past it would leave the conflict open.
    expect(decided.body.next).toEqual([expect.stringMatching(/^Read the conflict again/)]);
    expect((await nina.ask('GET', `/resource?id=${one.id}`)).text).toBe('later\n');
    const now = { ...one, etag: (await nina.ask('GET', one.path)).body.etag };
    expect(now.etag).not.toBe(one.etag);
    const stale = await decide(nina, one, { content: 'nina\n' });
    expect([stale.status, stale.body.next]).toEqual([412, [expect.stringMatching(/^Read the conflict again/)]]);
    expect((await decide(nina, now, { content: 'nina\n' })).body.status).toBe('committed');
  });

  it('[HT12] the copy of "both" needs a grant of its own', async () => {
    const one = await open();
    const narrow = await server.caller('narrow', ['read:**', `resolve:${one.id}`]);
    expect((await decide(narrow, one, { use: 'both' })).body.code).toBe('forbidden');
    const wide = await decide(nina, one, { use: 'both' });
    expect(wide.body).toMatchObject({ status: 'split', copy: { resource: one.id.replace('.md', '.eve.md') } });
  });
});
