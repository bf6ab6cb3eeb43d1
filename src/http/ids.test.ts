// Resource ids at the edge of HTTP: decoded once, then held to the rules of ids.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, openServer, type Server } from '../../test/support/server.ts';

let server: Server;
let ann: Caller;
beforeAll(async () => {
  server = await openServer();
  ann = await server.caller('ann');
});
afterAll(() => server.close());

/** The status of a read, with the query as it is written here, and what a draft of the same text comes to. */
const read = async (query: string): Promise<number> => (await ann.ask('GET', `/resource?id=${query}`)).status;
const draft = async (id: string): Promise<[number, string]> => {
  const { status, body } = await ann.ask('POST', '/drafts', { json: { id } });
  return [status, body.code];
};

describe('ids over HTTP', () => {
  it.each(['../x', 'a/../../x', '/etc/passwd', 'C:\\x', '\\\\?\\C:\\', '//host/x', 'a\\..\\b', 'a//b', 'a/./b', ''])(
    '[P01] %s is no id, in a query and in a body',
    async (id) => {
      expect([await read(encodeURIComponent(id)), await draft(id)]).toEqual([400, [400, 'bad-id']]);
    },
  );

  it('[P01] a query is decoded exactly once, and only what is UTF-8', async () => {
    for (const query of ['..%2fb', '%2e%2e/b', '%2e%2e%2fb', '%c0%ae', '%ED%A0%80', '%', '%zz'])
      expect([query, await read(query)]).toEqual([query, 400]);
    for (const query of ['%c0%ae', '%ED%A0%80'])
      expect((await ann.ask('GET', `/resource?id=${query}`)).body.code).toBe('bad-id');
    // Encoded twice it is a name like any other: a literal percent sign.
    expect(await read('%252e%252e')).toBe(404);
    await ann.put('%2e%2e', 'literal\n');
    expect((await ann.ask('GET', '/resource?id=%252e%252e')).text).toBe('literal\n');
  });

  it('[P07] one resource has one id, however it is composed; case is part of it', async () => {
    await ann.put('caf\u00e9.md', 'one\n');
    expect((await ann.ask('GET', `/resource?id=${encodeURIComponent('cafe\u0301.md')}`)).text).toBe('one\n');
    await ann.put('README', 'upper\n');
    expect(await read('readme')).toBe(404);
    expect(await draft('a:b')).toEqual([400, 'bad-id']);
    expect((await draft('CON'))[0]).toBe(200);
  });

  it('[P08] characters that hide or turn are refused', async () => {
    for (const odd of ['a\r', 'a\u0000', 'a\u001b[31m', 'a\u202e', 'a\u{e0061}', 'a\ud800'])
      expect(await draft(odd)).toEqual([400, 'bad-id']);
    for (const odd of ['a%0d', 'a%00', 'a%1b', 'a%e2%80%ae']) expect(await read(odd)).toBe(400);
    const agent = { json: { id: 'a', agent: 'x\u202e' } };
    expect((await ann.ask('POST', '/drafts', agent)).body.code).toBe('bad-id');
    expect((await ann.ask('GET', '//v1/spaces/a%00b/resources')).body.code).toBe('bad-id');
  });

  it('[P09] 1,024 bytes are an id, 1,025 and a segment of 256 are none', async () => {
    const segment = 'x'.repeat(255);
    const longest = `${segment}/${segment}/${segment}/${'y'.repeat(254)}/x`;
    expect(Buffer.byteLength(longest)).toBe(1024);
    expect((await draft(longest))[0]).toBe(200);
    expect(await draft(`${longest.slice(0, -1)}é`)).toEqual([400, 'bad-id']);
    expect(await draft('x'.repeat(256))).toEqual([400, 'bad-id']);
    expect(await draft('a/'.repeat(10_000))).toEqual([400, 'bad-id']);
  });
});
