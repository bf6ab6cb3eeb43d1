// Plain conditional requests (RFC 9110): what lands, what is refused, and that nothing is merged behind the caller's back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Caller, openServer, type Server } from '../../test/support/server.ts';
import { withMethods } from '../../test/support/wrap.ts';
import { createMemoryStore } from '../stores/memory.ts';

let server: Server;
let ann: Caller;
let count = 0;
beforeAll(async () => {
  server = await openServer();
  ann = await server.caller('ann');
});
afterAll(() => server.close());

interface Resource {
  readonly at: string;
  readonly etag: string;
  put(bytes: string, headers: { readonly [name: string]: string }): Promise<Answer>;
  text(): Promise<string>;
}

async function resource(content: string = 'one\n'): Promise<Resource> {
  count += 1;
  const at = `/resource?id=doc-${count}.md`;
  const put = (bytes: string, headers: { readonly [name: string]: string }): Promise<Answer> =>
    ann.ask('PUT', at, { bytes, headers });
  const made = await put(content, { 'if-none-match': '*' });
  expect(made.status).toBe(201);
  return { at, etag: made.body.etag, put, text: async () => (await ann.ask('GET', at)).text };
}

describe('conditional writes', () => {
  it('[HT4] creates, replaces and deletes exactly what was named, and tells the next ETag', async () => {
    const doc = await resource();
    const replaced = await doc.put('two\n', { 'if-match': doc.etag });
    expect([replaced.status, replaced.body.version, replaced.body.created]).toEqual([200, 2, false]);
    expect(replaced.headers.get('etag')).toBe(replaced.body.etag);
    const gone = await ann.ask('DELETE', doc.at, { headers: { 'if-match': replaced.body.etag } });
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await ann.ask('GET', doc.at)).status).toBe(404);
    const again = await doc.put('new life\n', { 'if-none-match': '*' });
    expect([again.status, again.body.version]).toEqual([201, 4]);
  });

  it('[HT4] merges nothing: a stale write is 412, although its change touches another line', async () => {
    const doc = await resource('a\nb\nc\n');
    await doc.put('A\nb\nc\n', { 'if-match': doc.etag });
    const stale = await doc.put('a\nb\nC\n', { 'if-match': doc.etag });
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition-failed']);
    expect(await doc.text()).toBe('A\nb\nc\n');
    expect((await doc.put('x\n', { 'if-none-match': '*' })).status).toBe(412);
    expect((await ann.ask('DELETE', doc.at, { headers: { 'if-match': doc.etag } })).status).toBe(412);
  });

  it('[HT4] of several that name one version and write the same bytes one lands, and the others are told what is there', async () => {
    const inner = createMemoryStore();
    // A store that is waited for: what others write comes between the look and the write.
    const store = withMethods(inner, { read: async (space, ids) => inner.read(space, ids) });
    const slow = await openServer({ store });
    const bob = await slow.caller('bob');
    const statuses = async (sent: readonly Promise<Answer>[]): Promise<readonly number[]> =>
      (await Promise.all(sent)).map(({ status }) => status).sort();
    const at = '/resource?id=one.md';
    const put = (bytes: string, headers: { readonly [name: string]: string }): Promise<Answer> =>
      bob.ask('PUT', at, { bytes, headers });
    const etag = async (): Promise<string> => (await bob.ask('GET', '/resource/head?id=one.md')).body.etag;
    const make = (): Promise<Answer> => put('lock', { 'if-none-match': '*' });
    expect(await statuses([make(), make()])).toEqual([201, 412]);
    const one = { 'if-match': await etag() };
    expect(await statuses([put('1', one), put('1', one), put('1', one)])).toEqual([200, 412, 412]);
    const two = { 'if-match': await etag() };
    const undo = (): Promise<Answer> =>
      bob.ask('POST', '/resource/undo', { headers: two, json: { id: 'one.md', version: 1 } });
    expect(await statuses([undo(), undo()])).toEqual([200, 412]);
    const three = { 'if-match': await etag() };
    // The same bytes again on the version that has them are no change, and no conflict.
    expect((await put('lock', three)).body).toMatchObject({ version: 3 });
    const end = (): Promise<Answer> => bob.ask('DELETE', at, { headers: three });
    expect(await statuses([end(), end()])).toEqual([204, 412]);
    await slow.close();
  });

  it('[HT4] an If-None-Match with a tag names no version: it is refused, and nothing is overwritten or deleted', async () => {
    const doc = await resource();
    for (const tag of ['"other"', 'W/"other"', `${doc.etag}, "other"`]) {
      expect((await doc.put('blind\n', { 'if-none-match': tag })).body).toMatchObject({ status: 400, code: 'misuse' });
      const gone = await ann.ask('DELETE', doc.at, { headers: { 'if-none-match': tag } });
      expect(gone.body).toMatchObject({ status: 400, code: 'misuse' });
    }
    const policy = await ann.ask('PUT', '/policy', { headers: { 'if-none-match': '"x"' }, json: { rules: [] } });
    expect(policy.status).toBe(400);
    expect(await doc.text()).toBe('one\n');
    const fresh = await ann.ask('PUT', '/resource?id=fresh.md', { bytes: 'x', headers: { 'if-none-match': '"x"' } });
    expect(fresh.status).toBe(400);
  });

  it('[HT4] a part of a content is not taken for all of it', async () => {
    const doc = await resource();
    const part = await doc.put('n', { 'if-match': doc.etag, 'content-range': 'bytes 1-1/4' });
    expect(part.body).toMatchObject({ status: 400, code: 'misuse' });
    expect(await doc.text()).toBe('one\n');
  });

  it('[HT4] a read with a condition that does not hold is 412', async () => {
    const doc = await resource();
    const read = (etag: string): Promise<Answer> => ann.ask('GET', doc.at, { headers: { 'if-match': etag } });
    expect((await read(doc.etag)).text).toBe('one\n');
    expect((await read('*')).status).toBe(200);
    await doc.put('two\n', { 'if-match': doc.etag });
    expect((await read(doc.etag)).body).toMatchObject({ status: 412, code: 'precondition-failed' });
    expect((await read(`W/${doc.etag}`)).body.code).toBe('weak-etag');
    const old = await ann.ask('GET', doc.at.replace('?', '/versions/1?'), { headers: { 'if-match': doc.etag } });
    expect(old.text).toBe('one\n');
  });

  it('[HT4] of many that name the same version, one lands', async () => {
    const doc = await resource();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => doc.put(`writer ${index}\n`, { 'if-match': doc.etag })),
    );
    expect(all.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(19).fill(412)]);
  });

  it('[H06] compares strongly: a list, * for what is there, never a weak tag; what is no tag is 400', async () => {
    const doc = await resource();
    const weak = await doc.put('w\n', { 'if-match': `W/${doc.etag}` });
    expect([weak.status, weak.body.code]).toEqual([412, 'weak-etag']);
    for (const odd of ['unquoted', '"open', ',', '""x', doc.etag.slice(1, -1)])
      expect([odd, (await doc.put('o\n', { 'if-match': odd })).status]).toEqual([odd, 400]);
    expect((await doc.put('o\n', { 'if-match': '"other", W/"weak"' })).status).toBe(412);
    expect(await doc.text()).toBe('one\n');
    const listed = await doc.put('l\n', { 'if-match': `"other", ${doc.etag}` });
    expect(listed.status).toBe(200);
    expect((await doc.put('s\n', { 'if-match': '*' })).status).toBe(200);
    expect((await ann.ask('PUT', '/resource?id=never', { bytes: 'x', headers: { 'if-match': '*' } })).status).toBe(412);
  });

  it('[H06] an empty condition is 400, not none', async () => {
    const { sendRaw } = await import('../../test/support/raw-http.ts');
    const doc = await resource();
    const path = `/v1/spaces/default${doc.at}`;
    const head = `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${ann.key}\r\nConnection: close\r\n`;
    const answer = await sendRaw(server.url, `${head}If-Match:\r\nContent-Length: 1\r\n\r\nx`);
    expect(answer.status).toBe(400);
    expect(await doc.text()).toBe('one\n');
  });

  it('[H07] asks that nobody re-codes a versioned answer, compresses none, and tells the version in the body too', async () => {
    const doc = await resource();
    const read = await ann.ask('GET', doc.at, { headers: { 'accept-encoding': 'gzip, br' } });
    expect(read.headers.get('cache-control')).toBe('no-transform, no-cache');
    expect(read.headers.get('content-encoding')).toBe(null);
    expect(read.headers.get('etag')).toBe(doc.etag);
    const draft = await ann.ask('POST', '/drafts', { json: { id: doc.at.slice('/resource?id='.length) } });
    expect(draft.body).toMatchObject({ etag: doc.etag, head: { version: 1 } });
    // On a read a weak tag is as good: it says that the bytes need not be sent again.
    expect((await ann.ask('GET', doc.at, { headers: { 'if-none-match': `W/${doc.etag}` } })).status).toBe(304);
  });

  it('[H08] refuses a write that names nothing, and one that goes by time', async () => {
    const doc = await resource();
    const bare = await doc.put('x\n', {});
    expect([bare.status, bare.body.code]).toEqual([428, 'precondition-required']);
    expect((await ann.ask('DELETE', doc.at)).status).toBe(428);
    const timed = await doc.put('x\n', { 'if-unmodified-since': 'Sat, 28 Nov 2026 10:00:00 GMT' });
    expect(timed.status).toBe(428);
    expect(await doc.text()).toBe('one\n');
  });

  it('[H09] what is said twice, and differently, is 400: neither the first nor the last wins', async () => {
    const doc = await resource();
    expect((await ann.ask('GET', `${doc.at}&id=other`)).status).toBe(400);
    expect((await ann.ask('GET', `${doc.at}&${doc.at.slice('/resource?'.length)}`)).status).toBe(400);
    const token = await ann.begin('twice.md');
    const other = await ann.ask('POST', '/commits', { json: { token, id: 'other.md', content: 'x' } });
    expect([other.status, other.body.code]).toEqual([400, 'token-mismatch']);
    const both = await ann.ask('POST', '/commits', { json: { token, content: 'x', append: 'y' } });
    expect([both.status, both.body.code]).toEqual([400, 'misuse']);
    const odd = await ann.ask('POST', '/commits', { json: { token, content: 'x', baseVersion: 3 } });
    expect([odd.status, odd.body.code]).toEqual([400, 'misuse']);
    const keyed = { json: { token, content: 'x', commitId: 'one' }, headers: { 'idempotency-key': 'two' } };
    expect((await ann.ask('POST', '/commits', keyed)).status).toBe(400);
    for (const json of [[], 'x', null, 3]) expect((await ann.ask('POST', '/commits', { json })).status).toBe(400);
  });

  it('[H10] the same key gets the first answer again; another body is 422; keys are each principal’s own', async () => {
    const doc = await resource();
    const sent = { 'if-match': doc.etag, 'idempotency-key': 'k-1' };
    const first = await doc.put('two\n', sent);
    await doc.put('three\n', { 'if-match': first.body.etag });
    const replayed = await doc.put('two\n', sent);
    expect([replayed.status, replayed.body]).toEqual([200, { ...first.body, replayed: true }]);
    const other = await doc.put('else\n', sent);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-mismatch']);
    expect((await doc.put('two\n', { ...sent, 'if-match': '*' })).status).toBe(422);
    const second = await server.caller('ann');
    const own = await second.ask('PUT', '/resource?id=own.md', {
      bytes: 'two\n',
      headers: { 'if-none-match': '*', 'idempotency-key': 'k-1' },
    });
    expect(own.status).toBe(201);
    expect(await doc.text()).toBe('three\n');
  });

  it('[H10] a commit under a key: replayed, refused with another body, and one of two at once is told to wait', async () => {
    const token = await ann.begin('keyed.md');
    const send = (content: string): Promise<Answer> =>
      ann.ask('POST', '/commits', { json: { token, content }, headers: { 'idempotency-key': 'k-2' } });
    const first = await send('one\n');
    expect(first.body).toMatchObject({ status: 'committed', commitId: 'k-2' });
    expect((await send('one\n')).body).toMatchObject({ status: 'committed', commitId: 'k-2', replayed: true });
    expect((await send('two\n')).body.code).toBe('idempotency-mismatch');
    const call = server.service.call({ principal: { id: ann.id } as never, space: 'default', requestId: 'r' });
    const { once } = await import('../service/once.ts');
    const twice = once(call, 'k-3', () => once(call, 'k-3', async () => 1));
    await expect(twice).rejects.toMatchObject({ code: 'idempotency-in-progress' });
    expect(await once(call, 'k-3', async () => 2)).toBe(2);
  });

  it('[HT5] says what a commit would come to, and changes nothing', async () => {
    const doc = await resource();
    const id = doc.at.slice('/resource?id='.length);
    const before = (await ann.ask('GET', '/audit/head')).body.cursor;
    const token = await ann.begin(id);
    const dry = await ann.ask('POST', '/commits?dry_run=1', { json: { token, content: 'two\n' } });
    expect([dry.status, dry.body.status, dry.body.version]).toEqual([200, 'committed', 2]);
    const stale = await ann.begin(id);
    expect((await ann.ask('POST', '/commits', { json: { token, content: 'three\n' } })).status).toBe(200);
    const refused = await ann.ask('POST', '/commits?dry_run=1', { json: { token: stale, content: 'four\n' } });
    expect([refused.status, refused.body.status]).toEqual([200, 'rejected']);
    expect((await ann.ask('POST', '/commits?dry_run=yes', { json: { token: stale, content: 'x' } })).status).toBe(400);
    expect((await ann.ask('GET', `/audit?cursor=${before}`)).body.items).toHaveLength(1);
  });

  it('[HT5] the token of what would be stored is the one to store it with', async () => {
    const doc = await resource();
    const token = await ann.begin(doc.at.slice('/resource?id='.length));
    const dry = await ann.ask('POST', '/commits?dry_run=1', { json: { token, content: 'two\n' } });
    expect(dry.body.token).toBe(token);
    const real = await ann.ask('POST', '/commits', { json: { token: dry.body.token, content: 'two\n' } });
    expect([real.status, real.body.status, await doc.text()]).toEqual([200, 'committed', 'two\n']);
  });

  it('[HT5] no other request that changes something takes a query for a wish', async () => {
    const doc = await resource();
    const token = await ann.begin(doc.at.slice('/resource?id='.length));
    const writes = [{ token, content: 'two\n' }];
    const tried = await ann.ask('POST', '/transactions?dry_run=1', { json: { writes } });
    expect(tried.body).toMatchObject({
      status: 400,
      code: 'misuse',
      next: [expect.stringMatching(/^Nothing was written/)],
    });
    expect((await ann.ask('POST', '/drafts?foo=1', { json: { id: 'new.md' } })).body.code).toBe('misuse');
    const policy = await ann.ask('PUT', '/policy?dry_run=1', {
      json: { rules: [] },
      headers: { 'if-none-match': '*' },
    });
    expect(policy.body.code).toBe('misuse');
    expect(await doc.text()).toBe('one\n');
  });

  it('[HT5] is not for who may not read: what it says could be tried on what is there', async () => {
    const doc = await resource('secret');
    const id = doc.at.slice('/resource?id='.length);
    const writer = await server.caller('writer', ['commit@default:**']);
    const token = await writer.begin(id);
    for (const content of ['secret', 'wrong']) {
      const { body } = await writer.ask('POST', '/commits?dry_run=1', { json: { token, content } });
      expect(body).toMatchObject({ status: 403, code: 'forbidden' });
    }
  });

  it('[HT6] keeps bytes as they are, whatever they are', async () => {
    const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0, 255, 254, 10, 13]);
    const at = '/resource?id=bytes.bin';
    await ann.ask('PUT', at, { bytes, headers: { 'if-none-match': '*', 'content-type': 'image/x-test' } });
    const response = await fetch(`${server.url}/v1/spaces/default${at}`, {
      headers: { authorization: `Bearer ${ann.key}` },
    });
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
    expect(response.headers.get('entente-media-type')).toBe('image/x-test');
    const draft = (await ann.ask('POST', '/drafts', { json: { id: 'bytes.bin' } })).body;
    expect([draft.encoding, Buffer.from(draft.content, 'base64')]).toEqual(['base64', Buffer.from(bytes)]);
    const json = { token: draft.token, append: '/w==', encoding: 'base64' };
    expect((await ann.ask('POST', '/commits', { json })).status).toBe(200);
    expect((await ann.ask('POST', '/commits', { json: { ...json, append: 'no base64!' } })).status).toBe(400);
  });

  it('[W03] stored content is never shown as a page', async () => {
    const at = '/resource?id=page.html';
    const headers = { 'if-none-match': '*', 'content-type': 'text/html' };
    await ann.ask('PUT', at, { bytes: '<script>alert(1)</script>', headers });
    const read = await ann.ask('GET', at);
    expect(read.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(read.headers.get('x-content-type-options')).toBe('nosniff');
    expect(read.headers.get('content-disposition')).toBe('attachment');
    expect(read.headers.get('content-security-policy')).toContain('sandbox');
    expect(read.headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});
