// What does not come in: compressed, endless and crooked requests, and those that a page of another site makes a browser
// send.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRaw } from '../../test/support/raw-http.ts';
import { type Caller, fetchAnswer, openServer, type Server } from '../../test/support/server.ts';
import { createService } from '../service/service.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { createHttpApp } from './app.ts';
import { createBorder } from './border.ts';

let server: Server;
let ann: Caller;
beforeAll(async () => {
  server = await openServer({ limits: { bodyBytes: 10_000 } });
  ann = await server.caller('ann');
});
afterAll(() => server.close());

const DRAFTS = '/v1/spaces/default/drafts';
const lines = (...all: readonly string[]): string => `${all.join('\r\n')}\r\n\r\n`;
const post = (...headers: readonly string[]): string =>
  lines(
    `POST ${DRAFTS} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${ann.key}`,
    'Content-Type: application/json',
    ...headers,
  );

describe('the border', () => {
  it('[H01] a compressed body is refused unread', async () => {
    const bytes = gzipSync(Buffer.alloc(1_000_000));
    for (const coding of ['gzip', 'br', 'zstd', 'deflate', 'identity, gzip']) {
      const headers = { 'content-type': 'application/json', 'content-encoding': coding };
      const answer = await ann.ask('POST', '/drafts', { bytes, headers });
      expect([coding, answer.status, answer.body.code]).toEqual([coding, 415, 'unsupported-media']);
    }
    const packed = await sendRaw(server.url, `${post('Transfer-Encoding: gzip, chunked')}2\r\n{}\r\n0\r\n\r\n`);
    expect([packed.status, packed.closed]).toEqual([415, true]);
    const plain = { 'content-type': 'application/json', 'content-encoding': 'identity' };
    expect((await ann.ask('POST', '/drafts', { bytes: '{"id":"a"}', headers: plain })).status).toBe(200);
  });

  it('[H02] a limit that is no number is no limit: the service does not start', () => {
    const store = createMemoryStore();
    for (const bodyBytes of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1.5, 'abc', null])
      expect(() => createService({ store, limits: { bodyBytes: bodyBytes as number } })).toThrow(/bodyBytes/);
    expect(() => createService({ store, limits: { body: 1 } as never })).toThrow(/no limit/);
    for (const publicUrl of [
      'entente.example',
      'ftp://entente.example',
      'https://ann:pw@entente.example',
      'https://x/?y',
    ])
      expect(() => createBorder({ publicUrl })).toThrow(/no URL/);
    for (const host of ['https://box', 'box/path', 'box:port', '*', '', 'a b'])
      expect(() => createBorder({ allowHosts: [host] })).toThrow(/no host/);
  });

  it('[H03] a request has 30 seconds to arrive, its headers 10', () => {
    expect([server.app.server.requestTimeout, server.app.server.headersTimeout]).toEqual([30_000, 10_000]);
  });

  it('[H05] two lengths, bare line feeds and headers without end are refused, and the connection ended', async () => {
    const both = await sendRaw(server.url, `${post('Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`);
    expect([both.status, both.closed]).toEqual([400, true]);
    const bare = await sendRaw(server.url, `POST ${DRAFTS} HTTP/1.1\nHost: localhost\nContent-Length: 2\n\n{}`);
    expect([bare.status, bare.closed]).toEqual([400, true]);
    const long = await sendRaw(server.url, post(`X-Long: ${'x'.repeat(17 * 1024)}`, 'Content-Length: 2'));
    expect([long.status, long.closed]).toEqual([431, true]);
    const unknown = await sendRaw(server.url, lines('JUMP /healthz HTTP/1.1', 'Host: localhost'));
    expect([unknown.status, unknown.closed]).toEqual([400, true]);
    for (const { status, text } of [both, bare, long, unknown]) {
      const [head = '', body = ''] = text.split('\r\n\r\n');
      expect(head).toMatch(/^content-type: application\/problem\+json/im);
      expect(JSON.parse(body)).toMatchObject({ status, type: '/errors/misuse', next: [expect.any(String)] });
    }
  });

  it('[H09] a host, a key and a type that come twice are 400: neither the first nor the last wins', async () => {
    for (const twice of ['Host: localhost', `Authorization: Bearer ${ann.key}`, 'Content-Type: application/json']) {
      const raw = await sendRaw(server.url, `${post(twice, 'Connection: close', 'Content-Length: 10')}{"id":"a"}`);
      expect([twice, raw.status, raw.text.includes('more than once')]).toEqual([twice, 400, true]);
    }
  });

  it('[H11] a body beyond the limit is refused from its header or at the limit, and the rest is not read', async () => {
    const huge = await sendRaw(server.url, post(`Content-Length: ${10 * 1024 ** 3}`));
    expect([huge.status, huge.closed]).toEqual([413, true]);
    expect(huge.text.toLowerCase()).toContain('connection: close');
    const endless = await sendRaw(
      server.url,
      post('Transfer-Encoding: chunked'),
      () => `3e8\r\n${' '.repeat(1000)}\r\n`,
    );
    expect([endless.status, endless.closed]).toEqual([413, true]);
    expect(endless.text).toContain('too-large');
    // Without a key no body is read at all.
    const unknown = await sendRaw(
      server.url,
      `${lines(`POST ${DRAFTS} HTTP/1.1`, 'Host: localhost', 'Content-Length: 100000')}`,
    );
    expect([unknown.status, unknown.closed]).toEqual([401, true]);
  });

  it('[W04] a page of another site can send nothing: no form, no script, no foreign origin', async () => {
    const key = { authorization: `Bearer ${ann.key}` };
    const url = `${server.url}${DRAFTS}`;
    const send = (headers: { readonly [name: string]: string }): ReturnType<typeof fetchAnswer> =>
      fetchAnswer(url, { method: 'POST', body: '{"id":"a"}', headers: { ...key, ...headers } });
    const json = { 'content-type': 'application/json' };
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect([type, (await send({ 'content-type': type })).status]).toEqual([type, 415]);
    for (const origin of ['https://evil.example', 'null', 'http://evil.example:4711'])
      expect([origin, (await send({ ...json, origin })).body.code]).toEqual([origin, 'forbidden']);
    const own = await send({ ...json, origin: server.url });
    expect(own.status).toBe(200);
    expect([...own.headers.keys()].filter((name) => /^access-control|^set-cookie/.test(name))).toEqual([]);
    const raw = await sendRaw(
      server.url,
      `${post('Sec-Fetch-Site: cross-site', 'Connection: close', 'Content-Length: 10')}{"id":"a"}`,
    );
    expect(raw.status).toBe(403);
    // There is nothing that a browser would send along by itself: without the header there is no caller.
    expect((await fetchAnswer(url, { method: 'POST', body: '{"id":"a"}', headers: json })).status).toBe(401);
    const options = await fetchAnswer(url, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } });
    expect(options.status).toBe(403);
  });

  it('[W04] a link of another site leads to the page of the dashboard or of a code, and to nothing else', async () => {
    const visit = async (path: string, dest: string, method: string = 'GET'): Promise<number> => {
      const site = ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', `Sec-Fetch-Dest: ${dest}`];
      const key = `Authorization: Bearer ${ann.key}`;
      const first = `${method} ${path} HTTP/1.1`;
      return (await sendRaw(server.url, lines(first, 'Host: localhost', key, ...site, 'Connection: close'))).status;
    };
    // It is there or not, by whether it was built: nobody is turned away.
    expect([200, 404]).toContain(await visit('/', 'document'));
    expect([await visit('/errors', 'document'), await visit('/errors/conflict', 'document')]).toEqual([200, 200]);
    const refused = [
      ...['iframe', 'object', 'embed'].map((dest) => visit('/', dest)),
      ...['/?x', '/errors/a/b', '/errorsx', '/assets/app.js', '/v1/whoami', '/healthz'].map((path) =>
        visit(path, 'document'),
      ),
      visit('/', 'document', 'POST'),
    ];
    expect(await Promise.all(refused)).toEqual(refused.map(() => 403));
  });

  it('[W05] a name that only points here is refused on every route, before anything is read', async () => {
    const paths: string[] = [];
    const store = createMemoryStore();
    const app = createHttpApp({ service: createService({ store }) });
    app.addHook('onRoute', ({ url }) => {
      paths.push(url);
    });
    await app.ready();
    expect(paths.length).toBeGreaterThan(20);
    for (const path of [...paths, '/nowhere', '/', '/%ZZ', '/v1/spaces/%E0%A4/resource']) {
      const raw = await sendRaw(
        server.url,
        lines(
          `GET ${path} HTTP/1.1`,
          'Host: evil.example:4711',
          `Authorization: Bearer ${ann.key}`,
          'Connection: close',
        ),
      );
      expect([path, raw.status]).toEqual([path, 403]);
      expect(raw.text).toMatch(/^x-content-type-options: nosniff/im);
    }
    for (const [line, status] of [
      ['http://evil.example/healthz', 403],
      ['//evil.example/healthz', 404],
      ['http://localhost/healthz', 200],
    ] as const) {
      const raw = await sendRaw(server.url, lines(`GET ${line} HTTP/1.1`, 'Host: localhost', 'Connection: close'));
      expect([line, raw.status]).toEqual([line, status]);
    }
    await app.close();
    await store.close();
  });

  it('[W05] a server that is reached from outside knows the names it was given, and no others', async () => {
    const known = createBorder({ publicUrl: 'https://entente.example.org', allowHosts: ['BOX:4711', '[fd00::1]'] });
    const check = (headers: { readonly [name: string]: string }) => () =>
      known.check({ headers, raw: { rawHeaders: [], url: '/' } } as never);
    expect(check({ host: 'entente.example.org' })).not.toThrow();
    expect(check({ host: 'ENTENTE.example.org:443', origin: 'https://entente.example.org' })).not.toThrow();
    expect(check({ host: 'box:4711' })).not.toThrow();
    expect(check({ host: 'box:4711', origin: 'http://box:4711' })).not.toThrow();
    expect(check({ host: 'box:4711', origin: 'http://box:7412' })).toThrow(/origin/);
    expect(check({ host: 'box:4711', origin: 'https://evil.example' })).toThrow(/origin/);
    expect(check({ host: 'box:7412' })).toThrow(/host/);
    expect(check({ host: '[fd00::1]:4711' })).not.toThrow();
    expect(check({ host: 'entente.example.org.evil.example' })).toThrow(/host/);
    expect(check({ host: 'localhost:4711', origin: 'http://localhost:7412' })).toThrow(/origin/);
    expect(check({})).toThrow(/host/);
  });
});
