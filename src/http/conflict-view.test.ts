// A conflict laid out: what a page needs to show it and to make a result of choices, without comparing anything itself.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type Caller, openServer, type Server } from '../../test/support/server.ts';
import { createTestStore } from '../../test/support/stores.ts';
import { createSqliteStore } from '../stores/sqlite.ts';

let server: Server;
let ann: Caller;
let folder: string;

const STORES = {
  usual: () => createTestStore(),
  sqlite: () => createSqliteStore({ path: join(folder, 'entente.db') }),
};

async function open(kind: keyof typeof STORES): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'entente-view-'));
  server = await openServer({ store: STORES[kind](), http: { dashboard: false } });
  ann = await server.caller('ann');
}

async function close(): Promise<void> {
  await server.close();
  rmSync(folder, { recursive: true });
}

async function setPolicy(rules: readonly (readonly [string, unknown])[]): Promise<void> {
  const { etag } = (await ann.ask('GET', '/policy')).body;
  await ann.ask('PUT', '/policy', { headers: { 'if-match': etag }, json: { rules } });
}

interface Change {
  readonly [field: string]: unknown;
}

/** Bob's change and Eve's of the same base, each with a note; the id of the conflict that Eve's comes to. */
async function clash(id: string, base: string | undefined, bobs: Change, eves: Change): Promise<string> {
  if (base !== undefined) await ann.put(id, base);
  const [bob, eve] = [await ann.begin(id, { agent: 'bob' }), await ann.begin(id, { agent: 'eve' })];
  await ann.ask('POST', '/commits', { json: { token: bob, note: 'bob says why', ...bobs } });
  const { body } = await ann.ask('POST', '/commits', { json: { token: eve, note: 'eve says why', ...eves } });
  expect([body.status, body.detail]).toEqual(['escalated', undefined]);
  return body.conflictId;
}

const view = (id: string, caller: Caller = ann): Promise<Answer> => caller.ask('GET', `/conflicts/${id}/view`);

const compose = (id: string, choices: readonly object[], caller: Caller = ann): Promise<Answer> =>
  caller.ask('POST', `/conflicts/${id}/composition`, { json: { choices } });

const resolve = async (id: string, json: object): Promise<Answer> => {
  const { etag } = (await ann.ask('GET', `/conflicts/${id}`)).body;
  return ann.ask('POST', `/conflicts/${id}/resolution`, { headers: { 'if-match': etag }, json });
};

const numbers = (changed: { readonly [line: number]: string }, count = 20): string =>
  Array.from({ length: count }, (_, index) => `${changed[index + 1] ?? `line ${index + 1}`}\n`).join('');

/** The result of the parts, with a text for each clash. */
function joined(parts: readonly Change[], chosen: { readonly [region: string]: string }): string {
  return parts.map((part) => (part['type'] === 'clash' ? chosen[String(part['region'])] : part['text'])).join('');
}

describe.each(Object.keys(STORES) as (keyof typeof STORES)[])('a conflict laid out, in the %s store', (kind) => {
  beforeEach(() => open(kind));
  afterEach(close);

  it('[HT31] a text: places with all sides, what merged by itself and whose it was, who wrote and why', async () => {
    await setPolicy([['**', 'merge(text)']]);
    const bobs = numbers({ 2: 'bob 2', 8: 'bob 8', 14: 'bob 14' });
    const eves = numbers({ 5: 'eve 5', 8: 'eve 8', 14: 'eve 14' });
    const id = await clash('a.md', numbers({}), { content: bobs }, { content: eves });
    const { body, headers } = await view(id);
    expect([body.form, body.why, body.moved]).toEqual(['text', undefined, undefined]);
    expect(headers.get('etag')).toBe(body.conflict.etag);
    expect(body.sentence).toBe('bob and eve both changed line 8 and line 14 of a.md.');
    expect(body.notes).toEqual({ current: 'bob says why', proposed: 'eve says why' });
    expect(body.between).toMatchObject([{ agent: 'bob', version: 2, note: 'bob says why' }]);
    expect(body.regions.map(({ id: region }: Change) => region)).toEqual(
      body.conflict.regions.map(({ id: region }: Change) => region),
    );
    expect(body.regions[0]).toMatchObject({
      ...{ where: 'line 8', base: { content: 'line 8\n' }, current: { content: 'bob 8\n' } },
      ...{ proposed: { content: 'eve 8\n', encoding: 'utf8' } },
    });
    expect(body.merged).toEqual([
      { by: 'current', where: 'line 2', before: bytes('line 2\n'), after: bytes('bob 2\n') },
      { by: 'proposed', where: 'line 5', before: bytes('line 5\n'), after: bytes('eve 5\n') },
    ]);
    const [first, second] = body.regions.map(({ id: region }: Change) => String(region));
    expect(joined(body.parts, { [first]: 'bob 8\n', [second]: 'bob 14\n' })).toBe(body.start.content);
    expect(body.start.content).toBe(numbers({ 2: 'bob 2', 5: 'eve 5', 8: 'bob 8', 14: 'bob 14' }));
  });

  it('[HT32] choices come to the bytes that the parts do, and nothing is stored by them', async () => {
    await setPolicy([['**', 'merge(text)']]);
    const id = await clash(
      'a.md',
      numbers({}),
      { content: numbers({ 8: 'bob 8', 14: 'bob 14' }) },
      { content: numbers({ 5: 'eve 5', 8: 'eve 8', 14: 'eve 14' }) },
    );
    const { parts, regions, conflict } = (await view(id)).body;
    const [first, second] = regions.map(({ id: region }: Change) => String(region));
    const texts = {
      base: ['line 8\n', 'line 14\n'],
      current: ['bob 8\n', 'bob 14\n'],
      proposed: ['eve 8\n', 'eve 14\n'],
    };
    for (const use of ['base', 'current', 'proposed'] as const) {
      const { body } = await compose(
        id,
        [first, second].map((region) => ({ region, use })),
      );
      const [one = '', two = ''] = texts[use];
      expect([body.content, body.open, body.complete]).toEqual([
        joined(parts, { [first]: one, [second]: two }),
        [],
        true,
      ]);
    }
    const some = (await compose(id, [{ region: second, content: 'ours\n' }])).body;
    expect([some.open, some.complete, some.etag]).toEqual([[first], false, conflict.etag]);
    expect(some.content).toBe(joined(parts, { [first]: 'bob 8\n', [second]: 'ours\n' }));
    const both = (
      await compose(id, [
        { region: first, use: 'both' },
        { region: second, use: 'both' },
      ])
    ).body;
    expect(both.content).toBe(joined(parts, { [first]: 'bob 8\neve 8\n', [second]: 'bob 14\neve 14\n' }));
    expect((await compose(id, [])).body.open).toEqual([first, second]);
    const wrong: readonly (readonly [number, readonly object[]])[] = [
      [400, [{ region: 'nowhere', use: 'base' }]],
      [
        400,
        [
          { region: first, use: 'base' },
          { region: first, use: 'current' },
        ],
      ],
      [400, [{ region: first }]],
      [400, [{ region: first, use: 'base', content: 'x' }]],
      [400, [{ region: first, use: 'recorded' }]],
      [422, [{ region: first, content: '<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n' }]],
    ];
    for (const [status, choices] of wrong)
      expect([choices, (await compose(id, choices)).status]).toEqual([choices, status]);
    expect((await ann.ask('GET', `/conflicts/${id}`)).body.etag).toBe(conflict.etag);
    expect((await resolve(id, { content: both.content })).body.status).toBe('committed');
  });

  it('[HT31] a structure: places by pointer, and what merged around them', async () => {
    await setPolicy([['**', 'merge(auto)']]);
    const text = (port: number, more: object): string =>
      `${JSON.stringify({ server: { port, host: 'a' }, size: 1, list: [1, 2, 3], end: 0, ...more }, null, 2)}\n`;
    const id = await clash(
      's.json',
      text(1, {}),
      { content: text(2, { bobs: true }) },
      { content: text(3, { size: 9 }) },
    );
    const { body } = await view(id);
    expect([body.form, body.parts]).toEqual(['structure', undefined]);
    expect(body.sentence).toBe('bob and eve both changed /server/port of s.json.');
    expect(body.regions).toMatchObject([
      { where: '/server/port', at: { pointer: '/server/port' }, base: { content: '1' } },
    ]);
    expect(body.merged.map(({ by }: Change) => by)).toEqual(['proposed', 'current']);
    expect(JSON.parse(body.start.content)).toMatchObject({
      server: { port: 2, host: 'a' },
      size: 9,
      end: 0,
      bobs: true,
    });
    const chosen = (await compose(id, [{ region: body.regions[0].id, content: '44' }])).body;
    expect([JSON.parse(chosen.content).server.port, chosen.complete]).toEqual([44, true]);
    expect((await compose(id, [{ region: body.regions[0].id, content: 'no json' }])).status).toBe(400);
  });

  it('[HT31] it goes by the merge that opened it, also where lines of JSON were merged', async () => {
    await setPolicy([['**', { strategy: 'merge', engine: 'text', options: { adjacent: 'merge' } }]]);
    const id = await clash('s.json', '{\n"a": 1\n}\n', { content: '{\n"a": 2\n}\n' }, { content: '{\n"a": 3\n}\n' });
    const { body } = await view(id);
    expect([body.form, body.regions[0].where]).toEqual(['text', 'line 2']);
    expect(body.regions[0].id).toBe(body.conflict.regions[0].id);
  });

  it('[HT31] where there is nothing to choose in, it says why; where nothing clashes, what it would come to', async () => {
    await setPolicy([['**', 'escalate']]);
    const binary = (byte: number): Change => ({
      content: Buffer.from([0, 1, byte]).toString('base64'),
      encoding: 'base64',
    });
    const cases: readonly (readonly [string, string | undefined, Change, Change])[] = [
      ['binary', 'x', binary(2), binary(3)],
      ['deleted', 'x\n', { delete: true }, { content: 'y\n' }],
      ['no-content', 'x\n', { hash: 'abc' }, { content: 'y\n' }],
      ['both-added', undefined, { content: 'a\n' }, { content: 'b\n' }],
    ];
    for (const [why, base, bobs, eves] of cases) {
      const id = await clash(`${why}.md`, base, bobs, eves);
      const { body } = await view(id);
      expect([why, body.form, body.why, body.parts]).toEqual([why, 'whole', why, undefined]);
      expect(body.sentence).toContain(`${why}.md`);
      expect([why, (await compose(id, [])).body.code]).toEqual([why, 'misuse']);
    }
    const big = 'a line of a text that is far too long\n'.repeat(60_000);
    const large = await clash('big.md', big, { content: `${big}bob\n` }, { content: `${big}eve\n` });
    const laid = (await view(large)).body;
    expect([laid.form, laid.why, laid.conflict.current.content]).toEqual(['whole', 'too-large', undefined]);
    const apart = await clash(
      'apart.md',
      numbers({}),
      { content: numbers({ 2: 'bob' }) },
      { content: numbers({ 9: 'eve' }) },
    );
    const clean = (await view(apart)).body;
    expect([clean.form, clean.regions, clean.start.content]).toEqual(['clean', [], numbers({ 2: 'bob', 9: 'eve' })]);
    expect(clean.merged.map(({ by, where }: Change) => [by, where])).toEqual([
      ['current', 'line 2'],
      ['proposed', 'line 9'],
    ]);
    expect((await compose(apart, [])).body).toMatchObject({ content: clean.start.content, complete: true });
  });

  it('[HT31] line endings and byte order marks come out of a composition as they were', async () => {
    await setPolicy([['**', 'merge(text)']]);
    const crlf = (changed: { readonly [line: number]: string }): string =>
      `\ufeff${numbers(changed).replaceAll('\n', '\r\n')}`;
    const id = await clash(
      'w.txt',
      crlf({}),
      { content: crlf({ 2: 'bob', 8: 'bob 8' }) },
      { content: crlf({ 5: 'eve', 8: 'eve 8' }) },
    );
    const { regions } = (await view(id)).body;
    const { body } = await compose(id, [{ region: regions[0].id, use: 'proposed' }]);
    expect(body.content).toBe(crlf({ 2: 'bob', 5: 'eve', 8: 'eve 8' }));
  });

  it('[HT31] a long text is laid out and put together in a thread, with the same result', async () => {
    await setPolicy([['**', 'merge(text)']]);
    const id = await clash(
      'long.md',
      numbers({}, 6000),
      { content: numbers({ 9: 'bob', 3000: 'bob too' }, 6000) },
      { content: numbers({ 3000: 'eve too', 5990: 'eve' }, 6000) },
    );
    const { body } = await view(id);
    expect([body.form, body.merged.length, body.regions.map(({ where }: Change) => where)]).toEqual([
      'text',
      2,
      ['line 3000'],
    ]);
    const chosen = (await compose(id, [{ region: body.regions[0].id, use: 'both' }])).body;
    expect(chosen.content).toBe(numbers({ 9: 'bob', 3000: 'bob too\neve too', 5990: 'eve' }, 6000));
    const marked = [{ region: body.regions[0].id, content: '<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n' }];
    expect((await compose(id, marked)).body.code).toBe('markers-left');
  });

  it('[HT31] it says where the resource moved since, and the decision is applied to what is there now', async () => {
    await setPolicy([['**', 'merge(text)']]);
    const id = await clash(
      'a.md',
      numbers({}),
      { content: numbers({ 8: 'bob 8' }) },
      { content: numbers({ 8: 'eve 8' }) },
    );
    const token = await ann.begin('a.md', { agent: 'fred' });
    await ann.ask('POST', '/commits', {
      json: { token, content: numbers({ 8: 'bob 8', 17: 'fred 17' }), note: 'meanwhile' },
    });
    const { moved, regions } = (await view(id)).body;
    expect(moved.head).toMatchObject({ version: 3, agent: 'fred', deleted: false });
    expect(moved.between).toMatchObject([{ agent: 'fred', note: 'meanwhile' }]);
    const { content } = (await compose(id, [{ region: regions[0].id, use: 'both' }])).body;
    const done = await resolve(id, { content });
    expect(done.body).toMatchObject({ status: 'merged', content: numbers({ 8: 'bob 8\neve 8', 17: 'fred 17' }) });
    expect((await view(id)).body.conflict.state).toBe('resolved');
  });
});

function bytes(content: string): { readonly content: string; readonly encoding: string } {
  return { content, encoding: 'utf8' };
}

describe('who sees how much of a conflict', () => {
  beforeEach(() => open('usual'));
  afterEach(close);

  it('[HT32] what was decided before on the same texts is told and taken where its resource may be read', async () => {
    await setPolicy([['**', 'merge(text)']]);
    const sides = [{ content: numbers({ 8: 'bob 8' }) }, { content: numbers({ 8: 'eve 8' }) }] as const;
    await resolve(await clash('secret/a.md', numbers({}), ...sides), { content: numbers({ 8: 'as agreed' }) });
    const id = await clash('open/b.md', numbers({}), ...sides);
    const { regions } = (await view(id)).body;
    expect(regions[0].recorded).toMatchObject({
      agent: 'ann',
      resource: 'secret/a.md',
      choice: { content: { content: 'as agreed\n' } },
    });
    const choices = [{ region: regions[0].id, use: 'recorded' }];
    expect((await compose(id, choices)).body.content).toBe(numbers({ 8: 'as agreed' }));
    const bob = await server.caller('judge', ['read:open/**', 'resolve:open/**']);
    const seen = await view(id, bob);
    expect([seen.status, seen.text.includes('as agreed'), seen.body.regions[0].recorded]).toEqual([
      200,
      false,
      undefined,
    ]);
    expect((await compose(id, choices, bob)).status).toBe(400);
  });

  it('[K07] a conflict that may not be seen is answered like one that is not there', async () => {
    await setPolicy([['**', 'merge(text)']]);
    const id = await clash(
      'secret/a.md',
      numbers({}),
      { content: numbers({ 8: 'b' }) },
      { content: numbers({ 8: 'e' }) },
    );
    const bob = await server.caller('bob', ['read:open/**', 'resolve:open/**', 'commit:**']);
    for (const one of [id, 'nosuchconflict']) {
      const answers = [await view(one, bob), await compose(one, [], bob)];
      expect(answers.map(({ status, body }) => [status, body.detail])).toEqual(
        answers.map(() => [404, 'The conflict is not here.']),
      );
    }
  });

  it('[HT33] the queue says who has taken a conflict, what was proposed, whether it moved, and who has it open', async () => {
    await setPolicy([['**', 'merge(text)']]);
    const sides = [{ content: numbers({ 8: 'b' }) }, { content: numbers({ 8: 'e' }) }] as const;
    const first = await clash('a.md', numbers({}), ...sides);
    const second = await clash('b.md', numbers({}), ...sides);
    await ann.ask('POST', `/conflicts/${first}/claim`, { json: {} });
    await ann.ask('POST', `/conflicts/${first}/proposals`, { json: { use: 'current', reason: 'newer' } });
    await ann.ask('POST', `/conflicts/${first}/proposals`, { json: { decline: true, reason: 'a person has to' } });
    await ann.put('b.md', numbers({ 8: 'moved' }));
    for (const agent of ['bob', 'eve']) await ann.begin('b.md', { agent, note: 'waiting' });
    const { items } = (await ann.ask('GET', '/conflicts?state=open&detail=1')).body;
    expect(items).toMatchObject([
      { id: first, claim: { agent: 'ann' }, proposalCount: 2, declined: true, moved: false, inFlight: 0 },
      { id: second, proposalCount: 0, moved: true, inFlight: 2 },
    ]);
    expect([items[1].claim, items[1].declined]).toEqual([undefined, undefined]);
    server.clock.now += 16 * 60_000;
    const late = (await ann.ask('GET', '/conflicts?state=open&detail=1')).body.items[0];
    expect(late.claim).toBeUndefined();
    const plain = (await ann.ask('GET', '/conflicts?state=open')).body.items[0];
    expect([plain.proposalCount, plain.inFlight]).toEqual([undefined, undefined]);
    const decider = await server.caller('decider', ['resolve:**']);
    const blind = (await decider.ask('GET', '/conflicts?detail=1')).body.items;
    expect(blind.map(({ inFlight }: Change) => inFlight)).toEqual([0, 0]);
  });
});
