// The audit as a table, the check of a space, and the demo.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeTimers, type FakeTimers } from '../../test/support/fake-timers.ts';
import { type Answer, type Caller, openServer, type Server } from '../../test/support/server.ts';
import { createTestStore } from '../../test/support/stores.ts';
import { passThrough } from '../service/pass-through.ts';
import type { Store } from '../stores/store.ts';

let server: Server;
let ann: Caller;
let timers: FakeTimers;
let store: Store;
/** Contents that the store has lost. */
const lost = new Set<string>();
beforeEach(async () => {
  timers = createFakeTimers();
  lost.clear();
  const inner = createTestStore();
  store = { ...passThrough(inner), content: async (hash) => (lost.has(hash) ? undefined : inner.content(hash)) };
  server = await openServer({ store, timers, http: { dashboard: false } });
  ann = await server.caller('ann');
});
afterEach(() => server.close());

/** Rows of cells: quotes are taken off, and doubled ones made single. */
function rowsOf(text: string): readonly (readonly string[])[] {
  expect(text.endsWith('\r\n')).toBe(true);
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('the audit as a table', () => {
  it('[W08] a cell that a spreadsheet would run begins with an apostrophe, whatever it came from', async () => {
    const notes = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', 'plain, with "quotes"\r\nand lines', '=HYPERLINK("x")'];
    for (const [index, note] of notes.entries()) {
      const token = await ann.begin(`${note.startsWith('=') ? '=cmd' : 'n'}${index}`);
      await ann.ask('POST', '/commits', { json: { token, content: `${index}`, note } });
    }
    const answer = await ann.ask('GET', '/audit/export');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(answer.headers.get('content-disposition')).toContain('attachment');
    const [head = [], ...rows] = rowsOf(answer.text);
    const told = rows.map((row) => row[head.indexOf('note')]);
    expect(told).toEqual(notes.map((note) => (note.startsWith('plain') ? note : `'${note}`)));
    expect(rows.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
    expect(rows.map((row) => row[head.indexOf('resource')])[0]).toBe("'=cmd0");
    expect(rows.map((row) => row.length)).toEqual(rows.map(() => head.length));
  });

  it('[HT26] it holds what the key may audit, from a cursor on, over many pages', async () => {
    for (let index = 0; index < 700; index += 1) await ann.put(`${index % 2 === 0 ? 'open' : 'secret'}/${index}`, 'x');
    const all = rowsOf((await ann.ask('GET', '/audit/export')).text);
    expect(all.length).toBe(701);
    const bob = await server.caller('bob', ['audit:open/**']);
    const part = await bob.ask('GET', '/audit/export');
    expect([rowsOf(part.text).length, part.text.includes('secret')]).toEqual([351, false]);
    const { items } = (await ann.ask('GET', '/audit?limit=200')).body;
    expect(rowsOf((await ann.ask('GET', `/audit/export?cursor=${items[199].cursor}`)).text).length).toBe(501);
    const eve = await server.caller('eve', ['read:**']);
    expect((await eve.ask('GET', '/audit/export')).status).toBe(403);
    for (const query of ['cursor=nonsense', 'cursor=a&cursor=b', 'format=xml'])
      expect([query, (await ann.ask('GET', `/audit/export?${query}`)).status]).toEqual([query, 400]);
    expect((await ann.ask('GET', '/audit/export?cursor=other:1')).status).toBe(410);
  });
});

async function checked(caller: Caller): Promise<Answer['body']> {
  for (;;) {
    const { body } = await caller.ask('GET', '/audit/verify');
    if (body.state !== 'running') return body;
  }
}

describe('the check of a space', () => {
  it('[HT27] replays the log in the background, says how far it is, and what it came to', async () => {
    expect((await ann.ask('GET', '/audit/verify')).body).toEqual({ state: 'none', checked: 0, of: 0 });
    for (let index = 0; index < 20; index += 1) await ann.put(`a/${index % 5}`, `${index}`);
    const both = await Promise.all([1, 2].map(() => ann.ask('POST', '/audit/verify', { json: {} })));
    expect(both.map(({ status, body: { state } }) => [status, state])).toEqual(both.map(() => [202, 'running']));
    const done = await checked(ann);
    expect(done).toMatchObject({ state: 'done', report: { ok: true, entries: 20, resources: 5 } });
    // How far it is is told in revisions, of which some stores leave many out.
    if (server.store.capabilities.gapless) expect(done).toMatchObject({ checked: 20, of: 20 });
    expect(done.checked).toBe(done.of);
  });

  it('[HT27] names the first thing that is wrong', async () => {
    await ann.put('a.md', 'one\n');
    const { hash } = (await ann.put('b.md', 'two\n')).body;
    lost.add(hash);
    await ann.ask('POST', '/audit/verify', { json: {} });
    const { report } = await checked(ann);
    expect(report).toMatchObject({ ok: false, first: { rule: 'content', resource: 'b.md' } });
  });

  it('[HT27] is for who may audit all of the space', async () => {
    const bob = await server.caller('bob', ['audit:notes/**']);
    expect((await bob.ask('POST', '/audit/verify', { json: {} })).status).toBe(403);
    expect((await bob.ask('GET', '/audit/verify')).status).toBe(403);
  });
});

describe('the demo', () => {
  const watch = async (): Promise<Answer['body']> => {
    for (;;) {
      await timers.pass(250);
      const { body } = await ann.ask('GET', '/demo');
      if (body.state !== 'running') return body;
    }
  };

  it('[HT28] plays in an empty space, loses no edit, and leaves one conflict that a person can decide', async () => {
    expect((await ann.ask('GET', '/demo')).body.state).toBe('none');
    const begun = await Promise.all([1, 2].map(() => ann.ask('POST', '/demo', { json: {} })));
    expect(begun.map(({ status }) => status).sort()).toEqual([202, 412]);
    const end = await watch();
    expect(end).toMatchObject({
      state: 'done',
      done: 40,
      of: 40,
      agents: ['planner', 'builder', 'reviewer', 'writer'],
    });
    const { items } = (await ann.ask('GET', '/conflicts?state=open&detail=1')).body;
    expect(items.map(({ id }: { readonly id: string }) => id)).toEqual([end.conflictId]);
    const view = (await ann.ask('GET', `/conflicts/${end.conflictId}/view`)).body;
    expect([view.form, view.regions.length, view.conflict.resource]).toEqual(['text', 1, 'demo/plan.md']);
    expect(view.notes).toEqual({
      current: expect.stringMatching(/\d hours/),
      proposed: expect.stringMatching(/\d hours/),
    });
    const texts = await Promise.all(
      ['plan.md', 'checklist.md', 'worklog.log', 'settings.json'].map(
        async (name) => (await ann.ask('GET', `/resource?id=demo/${name}`)).text,
      ),
    );
    const ids = Array.from({ length: 38 }, (_, index) => `e${String(index + 1).padStart(2, '0')}`);
    const members = (texts[3]?.match(/\d+/g) ?? []).length;
    expect(ids.filter((id) => texts.some((text) => text.includes(id))).length + 9).toBe(38);
    expect(members).toBeGreaterThan(8);
    const decided = await ann.ask('POST', `/conflicts/${end.conflictId}/resolution`, {
      ...{ headers: { 'if-match': view.conflict.etag }, json: { use: 'proposed', reason: 'agreed' } },
    });
    expect(decided.status).toBe(200);
    expect((await ann.ask('POST', '/demo', { json: {} })).status).toBe(412);
  });

  it('[HT28] leaves a space alone that has anything in it, and keys that may not do all of it', async () => {
    const bob = await server.caller('bob', ['read:**', 'commit:**', 'policy:**']);
    expect((await bob.ask('POST', '/demo', { json: {} })).body.detail).toContain('may not write as');
    const eve = await server.caller('eve', ['read:**', 'commit:**', 'act-as:**']);
    expect((await eve.ask('POST', '/demo', { json: {} })).status).toBe(403);
    await ann.put('mine.md', 'x');
    const token = await ann.begin('mine.md');
    await ann.ask('POST', '/commits', { json: { token, delete: true } });
    expect((await ann.ask('POST', '/demo', { json: {} })).body.code).toBe('precondition-failed');
    expect((await ann.ask('GET', '/policy')).body.rules).toEqual([]);
  });
});
