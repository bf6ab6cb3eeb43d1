// make-fetch-happen, the HTTP client and cache of npm, which nobody here wrote: the whole conditional cycle through its
// cache on disk, against `entente serve`. It keeps what it reads, and may use it again only as far as the answers say.
import fetcher from 'make-fetch-happen';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, openDesk } from '../support/command-line.ts';
import { type Served, serve } from '../support/served.ts';

let desk: Desk;
let server: Served;
beforeAll(async () => {
  desk = await openDesk();
  server = await serve(desk);
});
afterAll(async () => {
  await server.stop();
  desk.close();
});

interface Got {
  readonly status: number;
  readonly text: string;
  readonly etag: string;
  /** What the cache says of the answer: `miss`, `revalidated`, `updated`, or `skip` where it had no part in it. */
  readonly cache: string | null;
}

/** A client with a cache of its own. */
function clientOf(name: string): (method: string, headers?: { [name: string]: string }, body?: string) => Promise<Got> {
  const fetch = fetcher.defaults({ cachePath: desk.path(name), retry: false });
  const url = `${server.url}/v1/spaces/default/resource?id=notes/plan.md`;
  return async (method, headers = {}, body) => {
    const auth = { authorization: `Bearer ${server.key}`, ...headers };
    const answer = await fetch(url, { method, headers: auth, ...(body === undefined ? {} : { body }) });
    const text = await answer.text();
    const told = (name: string): string | null => answer.headers.get(name);
    return { status: answer.status, text, etag: told('etag') ?? '', cache: told('x-local-cache-status') };
  };
}

describe('make-fetch-happen', () => {
  it('[HT9] creates, reads through its cache, revalidates, replaces, is refused, deletes, and takes no stale copy for a fresh one', async () => {
    const [ann, bob] = [clientOf('ann'), clientOf('bob')];
    const created = await ann('PUT', { 'if-none-match': '*' }, 'one\n');
    expect(created.status).toBe(201);
    expect((await bob('PUT', { 'if-none-match': '*' }, 'zero\n')).status).toBe(412);

    // Kept at the first look, and asked about at every further one: the server answers 304, and the cache has the bytes.
    expect(await ann('GET')).toEqual({ status: 200, text: 'one\n', etag: created.etag, cache: 'miss' });
    for (let times = 0; times < 2; times += 1)
      expect(await ann('GET')).toEqual({ status: 200, text: 'one\n', etag: created.etag, cache: 'revalidated' });

    // Another client changes it: what ann's cache has is stale, and is never given out.
    expect((await bob('GET')).text).toBe('one\n');
    const replaced = await bob('PUT', { 'if-match': created.etag }, 'two\n');
    expect([replaced.status, replaced.etag === created.etag]).toEqual([200, false]);
    expect((await ann('PUT', { 'if-match': created.etag }, 'mine\n')).status).toBe(412);
    expect((await ann('PUT', {}, 'mine\n')).status).toBe(428);
    expect(await ann('GET')).toMatchObject({ status: 200, text: 'two\n', etag: replaced.etag });
    expect(await ann('GET')).toMatchObject({ text: 'two\n', cache: 'revalidated' });

    // The same bytes again are another version: an ETag that comes back would let a stale copy pass.
    const back = await bob('PUT', { 'if-match': replaced.etag }, 'one\n');
    expect([back.status, [created.etag, replaced.etag].includes(back.etag)]).toEqual([200, false]);
    expect(await ann('GET')).toMatchObject({ text: 'one\n', etag: back.etag });

    // Gone for one is gone for all, whatever their caches hold, and what comes after is new.
    expect((await ann('DELETE', { 'if-match': replaced.etag })).status).toBe(412);
    expect((await ann('DELETE', { 'if-match': back.etag })).status).toBe(204);
    expect((await ann('GET')).status).toBe(404);
    expect((await bob('GET')).status).toBe(404);
    expect((await bob('PUT', { 'if-match': back.etag }, 'late\n')).status).toBe(412);
    const anew = await bob('PUT', { 'if-none-match': '*' }, 'one\n');
    expect([anew.status, anew.etag === back.etag]).toEqual([201, false]);
    expect(await ann('GET')).toMatchObject({ status: 200, text: 'one\n', etag: anew.etag });
  });
});
