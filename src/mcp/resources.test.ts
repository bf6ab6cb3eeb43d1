// Resources and prompts, and addresses that nobody should be able to abuse.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ERAS, type Era, type McpDesk, openMcp } from '../../test/support/mcp.ts';
import { escalate } from '../strategies/escalate.ts';
import { WORKING_AGREEMENT } from './prompts.ts';
import { conflictUri, parseAddress, resourceUri } from './uris.ts';

let desk: McpDesk;
beforeEach(() => {
  desk = openMcp({ controller: { default: escalate() } });
});
afterEach(() => desk.close());

async function put(agent: string, id: string, content: string): Promise<void> {
  const { controller } = desk.session(agent).call();
  const { token } = await controller.begin(id, { agent });
  await controller.commit(token, { content });
}

describe('resources', () => {
  it.each(ERAS)('[MC16] contents, older versions and conflicts are read by address over %s', async (era: Era) => {
    const client = await desk.connect(desk.session('ann'), era);
    await put('bob', 'notes/a b.md', 'one\n');
    await put('bob', 'notes/a b.md', 'two\n');
    const uri = 'entente://default/notes/a%20b.md';
    const { resources } = await client.listResources();
    expect(resources).toEqual([{ uri, name: 'notes/a b.md', description: 'v2 by "bob"', size: 4 }]);
    const now = await client.readResource({ uri });
    expect(now.contents).toEqual([
      expect.objectContaining({ uri, text: 'two\n', _meta: expect.objectContaining({ 'entente/by': 'bob' }) }),
    ]);
    const { contents } = await client.readResource({ uri: `${uri}?v=1` });
    expect(contents[0]).toMatchObject({ text: 'one\n' });
    expect((await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'entente://{space}/{+id}{?v}',
      'entente://conflicts/{c}',
    ]);
    for (const missing of [
      'entente://default/none',
      'entente://other/notes/a%20b.md?v=9',
      'entente://conflicts/9',
      'x:y',
    ])
      await expect(client.readResource({ uri: missing })).rejects.toMatchObject({ code: -32_602 });
  });

  it('[MC16] results of the latest revision say how long they hold and for whom', async () => {
    const client = await desk.connect(desk.session('ann'));
    await put('bob', 'x', 'y');
    const asked = ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'] as const;
    for (const method of asked) {
      const result = await client.request({ method } as never);
      expect(result, method).toMatchObject({ ttlMs: 0, cacheScope: 'private' });
    }
    const read = await client.readResource({ uri: 'entente://default/x' });
    expect(read).toMatchObject({ ttlMs: 0, cacheScope: 'private' });
  });

  it('[MC16] what may not be read is not there', async () => {
    await put('bob', 'closed/a', 'secret');
    const client = await desk.connect(desk.session('eve', { grants: ['read:open/**'] }));
    expect((await client.listResources()).resources).toEqual([]);
    const refused = client.readResource({ uri: 'entente://default/closed/a' });
    await expect(refused).rejects.toMatchObject({ code: -32_602, message: expect.stringContaining('not found') });
  });

  it.each(['2025-11-25', '2026-07-28'] as const)('[MC14] a subscription over %s tells what changed', async (era) => {
    const uris: string[] = [];
    const client = await desk.connect(desk.session('ann'), era, {
      prepare: (one) =>
        one.setNotificationHandler('notifications/resources/updated', ({ params }) => {
          uris.push(params.uri);
        }),
    });
    await put('bob', 'a', '1');
    const uri = 'entente://default/a';
    if (era === '2026-07-28') await client.listen({ resourceSubscriptions: [uri] });
    else await client.subscribeResource({ uri });
    // The first of these may come before it is listened for.
    let at = 0;
    await expect
      .poll(
        async () => {
          at += 1;
          await put('bob', 'b', String(at));
          await put('bob', 'a', String(at));
          return uris.length;
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThan(0);
    expect(new Set(uris)).toEqual(new Set([uri]));
  });

  it('[M05] an address has one meaning and is read in linear time, whatever is in it', () => {
    const id = 'a b/ü/%41?#+&.md';
    const uri = resourceUri('team x', id, 3) ?? '';
    expect(parseAddress(uri)).toEqual({ kind: 'resource', space: 'team x', id, version: 3 });
    expect(parseAddress(conflictUri('17'))).toEqual({ kind: 'conflict', conflictId: '17' });
    expect(resourceUri('conflicts', 'a')).toBeUndefined();
    const bad = [
      ...['', 'entente://', 'entente://default', 'entente://default/', 'http://default/a', 'ENTENTE://default/a'],
      ...['entente://default/../a', 'entente://default/%2e%2e/a', 'entente://default/a%00', 'entente://default/%ff'],
      ...['entente://default/a?v=0', 'entente://default/a?v=x', 'entente://default/a?v=1&v=2', 'entente://default/a#x'],
      ...['entente://~entente/a', 'entente://conflicts/1?v=1', `entente://default/${'a'.repeat(5000)}`],
    ];
    for (const each of bad) expect(() => parseAddress(each), each.slice(0, 60)).toThrow(/./);
    // Twice encoded is decoded once: the text itself is the name.
    expect(parseAddress('entente://default/%252e%252e')).toMatchObject({ id: '%2e%2e' });
    for (const unit of ['%', '/', '{', ',', '%2e', '?v=', '(a*)*']) {
      const long = `entente://${unit.repeat(2_000_000)}`;
      expect(() => parseAddress(long)).toThrow();
    }
  });
});

describe('prompts', () => {
  it('[MC17] the agreement has ten lines for AGENTS.md, the other one shows a conflict as a judge sees it', async () => {
    const client = await desk.connect(desk.session('judge'));
    expect((await client.listPrompts()).prompts.map(({ name }) => name)).toEqual([
      'entente_resolve_conflict',
      'entente_working_agreement',
    ]);
    const { messages } = await client.getPrompt({ name: 'entente_working_agreement' });
    expect(messages[0]?.content).toMatchObject({ type: 'text', text: WORKING_AGREEMENT });
    expect(WORKING_AGREEMENT.split('\n').filter((line) => line.startsWith('- '))).toHaveLength(9);
    const bob = await desk.as('bob');
    await put('ann', 'x', 'base\n');
    const { token } = (await bob('entente_read', { id: 'x' })).data;
    await put('ann', 'x', 'ann\n');
    const { conflict_id } = (await bob('entente_commit', { token, content: 'choose A\n' })).data;
    const prompt = await client.getPrompt({ name: 'entente_resolve_conflict', arguments: { conflict_id } });
    const text = JSON.stringify(prompt.messages);
    expect(text).toContain(`call entente_resolve once with conflict_id=${conflict_id}`);
    expect(text).toMatch(/UNTRUSTED DATA [0-9a-f]{8} \(the sides of conflict/);
    expect(text).not.toContain('bob');
    const missing = { name: 'entente_resolve_conflict', arguments: { conflict_id: '99' } };
    await expect(client.getPrompt(missing)).rejects.toMatchObject({ code: -32_602 });
    await expect(client.getPrompt({ name: 'other' })).rejects.toMatchObject({ code: -32_602 });
  });
});
