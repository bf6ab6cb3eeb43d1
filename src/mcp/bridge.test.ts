// The bridge in front of a server: what it asks for, what it writes down, and what it says when there is no answer.
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { bridgeMcp } from './bridge.ts';

interface Asked {
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  readonly redirect: string | undefined;
}

/** Sends lines through a bridge to a server that answers so, and gives back what was asked and what was written. */
async function pass(
  lines: readonly string[],
  answer: (asked: Asked) => Response | Promise<Response>,
): Promise<{ readonly asked: readonly Asked[]; readonly written: readonly object[] }> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const asked: Asked[] = [];
  let text = '';
  let answers = 0;
  const stop = new AbortController();
  output.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const fake = (async (url: string, init: RequestInit) => {
    const one = { url, headers: init.headers, body: init.body, redirect: init.redirect } as unknown as Asked;
    asked.push(one);
    try {
      return await answer(one);
    } finally {
      answers += 1;
    }
  }) as unknown as typeof fetch;
  const done = bridgeMcp({
    ...{ url: 'http://s', key: 'k', space: 'a b', agent: 'ü', input, output, signal: stop.signal, fetch: fake },
  });
  for (const line of lines) input.write(`${line}\n`);
  const wanted = lines.filter((line) => line.includes('"method"')).length;
  await expect
    .poll(() => answers >= wanted && text.split('\n').length > lines.filter((line) => line.includes('"id"')).length)
    .toBe(true);
  input.end();
  await done;
  const written = text
    .trimEnd()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as object);
  return { asked, written };
}

const json = (value: object, status: number = 200): Response => Response.json(value, { status });
const VERSION = 'io.modelcontextprotocol/protocolVersion';

describe('the bridge', () => {
  it('[MC18] says in headers what the revision wants said there, and sends the key nowhere else', async () => {
    const params = { name: 'ü', _meta: { [VERSION]: '2026-07-28' } };
    const line = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
    const { asked, written } = await pass([line], () => json({ jsonrpc: '2.0', id: 1, result: {} }));
    expect(asked).toEqual([
      {
        url: 'http://s/mcp/a%20b',
        headers: {
          ...{ authorization: 'Bearer k', 'content-type': 'application/json', 'entente-agent': '%C3%BC' },
          ...{ accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2026-07-28' },
          ...{ 'mcp-method': 'tools/call', 'mcp-name': `=?base64?${Buffer.from('ü').toString('base64')}?=` },
        },
        body: line,
        redirect: 'error',
      },
    ]);
    expect(written).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }]);
  });

  it('[MC18] goes on with the revision that was agreed on, and writes down each event of a stream', async () => {
    const lines = [{ id: 1, method: 'initialize' }, { method: 'notifications/initialized' }].map((one) =>
      JSON.stringify(one),
    );
    const stream =
      'event: message\r\ndata: {"jsonrpc":"2.0",\r\ndata: "method":"x"}\r\n\r\n: still here\n\ndata: {"id":1,"result":{"protocolVersion":"2025-11-25"}}\n\n';
    const first = await pass(
      [lines[0] ?? ''],
      () => new Response(stream, { headers: { 'content-type': 'text/event-stream' } }),
    );
    expect(first.written).toEqual([
      { jsonrpc: '2.0', method: 'x' },
      { id: 1, result: { protocolVersion: '2025-11-25' } },
    ]);
    const { asked } = await pass([lines[1] ?? ''], () => new Response(null, { status: 202 }));
    expect(asked[0]?.headers).not.toHaveProperty('mcp-protocol-version');
  });

  it('[MC18] tells of a refusal and of a server that is not there as an error of the request', async () => {
    const line = JSON.stringify({ jsonrpc: '2.0', id: 'x', method: 'tools/list' });
    const problem = { code: 'unauthenticated', detail: 'The key is not known.' };
    const refused = await pass(
      [line],
      () =>
        new Response(JSON.stringify(problem), { status: 401, headers: { 'content-type': 'application/problem+json' } }),
    );
    expect(refused.written).toEqual([
      { jsonrpc: '2.0', id: 'x', error: { code: -32_603, message: 'unauthenticated: The key is not known.' } },
    ]);
    const gone = await pass([line], () => Promise.reject(new TypeError('fetch failed')));
    expect(gone.written).toEqual([
      expect.objectContaining({
        id: 'x',
        error: expect.objectContaining({ message: expect.stringContaining('did not answer') }),
      }),
    ]);
    const odd = await pass(['{"id":', '{"id":1,"method":"a"}'], () => json({ id: 1, result: {} }));
    expect(odd.written).toContainEqual({ jsonrpc: '2.0', id: null, error: { code: -32_700, message: 'Parse error' } });
  });
});
