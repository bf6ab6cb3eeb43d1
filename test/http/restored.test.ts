// A backup that is made while a server runs, and restored: under a new server, and under one that goes on running. All that
// clients hold from before (tokens, cursors, ETags, running feeds) is told that it is of another history, and nothing of
// it is taken in silence.
import { expect, it, onTestFinished } from 'vitest';
import { createClient } from '../../src/client/index.ts';
import type { FeedItem } from '../../src/controller/types.ts';
import { openDesk } from '../support/command-line.ts';
import { codeOf, put, textAt } from '../support/entente.ts';
import { type Served, serve } from '../support/served.ts';
import { openEvents } from '../support/sse.ts';

interface Asked {
  readonly status: number;
  readonly body: { readonly [field: string]: unknown };
  readonly etag: string;
}

async function ask(
  { url, key }: Pick<Served, 'url' | 'key'>,
  method: string,
  path: string,
  headers: { readonly [name: string]: string } = {},
  body?: string,
): Promise<Asked> {
  const answer = await fetch(`${url}/v1/spaces/default${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, accept: 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') === true;
  return { status: answer.status, etag: answer.headers.get('etag') ?? '', body: isJson ? JSON.parse(text) : { text } };
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** What a client that has followed from the start is told next: an item, or the code of what ends its feed. */
const nextOf = async (feed: AsyncIterator<FeedItem>): Promise<string> => {
  try {
    const { value } = (await feed.next()) as { value: FeedItem };
    return value.type === 'commit' ? (value.changes[0]?.resource ?? 'commit') : value.type;
  } catch (error) {
    return (error as { readonly code?: string }).code ?? String(error);
  }
};

it('[OP13] a store that was restored refuses every token, cursor and ETag of before, and clients that are told begin anew', async () => {
  const desk = await openDesk();
  onTestFinished(desk.close);
  const old = await serve(desk);
  onTestFinished(() => void old.child.kill('SIGKILL'));
  const client = createClient({ url: old.url, key: old.key });
  const first = await put(client, 'a', 'kept');
  const early = await ask(old, 'GET', '/resource?id=a');
  expect((await desk.run(['backup', 'kept.db'])).code).toBe(0);
  await put(client, 'a', 'lost');
  await put(client, 'b', 'lost too');

  // What a client holds when the server goes: of before the backup, and of after it.
  const held = [first.token, (await client.begin('a', { agent: 'ann' })).token];
  const late = await ask(old, 'GET', '/resource?id=a');
  const { epoch, revision } = await client.position();
  const feed = client.feed()[Symbol.asyncIterator]();
  expect([await nextOf(feed), await nextOf(feed), await nextOf(feed)]).toEqual(['a', 'a', 'b']);
  const stream = await openEvents(`${old.url}/v1/spaces/default/events`, { key: old.key });
  await stream.take(3, 'commit');
  const page = await ask(old, 'GET', '/resources?limit=1');

  expect(await old.stop()).toBe(0);
  const [end] = await stream.take(1, 'end');
  expect(JSON.parse(end?.data ?? '{}')).toMatchObject({ reason: 'shutdown' });
  expect((await desk.run(['restore', 'kept.db'])).code).toBe(0);
  const server = await serve(desk, ['--port', new URL(old.url).port]);
  onTestFinished(() => void server.child.kill('SIGKILL'));
  expect([server.url, server.key]).toEqual([old.url, old.key]);

  for (const token of held)
    for (const resolve of [client.commit, client.commitOrResolve])
      expect(await codeOf(() => resolve(token, { content: 'overwritten' }))).toBe('epoch-changed');
  const body = JSON.stringify({ token: held[1]?.seal, content: 'overwritten' });
  const refused = await ask(server, 'POST', '/commits', JSON_TYPE, body);
  expect([refused.status, refused.body['code']]).toEqual([410, 'epoch-changed']);
  for (const { etag } of [early, late]) {
    const answer = await ask(server, 'PUT', '/resource?id=a', { 'if-match': etag }, 'overwritten');
    expect([answer.status, answer.body['code']]).toEqual([412, 'precondition-failed']);
    expect((await ask(server, 'GET', '/resource?id=a', { 'if-none-match': etag })).status).toBe(200);
  }
  for (const cursor of [`${epoch}:0`, `${epoch}:1`, `${epoch}:${revision}`, stream.lastId()]) {
    const events = await ask(server, 'GET', `/events?since=${cursor}`);
    expect([cursor, events.status, events.body['code']]).toEqual([cursor, 410, 'epoch-changed']);
    const audit = await ask(server, 'GET', `/audit?cursor=${cursor}`);
    expect([cursor, audit.status, audit.body['code']]).toEqual([cursor, 410, 'epoch-changed']);
  }
  // The place in a list is an id, which means the same in both histories.
  expect((await ask(server, 'GET', `/resources?cursor=${String(page.body['next'])}`)).body['items']).toEqual([]);

  // A feed that was running took itself up again, and says what happened; then everybody begins anew.
  expect(await nextOf(feed)).toBe('epoch-changed');
  expect(await textAt(client, 'a')).toBe('kept');
  expect(await client.read('b')).toBeUndefined();
  const anew = client.feed()[Symbol.asyncIterator]();
  expect(await nextOf(anew)).toBe('a');
  await put(client, 'a', 'after');
  expect(await nextOf(anew)).toBe('a');

  // Restored under a server that goes on running: open streams are reset, and the rest is the same.
  const open = await openEvents(`${server.url}/v1/spaces/default/events`, { key: server.key });
  await open.take(2, 'commit');
  const { token } = await client.begin('a', { agent: 'ann' });
  expect((await desk.run(['restore', 'kept.db'])).code).toBe(0);
  const [reset] = await open.take(1, 'reset');
  expect(JSON.parse(reset?.data ?? '{}')).toMatchObject({ code: 'epoch-changed' });
  expect(await nextOf(anew)).toBe('epoch-changed');
  expect(await codeOf(() => client.commit(token, { content: 'overwritten' }))).toBe('epoch-changed');
  expect(await textAt(client, 'a')).toBe('kept');
  expect((await put(client, 'a', 'once more')).version).toBe(2);
  expect(await server.stop()).toBe(0);
  expect((await desk.run(['verify'])).code).toBe(0);
});
