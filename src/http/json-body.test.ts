import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openServer, type Server } from '../../test/support/server.ts';
import { parseBody } from './json-body.ts';

const parse = (text: string): unknown => parseBody(Buffer.from(text));

describe('JSON bodies', () => {
  let server: Server;
  beforeAll(async () => {
    server = await openServer();
  });
  afterAll(() => server.close());

  it('[HT16] what JSON.stringify writes is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 2_000, seed: 3_117 },
    );
  });

  it('[HT16] equal keys are seen at any depth and however they are written, and only where they are equal', () => {
    for (const text of [
      '{"a":1,"a":2}',
      '[{"b":[{"x":{},"y":1,"x":[]}]}]',
      '{"\\u0061":1,"a":2}',
      '{"\\\\":1,"\\\\":2}',
      '{"":0,"":0}',
    ])
      expect(() => parse(text), text).toThrow(expect.objectContaining({ code: 'duplicate-key' }));
    for (const text of [
      '{"a":{"a":1},"b":{"a":2}}',
      '[{"a":1},{"a":1}]',
      '{"a":"b","b":"a"}',
      '{"a":"a\\",\\"a\\":1"}',
      '["a","a"]',
    ])
      expect(parse(text)).toEqual(JSON.parse(text));
  });

  it('[HT16] numbers are refused where a double is another one', () => {
    for (const number of ['9007199254740993', '-12345678901234567890', '1e400', '0.12345678901234567890'])
      expect(() => parse(`{"n":[${number}]}`), number).toThrow(expect.objectContaining({ code: 'misuse' }));
    for (const number of [
      '9007199254740992',
      '0',
      '-0',
      '0.1',
      '1e21',
      '100000000000000000000',
      '5e-324',
      '1.7976931348623157e308',
    ])
      expect(parse(`[${number}]`)).toEqual([Number(number)]);
    expect(parse('"12345678901234567890 is text"')).toBe('12345678901234567890 is text');
  });

  it('[HT16] a body in which a content or a patch is not exact writes nothing', async () => {
    const ann = await server.caller('ann');
    const token = await ann.begin('n.json');
    const headers = { 'content-type': 'application/json' };
    const send = async (bytes: string | Uint8Array): Promise<unknown> => {
      const { status, body } = await ann.ask('POST', '/commits', { headers, bytes });
      return [status, body.code];
    };
    const quoted = JSON.stringify(token);
    expect(await send(`{"token":${quoted},"content":"a","content":"b"}`)).toEqual([400, 'duplicate-key']);
    const patch = '[{"op":"add","path":"/n","value":12345678901234567890}]';
    expect(await send(`{"token":${quoted},"jsonPatch":${patch}}`)).toEqual([400, 'misuse']);
    const broken = Buffer.concat([Buffer.from(`{"token":${quoted},"content":"`), Buffer.of(0xff), Buffer.from('"}')]);
    expect(await send(broken)).toEqual([400, 'misuse']);
    expect(await send('')).toEqual([400, 'misuse']);
    expect(await send(`{"token":${quoted},"content":`)).toEqual([400, 'misuse']);
    expect((await ann.ask('GET', '/resource?id=n.json')).status).toBe(404);
    expect(await send(`{"token":${quoted},"content":"{}"}`)).toEqual([201, undefined]);
  });

  it('[HT16] a count is a whole number or its digits in a query, and nothing that could be made one', async () => {
    const ann = await server.caller('ann');
    await ann.put('counted.md', 'one\n');
    for (const at of [null, true, '', [0], '1e0', 0.5, -1, ' 1', '0x1', {}]) {
      const draft = await ann.ask('POST', '/drafts', { json: { id: 'counted.md', at } });
      expect([at, draft.status, draft.body.code]).toEqual([at, 400, 'misuse']);
    }
    expect((await ann.ask('POST', '/drafts', { json: { id: 'counted.md', at: 1 } })).body.head.version).toBe(1);
    for (const limit of ['', '1e2', '0x10', '%2010', '+10', '0', '201', '1.0', '99999999999999999'])
      expect([limit, (await ann.ask('GET', `/resources?limit=${limit}`)).status]).toEqual([limit, 400]);
    expect((await ann.ask('GET', '/resources?limit=10&prefix=counted')).body.items).toHaveLength(1);
  });
});
