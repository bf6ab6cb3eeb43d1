// A server that stops while requests are under way, seen from the connection they came on.
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { openServer } from '../../test/support/server.ts';
import { createTestStore } from '../../test/support/stores.ts';
import { withMethods } from '../../test/support/wrap.ts';

/** One request as it stands on the wire. */
function wire(key: string, method: string, path: string, json?: object): string {
  const body = json === undefined ? '' : JSON.stringify(json);
  const type = json === undefined ? '' : `content-type: application/json\r\ncontent-length: ${body.length}\r\n`;
  return `${method} /v1/spaces/default${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${key}\r\n${type}\r\n${body}`;
}

it('[OP12] what is under way is answered, what comes after gets a problem with Retry-After, and nothing of it is done', async () => {
  const inner = createTestStore();
  let hold: Promise<void> | undefined;
  let held = 0;
  const store = withMethods(inner, {
    commit: async (requests) => {
      if (hold !== undefined) held += 1;
      await hold;
      return inner.commit(requests);
    },
  });
  const server = await openServer({ store });
  const ann = await server.caller('ann');
  const [first, second] = [await ann.begin('first'), await ann.begin('second')];
  let release = (): void => undefined;
  hold = new Promise((resolve) => {
    release = resolve;
  });
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.write(wire(ann.key, 'POST', '/commits', { token: first, content: 'kept' }));
  while (held === 0) await new Promise((resolve) => setImmediate(resolve));
  const closed = server.app.close();
  // Sent behind the one that is under way, on the same connection.
  const taken = new Promise<void>((resolve) => server.app.server.once('request', () => resolve()));
  socket.write(wire(ann.key, 'POST', '/commits', { token: second, content: 'not done' }));
  await taken;
  release();
  await once(socket, 'close');
  await closed;
  const [, one = '', two = ''] = text.split('HTTP/1.1 ');
  expect(one).toMatch(/^201 /);
  expect(two).toMatch(/^503 /);
  expect(two).toMatch(/^content-type: application\/problem\+json/m);
  expect(two).toMatch(/^retry-after: 5\r$/m);
  expect(two).toMatch(/^connection: close\r$/m);
  const problem = JSON.parse(two.slice(two.indexOf('\r\n\r\n'))) as { readonly [field: string]: unknown };
  expect(problem).toMatchObject({ code: 'store-unavailable', status: 503, retryable: true, type: expect.any(String) });
  expect(two).toContain(`entente-request-id: ${String(problem['requestId'])}`);
  const { heads } = await inner.read('default' as never, ['first', 'second'] as never);
  expect(heads.map((head) => head?.version)).toEqual([1, undefined]);
  await inner.close();
});
