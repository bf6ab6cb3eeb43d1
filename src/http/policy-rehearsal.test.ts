// A policy tried on what the log remembers, and how a space went in steps of time.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type Caller, openServer, type Server } from '../../test/support/server.ts';

const MINUTE = 60_000;

let server: Server;
let ann: Caller;
beforeEach(async () => {
  server = await openServer({ http: { dashboard: false } });
  ann = await server.caller('ann');
});
afterEach(() => server.close());

async function setPolicy(rules: readonly (readonly [string, unknown])[]): Promise<void> {
  const { etag } = (await ann.ask('GET', '/policy')).body;
  const { status } = await ann.ask('PUT', '/policy', { headers: { 'if-match': etag }, json: { rules } });
  expect([200, 201]).toContain(status);
}

const BASE = 'one\n.\ntwo\n.\nthree\n';

/** Bob's change, and Eve's of the same version. */
async function clash(id: string, bobs: string, eves: string, base: string = BASE): Promise<Answer> {
  await ann.put(id, base);
  const [bob, eve] = [await ann.begin(id, { agent: 'bob' }), await ann.begin(id, { agent: 'eve' })];
  await ann.ask('POST', '/commits', { json: { token: bob, content: bobs } });
  return ann.ask('POST', '/commits', { json: { token: eve, content: eves } });
}

const apart = (id: string): Promise<Answer> => clash(id, BASE.replace('one', 'ONE'), BASE.replace('three', 'THREE'));
const together = (id: string): Promise<Answer> => clash(id, BASE.replace('two', 'TWO'), BASE.replace('two', 'zwei'));

const rehearse = (body: object): Promise<Answer> => ann.ask('POST', '/policy/rehearsal', { json: body });

describe('a policy that is tried', () => {
  it('[HT29] tells what came of each clash and what would have, and changes nothing', async () => {
    await setPolicy([
      ['e/**', 'escalate'],
      ['m/**', 'merge(text)'],
      ['l/**', 'lastWriterWins'],
      ['k/**', 'keepBoth'],
      ['a/**', 'abortBoth'],
    ]);
    await apart('e/apart.md');
    await together('e/together.md');
    await apart('m/apart.md');
    await together('m/together.md');
    for (const folder of ['l', 'k', 'a']) await together(`${folder}/x.md`);
    await together('refused.md');
    const before = (await ann.ask('GET', '/position')).body.revision;
    const { status, body } = await rehearse({ rules: [['**', 'merge(text)']] });
    expect([status, body.complete, body.clashes]).toEqual([200, true, 7]);
    expect(body.was).toEqual({ merged: 1, escalated: 3, split: 1, aborted: 1, overwritten: 1 });
    // What was sent is kept where it was escalated, and can be worked out where it was merged by lines.
    expect(body.would).toMatchObject({ merged: 2, escalated: 2, unclear: 3, overwritten: 0 });
    expect([body.lost, body.changed]).toEqual([0, 4]);
    expect(body.examples[0]).toMatchObject({
      agent: 'eve',
      rule: { pattern: '**', index: 0 },
      strategy: 'merge(text)',
    });
    const freed = body.examples.find(({ resource }: { readonly resource: string }) => resource === 'e/apart.md');
    expect([freed.was, freed.would]).toEqual(['escalated', 'merged']);
    expect((await ann.ask('GET', '/position')).body.revision).toBe(before);
  });

  it('[HT29] works what was sent out of the receipt of a merge, and takes it where it merges to the same again', async () => {
    await setPolicy([['**', 'merge(text)']]);
    await apart('a.md');
    const doc = (a: number, c: number): string => `{\n"a": ${a},\n"b": 1,\n"c": ${c}\n}\n`;
    await clash('doc.json', doc(2, 1), doc(1, 2), doc(1, 1));
    const same = (await rehearse({ rules: [['**', { strategy: 'merge', engine: 'text', otherwise: 'keepBoth' }]] }))
      .body;
    expect([same.would.merged, same.changed]).toEqual([2, 0]);
    const other = (await rehearse({ rules: [['**', 'merge(auto)']] })).body;
    expect([other.would.merged, other.would.unclear, other.changed]).toEqual([2, 0, 0]);
    const strict = (await rehearse({ rules: [['**', 'merge(append)']] })).body;
    expect([strict.would.escalated, strict.changed]).toEqual([2, 2]);
    await setPolicy([['**', 'merge(json)']]);
    await clash('other.json', '{"a":2,"b":1}', '{"a":1,"b":2}', '{"a":1,"b":1}');
    expect((await rehearse({ rules: [['**', 'merge(text)']] })).body.would).toMatchObject({ merged: 2, unclear: 1 });
  });

  it('[HT29] says what would have been lost, handed back, refused, and by which rule or default', async () => {
    await setPolicy([['**', 'escalate']]);
    await together('a.md');
    await together('b.md');
    const last = (await rehearse({ rules: [['a.md', 'lastWriterWins']], default: 'retry(2)' })).body;
    expect([last.lost, last.would.overwritten, last.would.retry]).toEqual([1, 1, 1]);
    const byDefault = last.examples.find(({ resource }: { readonly resource: string }) => resource === 'b.md');
    expect([byDefault.rule, byDefault.strategy]).toEqual([undefined, 'retry(2)']);
    const none = (await rehearse({ rules: [] })).body;
    expect([none.would.rejected, none.examples.length]).toEqual([2, 2]);
    const kept = (await rehearse({ rules: [['**', 'keepBoth']], examples: 0 })).body;
    expect([kept.would.split, kept.examples]).toEqual([2, []]);
  });

  it('[HT29] looks at no more than the time that is asked for, and sees a conflict as it was when it was opened', async () => {
    await setPolicy([['**', 'escalate']]);
    await together('old.md');
    server.clock.now += 60 * MINUTE;
    const { conflictId } = (await apart('new.md')).body;
    // The resource moves on, and the conflict with it: the clash is still the one of then.
    await ann.put('new.md', BASE.replace('three', 'drei'));
    const since = server.clock.now - MINUTE;
    const { body } = await rehearse({ rules: [['**', 'merge(text)']], since });
    expect([body.clashes, body.would.merged]).toEqual([1, 1]);
    const view = await ann.ask('GET', `/conflicts/${conflictId}`);
    await ann.ask('POST', `/conflicts/${conflictId}/resolution`, {
      headers: { 'if-match': view.body.etag },
      json: { use: 'current' },
    });
    expect((await rehearse({ rules: [['**', 'merge(text)']], since })).body.would.merged).toBe(1);
  });

  it('[HT29] is refused whole where the policy is none, and for keys that may not govern and read all', async () => {
    for (const rules of [[['**', 'sometimes']], [['[', 'escalate']], 'x'])
      expect([rules, (await rehearse({ rules })).status]).toEqual([rules, 400]);
    for (const grants of [['read:**'], ['policy:**'], ['read:a/**', 'policy:**']]) {
      const bob = await server.caller('bob', grants);
      const answer = await bob.ask('POST', '/policy/rehearsal', { json: { rules: [] } });
      expect([grants, answer.status]).toEqual([grants, 403]);
    }
  });
});

const series = (query: string, caller: Caller = ann): Promise<Answer> => caller.ask('GET', `/stats/series?${query}`);

describe('how a space went', () => {
  it('[HT30] counts commits, merges, conflicts and refusals in steps of time, and how long conflicts waited', async () => {
    const start = server.clock.now;
    await setPolicy([
      ['e/**', 'escalate'],
      ['m/**', 'merge(text)'],
      ['l/**', 'lastWriterWins'],
    ]);
    const { conflictId } = (await together('e/x.md')).body;
    server.clock.now += 10 * MINUTE;
    await apart('m/x.md');
    await together('l/x.md');
    await together('refused.md');
    server.clock.now += 10 * MINUTE;
    const { etag } = (await ann.ask('GET', `/conflicts/${conflictId}`)).body;
    await ann.ask('POST', `/conflicts/${conflictId}/resolution`, {
      headers: { 'if-match': etag },
      json: { use: 'proposed' },
    });
    const { body } = await series(`since=${start}&until=${start + 30 * MINUTE}&buckets=3`);
    expect([body.bucketMs, body.complete, body.buckets.length]).toEqual([10 * MINUTE, true, 3]);
    expect(body.buckets).toMatchObject([
      { at: start, commits: 2, merged: 0, opened: 1, ended: 0, rejected: 0, resolveMs: { count: 0 } },
      { at: start + 10 * MINUTE, commits: 8, merged: 1, overwritten: 1, rejected: 1, opened: 0 },
      { commits: 1, merged: 0, ended: 1, resolveMs: { count: 1, median: 20 * MINUTE, max: 20 * MINUTE } },
    ]);
    expect(body.totals).toMatchObject({ commits: 11, merged: 1, opened: 1, ended: 1, overwritten: 1, rejected: 1 });
    // A conflict that was opened before the time that is asked for has waited all the same.
    const late = (await series(`since=${start + 15 * MINUTE}&until=${start + 30 * MINUTE}&buckets=1`)).body;
    expect([late.totals.commits, late.totals.resolveMs]).toEqual([
      1,
      { count: 1, median: 20 * MINUTE, max: 20 * MINUTE },
    ]);
  });

  it('[HT30] finds the beginning in a long log, is a day in half hours unless said, and is for who may read all', async () => {
    for (let index = 0; index < 300; index += 1) {
      server.clock.now += MINUTE;
      await ann.put(`a/${index % 10}`, `${index}`);
    }
    const { body } = await series(`since=${server.clock.now - 100 * MINUTE}&buckets=1`);
    expect(body.totals.commits).toBeGreaterThanOrEqual(100);
    expect(body.totals.commits).toBeLessThanOrEqual(101);
    const day = (await series('')).body;
    expect([day.buckets.length, day.bucketMs, day.totals.commits]).toEqual([48, 30 * MINUTE, 300]);
    for (const query of ['buckets=0', 'buckets=201', 'since=x', `since=${server.clock.now}`, 'since=5&until=5'])
      expect([query, (await series(query)).status]).toEqual([query, 400]);
    const bob = await server.caller('bob', ['read:a/**']);
    expect((await series('', bob)).status).toBe(403);
  });
});
