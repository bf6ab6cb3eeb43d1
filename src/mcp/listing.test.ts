// What clients are told of the tools: every character of it is read by a model in every conversation, and a change of it
// is one that people see.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerOf, ERAS, type McpDesk, openMcp } from '../../test/support/mcp.ts';

let desk: McpDesk;
beforeAll(() => {
  desk = openMcp();
});
afterAll(() => desk.close());

describe('the list of tools', () => {
  it('[MC11] costs at most 1,800 tokens without output schemas and 3,000 with them', async () => {
    const { tools } = await (await desk.connect(desk.session('ann'))).listTools();
    const bare = tools.map(({ outputSchema: _none, ...rest }) => rest);
    expect(JSON.stringify(bare).length / 4).toBeLessThanOrEqual(1800);
    expect(JSON.stringify(tools).length / 4).toBeLessThanOrEqual(3000);
  });

  it('[MC12] has the seven tools with all four hints, and says of none that it destroys or reaches outside', async () => {
    const { tools } = await (await desk.connect(desk.session('ann'))).listTools();
    const hints = tools.map(({ name, annotations = {} }) => [
      name,
      annotations.readOnlyHint,
      annotations.idempotentHint,
    ]);
    expect(hints).toEqual([
      ['entente_read', true, true],
      ['entente_commit', false, true],
      ['entente_changes', true, true],
      ['entente_release', false, true],
      ['entente_list', true, true],
      ['entente_conflict', true, true],
      ['entente_resolve', false, true],
    ]);
    for (const { annotations } of tools)
      expect(annotations).toMatchObject({ destructiveHint: false, openWorldHint: false });
  });

  it('[M09] is the same before and after traffic and over each connection, and is the one that was looked at', async () => {
    const told: string[] = [];
    for (const era of ERAS) {
      const client = await desk.connect(desk.session(`of-${era}`), era);
      told.push(JSON.stringify((await client.listTools()).tools));
      const call = callerOf(client);
      const { data } = await call('entente_read', { id: 'x' });
      await call('entente_commit', { token: data.token, content: 'x' });
      told.push(JSON.stringify((await client.listTools({}, { cacheMode: 'bypass' } as never)).tools));
    }
    expect(new Set(told).size).toBe(1);
    const shown = JSON.stringify(JSON.parse(told[0] ?? ''), null, 2);
    await expect(`${shown}\n`).toMatchFileSnapshot('../../test/mcp/tools.txt');
  });
});
