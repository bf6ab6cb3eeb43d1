// `/mcp` of a server: clients of all generations, and what does not come in.
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as FirstTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMcpMount } from '../../src/mcp/http.ts';
import { merge } from '../../src/strategies/merge.ts';
import { callerOf, clientOf, ERAS, told } from '../support/mcp.ts';
import { type Caller, fetchAnswer, openServer, type Server } from '../support/server.ts';

let server: Server;
let ann: Caller;
beforeAll(async () => {
  server = await openServer({
    controller: { default: merge('auto') },
    mounts: (service) => [createMcpMount({ service, version: '0' })],
  });
  ann = await server.caller('ann');
});
afterAll(() => server.close());

const authorized = (caller: Caller): RequestInit => ({ headers: { authorization: `Bearer ${caller.key}` } });
const address = (path: string = '/mcp'): URL => new URL(server.url + path);

const LATEST = '2026-07-28';
const PREFIX = 'io.modelcontextprotocol';

/** A call of a tool as the latest revision sends it. */
function request(id: number | string, name: string, args: object, meta: object = {}): object {
  const _meta = {
    [`${PREFIX}/protocolVersion`]: LATEST,
    [`${PREFIX}/clientInfo`]: { name: 'raw', version: '1' },
    [`${PREFIX}/clientCapabilities`]: {},
    ...meta,
  };
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args, _meta } };
}

const HEADERS = {
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': LATEST,
  'mcp-method': 'tools/call',
  'mcp-name': 'entente_read',
};

describe('/mcp', () => {
  it.each(ERAS)('[M03] [MC13] serves a client of %s, with the rights of its key', async (era) => {
    const client = clientOf(era);
    await client.connect(new StreamableHTTPClientTransport(address(), { requestInit: authorized(ann) }));
    const call = callerOf(client);
    const id = `plan-${era}.md`;
    const read = await call('entente_read', { id });
    const first = await call('entente_commit', { token: read.data.token, content: 'one\n' });
    const second = await call('entente_commit', { token: first.data.token, append: 'two\n' });
    expect(second.data).toMatchObject({ outcome: 'committed', version: 2 });
    expect((await client.listTools()).tools).toHaveLength(7);
    const found = await client.readResource({ uri: `entente://default/${id}` });
    expect(found.contents[0]).toMatchObject({ text: 'one\ntwo\n' });
    await client.close();
  });

  it('[M03] serves the client of the first SDK', async () => {
    const client = new FirstClient({ name: 'first', version: '1' });
    await client.connect(new FirstTransport(address(), { requestInit: authorized(ann) }) as never);
    const read = told(await client.callTool({ name: 'entente_read', arguments: { id: 'first.md' } }));
    const args = { token: read.data.token, content: 'x' };
    expect(told(await client.callTool({ name: 'entente_commit', arguments: args })).data.outcome).toBe('committed');
    await client.close();
  });

  it('[MC13] works in the space of its path, and as the agent that it names where the key may', async () => {
    const client = clientOf(LATEST);
    const headers = { authorization: `Bearer ${ann.key}`, 'entente-agent': 'bot%201' };
    await client.connect(new StreamableHTTPClientTransport(address('/mcp/team'), { requestInit: { headers } }));
    const call = callerOf(client);
    const { token } = (await call('entente_read', { id: 'x.md' })).data;
    await call('entente_commit', { token, content: 'x' });
    const head = await ann.ask('GET', '//v1/spaces/team/resource/head?id=x.md');
    expect([head.status, head.body.head.agent]).toEqual([200, 'bot 1']);
    await client.close();
    const eve = await server.caller('eve', ['read:**', 'commit:**']);
    const asked = { ...HEADERS, ...authorized(eve).headers, 'entente-agent': 'ann' } as { [name: string]: string };
    const answer = await eve.ask('POST', '//mcp', { headers: asked, json: request(1, 'entente_read', { id: 'y' }) });
    expect(answer.body.result.structuredContent).toMatchObject({ outcome: 'refused', code: 'forbidden' });
  });

  it('[M01] a foreign Origin or Host is 403 with and without a key; without a key it is 401', async () => {
    const json = request(1, 'entente_read', { id: 'x' });
    const refused = async (headers: { readonly [name: string]: string }): Promise<number> =>
      (await ann.ask('POST', '//mcp', { headers: { ...HEADERS, ...headers }, json })).status;
    expect(await refused({ origin: 'https://evil.example' })).toBe(403);
    expect(await refused({ origin: 'https://evil.example', authorization: '' })).toBe(403);
    expect(await refused({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await refused({ authorization: '' })).toBe(401);
    expect(await refused({})).toBe(200);
    const raw = await server.app.inject({
      method: 'POST',
      url: '/mcp',
      headers: { host: 'evil.example' },
      payload: json,
    });
    expect(raw.statusCode).toBe(403);
  });

  it('[M14] a key of elsewhere and a key in the query are 401', async () => {
    const other = await openServer();
    const stranger = await other.caller('ann');
    const json = request(1, 'entente_read', { id: 'x' });
    const ask = async (authorization: string, query: string): Promise<number> =>
      (await ann.ask('POST', `//mcp${query}`, { headers: { ...HEADERS, authorization }, json })).status;
    expect(await ask(`Bearer ${stranger.key}`, '')).toBe(401);
    expect(await ask('Bearer eyJhbGciOiJub25lIn0.eyJhdWQiOiJlbHNld2hlcmUifQ.', '')).toBe(401);
    expect(await ask('', `?access_token=${ann.key}`)).toBe(401);
    expect(await ask(`Bearer ${ann.key}`, `?access_token=${ann.key}`)).toBe(401);
    await other.close();
  });

  it('[M02] headers that say something else than the body, and unknown revisions, are 400', async () => {
    const ask = async (headers: { readonly [name: string]: string }, json: object): Promise<readonly unknown[]> => {
      const { status, body } = await ann.ask('POST', '//mcp', { headers: { ...HEADERS, ...headers }, json });
      return [status, body?.error?.code];
    };
    const read = request(1, 'entente_read', { id: 'x' });
    expect(await ask({ 'mcp-method': 'tools/list' }, read)).toEqual([400, -32_020]);
    expect(await ask({ 'mcp-name': 'entente_commit' }, read)).toEqual([400, -32_020]);
    expect(await ask({ 'mcp-protocol-version': '2025-11-25' }, read)).toEqual([400, -32_020]);
    const unknown = request(1, 'entente_read', { id: 'x' }, { [`${PREFIX}/protocolVersion`]: '2031-01-01' });
    const headers = { ...HEADERS, 'mcp-protocol-version': '2031-01-01' };
    const answer = await ann.ask('POST', '//mcp', { headers, json: unknown });
    expect([answer.status, answer.body.error.code]).toEqual([400, -32_022]);
    expect(answer.body.error.data.supported).toContain(LATEST);
  });

  it('[M04] two clients with the same request ids get each its own answers', async () => {
    const bob = await server.caller('bob');
    const ids = Array.from({ length: 20 }, (_, at) => `${at}.md`);
    const asked = ids.flatMap((name) =>
      [ann, bob].map(async (caller) => {
        const id = `${caller === ann ? 'ann' : 'bob'}/${name}`;
        const { body } = await caller.ask('POST', '//mcp', {
          headers: HEADERS,
          json: request(1, 'entente_read', { id }),
        });
        return [body.id, body.result.structuredContent.id === id];
      }),
    );
    expect(new Set((await Promise.all(asked)).map(String))).toEqual(new Set(['1,true']));
  });

  it('[MC14] a stream of subscriptions tells of what its key may read', async () => {
    const eve = await server.caller('eve', ['read:open/**']);
    const uris: string[] = [];
    const client = clientOf(LATEST, {
      prepare: (one) =>
        one.setNotificationHandler('notifications/resources/updated', ({ params }) => {
          uris.push(params.uri);
        }),
    });
    await client.connect(new StreamableHTTPClientTransport(address(), { requestInit: authorized(eve) }));
    const [seen, hidden] = ['entente://default/open/a.md', 'entente://default/closed/a.md'];
    const listening = await client.listen({ resourceSubscriptions: [seen, hidden, 'entente://default/open/z.md'] });
    await ann.put('closed/a.md', 'x');
    await ann.put('open/other.md', 'x');
    await ann.put('open/a.md', 'x');
    await expect.poll(() => uris, { timeout: 20_000 }).toEqual([seen]);
    await ann.put('open/z.md', 'x');
    await expect.poll(() => uris, { timeout: 20_000 }).toEqual([seen, 'entente://default/open/z.md']);
    await listening.close();
    await expect.poll(() => server.service.feeds.count(), { timeout: 20_000 }).toBe(0);
    await client.close();
  });

  it('[MC14] a key has so many streams; one more ends at once, and those of a client that is gone are free again', async () => {
    const eve = await server.caller('eve', ['read:**']);
    const clients = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const client = clientOf(LATEST);
        await client.connect(new StreamableHTTPClientTransport(address(), { requestInit: authorized(eve) }));
        return client;
      }),
    );
    const streams = [];
    for (const client of clients) {
      streams.push(await client.listen({ resourceSubscriptions: ['entente://default/a'] }));
      await expect.poll(() => server.service.feeds.count(), { timeout: 20_000 }).toBe(Math.min(4, streams.length));
    }
    expect(await streams.at(-1)?.closed).not.toBe('local');
    await Promise.all(clients.map((client) => client.close()));
    await expect.poll(() => server.service.feeds.count(), { timeout: 20_000 }).toBe(0);
  });

  it('[MC14] streams of subscriptions end with the server', async () => {
    const other = await openServer({ mounts: (service) => [createMcpMount({ service, version: '0' })] });
    const [eve, bob] = [await other.caller('eve', ['read:**']), await other.caller('bob', ['read:**'])];
    const listen = async (caller: Caller) => {
      const client = clientOf(LATEST);
      const url = new URL(`${other.url}/mcp`);
      await client.connect(new StreamableHTTPClientTransport(url, { requestInit: authorized(caller) }));
      const { closed } = await client.listen({ resourceSubscriptions: ['entente://default/a'] });
      return { client, closed };
    };
    const [first, second] = [await listen(eve), await listen(bob)];
    await expect.poll(() => other.service.feeds.count(), { timeout: 20_000 }).toBe(2);
    await other.close();
    await Promise.all([first.closed, second.closed]);
    expect(other.service.feeds.count()).toBe(0);
    await Promise.all([first.client.close(), second.client.close()]);
  });

  it('[M11] a person with a key that may decide is asked over the latest revision, and no other key is', async () => {
    const policy = await ann.ask('GET', '/policy');
    await ann.ask('PUT', '/policy', {
      headers: { 'if-match': policy.body.etag },
      json: { rules: [['ask/**', 'escalate']] },
    });
    const person = await server.caller('person', ['read:**', 'commit:**', 'resolve-own:**']);
    const agent = await server.caller('agent', ['read:**', 'commit:**', 'resolve:**']);
    const outcomes: string[] = [];
    for (const [at, caller] of [person, agent].entries()) {
      const id = `ask/${at}.md`;
      const client = clientOf(LATEST, {
        capabilities: { elicitation: { form: {} } },
        prepare: (one) =>
          one.setRequestHandler('elicitation/create', async () => ({
            action: 'accept',
            content: { choice: 'keep both' },
          })),
      });
      await client.connect(new StreamableHTTPClientTransport(address(), { requestInit: authorized(caller) }));
      const call = callerOf(client);
      await ann.put(id, 'base\n');
      const { token } = (await call('entente_read', { id })).data;
      await ann.put(id, 'ann\n');
      outcomes.push((await call('entente_commit', { token, content: 'own\n' })).data.outcome);
      await client.close();
    }
    expect(outcomes).toEqual(['decided', 'escalated']);
  });

  it.each(['2025-11-25', '2026-07-28'] as const)('[MC13] takes a content of megabytes over %s', async (era) => {
    const client = clientOf(era);
    await client.connect(new StreamableHTTPClientTransport(address(), { requestInit: authorized(ann) }));
    const call = callerOf(client);
    const { token } = (await call('entente_read', { id: `large-${era}` })).data;
    const content = 'x'.repeat(6 * 1024 * 1024);
    expect((await call('entente_commit', { token, content })).data).toMatchObject({ outcome: 'committed' });
    const found = await client.readResource({ uri: `entente://default/large-${era}` });
    expect(found.contents[0]).toMatchObject({ text: content });
    await client.close();
  });

  it('[MC15] what is no message is refused before it is looked at', async () => {
    const post = async (body: string, type: string = 'application/json'): Promise<number> => {
      const headers = { authorization: `Bearer ${ann.key}`, 'content-type': type, accept: HEADERS.accept };
      return (await fetchAnswer(`${server.url}/mcp`, { method: 'POST', headers, body })).status;
    };
    expect(await post('{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}')).toBe(400);
    expect(await post('{')).toBe(400);
    expect(await post('x', 'text/plain')).toBe(415);
    expect((await ann.ask('GET', '//mcp', { headers: { accept: 'text/event-stream' } })).status).toBe(405);
  });
});
