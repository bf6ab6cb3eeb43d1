// Conflicts and their judges: neutral names, no judge in one's own cause, a decision guarded by what was seen.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, type McpDesk, openMcp } from '../../test/support/mcp.ts';
import { DEFAULT_SPACE } from '../core/resource.ts';
import { escalate } from '../strategies/escalate.ts';

let desk: McpDesk;
beforeEach(() => {
  desk = openMcp({ controller: { default: escalate() } });
});
afterEach(() => desk.close());

/** A conflict on a resource between what ann stored and what bob proposed. */
async function clash(id: string, [mine, theirs] = ['ann\n', 'bob\n']): Promise<string> {
  const [ann, bob] = [await desk.as('ann'), await desk.as('bob')];
  const save = async (call: Caller, token: string, content: string) => call('entente_commit', { token, content });
  const begin = async (call: Caller): Promise<string> => (await call('entente_read', { id })).data.token;
  await save(ann, await begin(ann), 'base\n');
  const [first, second] = [await begin(ann), await begin(bob)];
  await save(ann, first, mine ?? '');
  desk.clock.now += 7;
  const { data } = await save(bob, second, theirs ?? '');
  expect(data.outcome).toBe('escalated');
  return data.conflict_id;
}

const content = (side: { readonly content?: string }): string | undefined => side.content;

describe('a judge', () => {
  it('[M08] sees neutral sides in an order that says nothing and stays the same; authors see names and do not decide', async () => {
    const judge = await desk.as('judge');
    const bob = await desk.as('bob');
    const orders = new Set<string | undefined>();
    for (let at = 0; at < 12; at += 1) {
      const conflict_id = await clash(`r${at}.md`);
      const first = await judge('entente_conflict', { conflict_id });
      const { a, b } = first.data.untrusted;
      orders.add(content(a));
      expect([content(a), content(b)].sort()).toEqual(['ann\n', 'bob\n']);
      expect(content(first.data.untrusted.base)).toBe('base\n');
      expect((await judge('entente_conflict', { conflict_id })).data).toEqual(first.data);
      // Nothing but the contents, which the test chose to tell.
      const said = JSON.stringify(first.data).replaceAll('"ann\\n"', '').replaceAll('"bob\\n"', '');
      expect(said).not.toMatch(/ann|bob|current|proposed/);
      expect(first.data.you_may_decide).toBe(true);
    }
    expect(orders).toEqual(new Set(['ann\n', 'bob\n']));
    const conflict_id = await clash('own.md');
    const own = await bob('entente_conflict', { conflict_id });
    expect(own.data.you_may_decide).toBe(false);
    expect([own.data.untrusted.a.by, own.data.untrusted.b.by].sort()).toEqual(['ann', 'bob']);
    const { version } = own.data;
    const refused = await bob('entente_resolve', { conflict_id, version, decision: 'a', reason: 'mine' });
    expect(refused.data).toMatchObject({ outcome: 'refused', code: 'forbidden' });
  });

  it('[M08] decides for the side that it saw under that name, whichever it was', async () => {
    const judge = await desk.as('judge');
    for (const decision of ['a', 'b'] as const) {
      for (let at = 0; at < 4; at += 1) {
        const id = `${decision}${at}.md`;
        const conflict_id = await clash(id);
        const { data } = await judge('entente_conflict', { conflict_id });
        const seen = content(data.untrusted[decision]);
        const sent = { conflict_id, version: data.version, decision, reason: 'it is right' };
        const resolved = await judge('entente_resolve', sent);
        expect(resolved.data).toMatchObject({ outcome: 'resolved', conflict_id, id });
        expect((await judge('entente_read', { id })).data.untrusted.content).toBe(seen);
        expect((await judge('entente_resolve', sent)).data.outcome).toBe('resolved');
        const other = await judge('entente_resolve', { ...sent, decision: decision === 'a' ? 'b' : 'a' });
        expect([other.isError, other.data.outcome]).toEqual([true, 'rejected']);
      }
    }
  });

  it('[MC9] merged takes content, both keeps both, decline leaves it open, a stale look is refused', async () => {
    const judge = await desk.as('judge');
    const merged = await clash('merged.md');
    const { version } = (await judge('entente_conflict', { conflict_id: merged })).data;
    const ask = { conflict_id: merged, version, reason: 'both are right' };
    expect((await judge('entente_resolve', { ...ask, decision: 'merged' })).data.code).toBe('misuse');
    expect((await judge('entente_resolve', { ...ask, decision: 'a', content: 'x' })).data.code).toBe('misuse');
    const stale = await judge('entente_resolve', { ...ask, version: version - 1, decision: 'a' });
    expect(stale.data).toMatchObject({ code: 'precondition-failed', next: [{ tool: 'entente_conflict' }] });
    for (let at = 0; at < 2; at += 1) {
      const declined = await judge('entente_resolve', { ...ask, decision: 'decline' });
      expect(declined.data.outcome).toBe('declined');
    }
    const open = await judge('entente_conflict', { conflict_id: merged });
    expect(open.data.untrusted.proposals).toEqual([{ reason: 'both are right', decline: true }]);
    expect(open.data.state).toBe('open');
    await judge('entente_resolve', { ...ask, decision: 'merged', content: 'ann and bob\n' });
    expect((await judge('entente_read', { id: 'merged.md' })).data.untrusted.content).toBe('ann and bob\n');
    const done = await judge('entente_conflict', { conflict_id: merged });
    expect(done.data).toMatchObject({ state: 'resolved', decided: 'content', decided_by: 'judge' });
    const both = await clash('both.md');
    const seen = (await judge('entente_conflict', { conflict_id: both })).data;
    const kept = await judge('entente_resolve', { ...ask, conflict_id: both, version: seen.version, decision: 'both' });
    expect(kept.data.outcome).toBe('resolved');
  });

  it('[MC9] large sides are cut to where they clash, and a link leads to the whole', async () => {
    const judge = await desk.as('judge');
    const text = (name: string): string => `${'same\n'.repeat(3000)}${name}\n${'end\n'.repeat(3000)}`;
    const conflict_id = await clash('large.md', [text('ann'), text('bob')]);
    const { data, result } = await judge('entente_conflict', { conflict_id });
    expect(data.truncated).toBe(true);
    expect(JSON.stringify(data).length).toBeLessThan(8000);
    expect(result.content).toContainEqual(expect.objectContaining({ uri: `entente://conflicts/${conflict_id}` }));
    const full = await judge('entente_conflict', { conflict_id, detail: 'full' });
    expect(content(full.data.untrusted.a)?.length).toBeGreaterThan(10_000);
  });

  it('[M13] a queue of 1,000 comes in pages, also where all of it is on one resource', async () => {
    const ann = await desk.as('ann');
    const { token } = (await ann('entente_read', { id: 'hot.md' })).data;
    const controller = desk.service.controller(DEFAULT_SPACE);
    const tokens = [];
    for (let at = 0; at < 1000; at += 1) tokens.push((await controller.begin('hot.md', { agent: 'bob' })).token);
    await ann('entente_commit', { token, content: 'ann\n' });
    for (const [at, own] of tokens.entries()) await controller.commitOrResolve(own, { content: `bob ${at}\n` });
    const first = await ann('entente_list', {});
    expect([first.data.resources.length, first.data.conflicts.length]).toEqual([1, 20]);
    expect(first.text).toContain('call entente_list with the same pattern and cursor=the conflicts_cursor below');
    expect(first.text.length).toBeLessThan(20_000);
    const all = new Set<string>();
    let page = first;
    for (let pages = 1; ; pages += 1) {
      for (const { conflict_id } of page.data.conflicts) all.add(conflict_id);
      const cursor = page.data.conflicts_cursor;
      if (cursor === undefined) {
        expect(pages).toBe(50);
        break;
      }
      page = await ann('entente_list', { cursor });
      expect(page.data.resources).toBeUndefined();
    }
    expect(all.size).toBe(1000);
  });

  it('[MC10] the tool for judges is told of and callable only with the right', async () => {
    const conflict_id = await clash('x.md');
    const client = await desk.connect(desk.session('eve', { grants: ['read:**', 'commit:**'] }));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).not.toContain('entente_resolve');
    const args = { conflict_id, version: 1, decision: 'a', reason: 'x' };
    await expect(client.callTool({ name: 'entente_resolve', arguments: args })).rejects.toThrow(/Unknown tool/);
    const blind = await desk.as('blind', ['read:other/**', 'resolve:other/**']);
    expect((await blind('entente_conflict', { conflict_id })).data.code).toBe('not-found');
    expect((await blind('entente_resolve', args)).data.code).toBe('not-found');
  });
});
