// What no route takes: a wrong method of a path that is there, and a path that is not.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRaw } from '../../test/support/raw-http.ts';
import { type Caller, openServer, type Server } from '../../test/support/server.ts';
import { createMethods } from './methods.ts';
import { pathOf } from './openapi/document.ts';
import { ENDPOINTS } from './openapi/endpoints.ts';

const mounts = [{ path: '/mcp', handle: async () => undefined, close: async () => undefined }];

let server: Server;
let ann: Caller;
beforeAll(async () => {
  server = await openServer({ http: { dashboard: false }, mounts: () => mounts });
  ann = await server.caller('ann');
});
afterAll(() => server.close());

describe('methods', () => {
  it('[HT34] one that a path does not have is 405 with those that it has', async () => {
    const wrong: readonly (readonly [method: string, path: string, allow: string])[] = [
      ['POST', '/resource?id=a', 'DELETE, GET, HEAD, PUT'],
      ['PATCH', '/resource?id=a', 'DELETE, GET, HEAD, PUT'],
      ['GET', '/commits', 'POST'],
      ['PUT', '/conflicts/none', 'GET, HEAD'],
      ['GET', '/conflicts/none/claim', 'DELETE, POST'],
      ['OPTIONS', '//v1/keys', 'GET, HEAD, POST'],
      ['DELETE', '//healthz', 'GET, HEAD'],
      ['POST', '//openapi.json', 'GET, HEAD'],
      ['PUT', '//mcp', 'DELETE, GET, POST'],
      ['PUT', '//mcp/lab', 'DELETE, GET, POST'],
    ];
    // A stream has no head.
    const stream = await ann.ask('HEAD', '/events');
    expect([stream.status, stream.headers.get('allow')]).toEqual([405, 'GET']);
    for (const [method, path, allow] of wrong) {
      const { status, headers, body } = await ann.ask(method, path);
      const told = [status, headers.get('allow'), headers.get('content-type'), body.code, body.next];
      expect([method, path, ...told]).toEqual([
        ...[method, path, 405, allow, 'application/problem+json; charset=utf-8', 'method-not-allowed'],
        ['GET /openapi.json'],
      ]);
    }
    const head = await ann.ask('HEAD', '/commits');
    expect([head.status, head.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('[HT34] a path that is not there is 404 whatever the method, also where it begins like one that is', async () => {
    const paths = [
      '/resource/',
      '/resourc',
      '/resource/heads',
      '//v1',
      '//v1/spaces',
      '//v1/keys/a/b',
      '//',
      '//assets/a.js',
    ];
    for (const path of [...paths, '//openapiXjson', '//mcp/a/b'])
      for (const method of ['GET', 'POST', 'PATCH']) {
        const { status, headers, body } = await ann.ask(method, path);
        expect([method, path, status, body.code, headers.get('allow')]).toEqual([method, path, 404, 'not-found', null]);
      }
  });

  it('[HT34] Host and Origin are looked at first, and a key is asked for by neither answer', async () => {
    const send = async (method: string, path: string, ...lines: readonly string[]): Promise<number> => {
      const head = [`${method} ${path} HTTP/1.1`, ...lines, 'Connection: close', '', ''].join('\r\n');
      return (await sendRaw(server.url, head)).status;
    };
    for (const [path, status] of [
      ['/v1/keys', 405],
      ['/v1/none', 404],
    ] as const) {
      expect(await send('PUT', path, 'Host: localhost')).toBe(status);
      expect(await send('PUT', path, 'Host: evil.example')).toBe(403);
      expect(await send('PUT', path, 'Host: localhost', 'Origin: https://evil.example')).toBe(403);
    }
  });

  it('[HT34] every endpoint of the list is found by its path, and its path alone', () => {
    const methodsOf = createMethods({ mounts: [], pages: true });
    for (const endpoint of ENDPOINTS) {
      const path = pathOf(endpoint).replace(/\{\w+\}/g, 'a%2Fb');
      expect([path, methodsOf(path).includes(endpoint.method.toUpperCase())]).toEqual([path, true]);
      expect(methodsOf(`${path}/x/y`)).toEqual([]);
    }
  });
});
