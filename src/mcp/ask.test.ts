// A person is asked where one may decide and the client can: in both generations of the protocol, and never instead of
// the queue.
import type { Client } from '@modelcontextprotocol/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, callerOf, ERAS, type Era, type McpDesk, openMcp } from '../../test/support/mcp.ts';
import { escalate } from '../strategies/escalate.ts';
import { openAsked } from './ask.ts';

let desk: McpDesk;
beforeEach(() => {
  desk = openMcp({ controller: { default: escalate() } });
});
afterEach(() => desk.close());

const ID = 'plan.md';
const MINE = 'keep the agent’s change';

interface Answering {
  readonly client: Client;
  readonly call: Caller;
  readonly asked: string[];
}

/** A client whose person answers so. */
async function answering(era: Era, answer: object, { person = true, declares = true } = {}): Promise<Answering> {
  const asked: string[] = [];
  const client = await desk.connect(desk.session('ann', { person }), era, {
    capabilities: declares ? { elicitation: { form: {} } } : {},
    prepare: (one) => {
      if (!declares) return;
      one.setRequestHandler('elicitation/create', async ({ params }) => {
        asked.push(params.message);
        return answer as never;
      });
    },
  });
  return { client, call: callerOf(client), asked };
}

/** A token of ann's that bob has overtaken. */
async function stale(call: Caller): Promise<string> {
  const bob = await desk.as('bob');
  const first = await bob('entente_read', { id: ID });
  await bob('entente_commit', { token: first.data.token, content: 'base\n' });
  const { token } = (await call('entente_read', { id: ID })).data;
  const second = await bob('entente_read', { id: ID });
  await bob('entente_commit', { token: second.data.token, content: 'bob\n' });
  return token;
}

async function stored(): Promise<string> {
  return (await (await desk.as('eve'))('entente_read', { id: ID })).data.untrusted.content;
}

describe('a person at the client', () => {
  it.each(ERAS)('[M11] is asked over %s and decides', async (era) => {
    const { call, asked } = await answering(era, { action: 'accept', content: { choice: MINE } });
    const answer = await call('entente_commit', { token: await stale(call), content: 'ann\n' });
    expect(answer.data).toMatchObject({ outcome: 'decided', decision: 'proposed', saved: true });
    expect(await stored()).toBe('ann\n');
    expect(asked).toEqual([
      expect.stringMatching(/^Conflict \S+: "bob" changed plan\.md too.*\n.*"bob\\n"\n.*"ann\\n"$/s),
    ]);
    const { resolution } = (await desk.session('eve').call().controller.conflict(answer.data.conflict_id)) ?? {};
    expect(resolution).toMatchObject({ decision: 'proposed', agent: 'person' });
  });

  it.each([
    ['declines', { action: 'decline' }],
    ['cancels', { action: 'cancel' }],
    ['wants to decide later', { action: 'accept', content: { choice: 'decide later' } }],
    ['answers what was not asked', { action: 'accept', content: { choice: 'constructor' } }],
  ])('[M11] who %s leaves it in the queue', async (_name, response) => {
    for (const era of ['2025-11-25', '2026-07-28'] as const) {
      await desk.close();
      desk = openMcp({ controller: { default: escalate() } });
      const { call, asked } = await answering(era, response);
      const answer = await call('entente_commit', { token: await stale(call), content: 'ann\n' });
      expect([answer.isError, answer.data.outcome, asked.length], era).toEqual([false, 'escalated', 1]);
      expect(await stored()).toBe('bob\n');
    }
  });

  it('[M11] is not asked where the client does not say that it can, nor where nobody there may decide', async () => {
    for (const options of [{ declares: false }, { person: false }]) {
      await desk.close();
      desk = openMcp({ controller: { default: escalate() } });
      const { call, asked } = await answering('2026-07-28', { action: 'accept', content: { choice: MINE } }, options);
      const answer = await call('entente_commit', { token: await stale(call), content: 'ann\n' });
      expect([answer.data.outcome, asked]).toEqual(['escalated', []]);
    }
  });

  it.each(ERAS.slice(1))(
    '[M11] over %s where the client opens links alone, the link is that of the conflict and logs nobody in',
    async (era) => {
      const [asked, told]: [{ url?: string; message: string }[], object[]] = [[], []];
      let decides: 'there' | 'later' = 'later';
      const open = async (dashboard: string | undefined): Promise<Caller> => {
        const session = desk.session('ann', dashboard === undefined ? {} : { dashboard });
        const client = await desk.connect(session, era, {
          capabilities: { elicitation: { url: {} } },
          prepare: (one) =>
            one.setRequestHandler('elicitation/create', async ({ params }) => {
              asked.push(params as never);
              const id = /conflicts\/(.+)$/.exec((params as { url?: string }).url ?? '')?.[1] ?? '';
              const { controller } = desk.session('eve').call();
              if (decides === 'there') told.push(await controller.resolve(id, { use: 'proposed' }, { agent: 'eve' }));
              return { action: 'accept' } as never;
            }),
        });
        return callerOf(client);
      };
      const call = await open('http://127.0.0.1:4711/');
      const later = await call('entente_commit', { token: await stale(call), content: 'ann\n' });
      expect([later.data.outcome, await stored()]).toEqual(['escalated', 'bob\n']);
      expect(asked).toEqual([
        expect.objectContaining({
          mode: 'url',
          url: `http://127.0.0.1:4711/#/conflicts/${encodeURIComponent(later.data.conflict_id)}`,
          message: expect.stringMatching(/^Conflict \S+: "bob" changed plan\.md too/),
        }),
      ]);
      decides = 'there';
      const decided = await call('entente_commit', { token: await stale(call), content: 'ann again\n' });
      expect(decided.data).toMatchObject({ outcome: 'decided', decision: 'proposed', saved: true });
      expect([told.length, await stored()]).toEqual([1, 'ann again\n']);
      // A server without pages has nothing to link to.
      const bare = await open(undefined);
      expect((await bare('entente_commit', { token: await stale(bare), content: 'x\n' })).data.outcome).toBe(
        'escalated',
      );
      expect(asked.length).toBe(2);
    },
  );

  it('[M11] state that was altered, is another’s, or is past its time is refused; what moved stays in the queue', async () => {
    const session = desk.session('ann', { person: true });
    const { signer, clock } = desk.service;
    const good = { kind: 'ask', sub: 'local-ann', space: 'default', conflict: '1', revision: 1, exp: clock() + 1000 };
    const sign = (more: object): Promise<string> => signer.sign('c1', { ...good, ...more });
    expect(await openAsked(session, await sign({}))).toEqual(good);
    const text = await sign({});
    await expect(openAsked(session, `${text.slice(0, -2)}AA`)).rejects.toMatchObject({ code: 'bad-token' });
    await expect(openAsked(session, await sign({ sub: 'local-bob' }))).rejects.toMatchObject({ code: 'bad-token' });
    await expect(openAsked(session, await sign({ space: 'team' }))).rejects.toMatchObject({ code: 'bad-token' });
    await expect(openAsked(session, await signer.sign('c1', { of: 'list' }))).rejects.toMatchObject({
      code: 'bad-token',
    });
    await expect(openAsked(session, await sign({ exp: clock() }))).rejects.toMatchObject({ code: 'token-expired' });
    // Over the protocol: the refusal is one of its errors, and nothing is decided.
    const { client, call } = await answering('2026-07-28', { action: 'cancel' });
    const token = await stale(call);
    const sent = {
      method: 'tools/call',
      params: {
        name: 'entente_commit',
        arguments: { token, content: 'ann\n' },
        requestState: await sign({ sub: 'local-bob' }),
        inputResponses: { decide: { action: 'accept', content: { choice: MINE } } },
      },
    };
    await expect(client.request(sent as never)).rejects.toMatchObject({ code: -32_602 });
    expect(await stored()).toBe('bob\n');
  });
});
