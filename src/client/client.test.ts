// What is the client's own: what it is made with, what it says of answers that do not come, and what it does not do.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { as, codeOf } from '../../test/support/desk.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { openServer, type Server } from '../../test/support/server.ts';
import type { Controller } from '../controller/types.ts';
import { isEntenteError } from '../core/errors.ts';
import { decodeToken, encodeToken } from '../core/token.ts';
import { firstWriterWins } from '../strategies/first-writer-wins.ts';
import { type Client, createClient } from './client.ts';
import type { ClientOptions } from './options.ts';

let server: Server;
let key: string;
beforeAll(async () => {
  server = await openServer();
  key = (await server.caller('ann')).key;
});
afterAll(() => server.close());

const waits = createFakeClock({ auto: true });

function client(more: Partial<ClientOptions> = {}): Client {
  return createClient({ url: server.url, key, sleep: waits.sleep, random: () => 0.5, ...more });
}

type Fetch = typeof fetch;

/** A network that does something to each request; `real` sends it on. */
function through(act: (count: number, real: () => Promise<Response>) => Promise<Response>): {
  readonly fetch: Fetch;
  readonly bodies: string[];
} {
  const bodies: string[] = [];
  return {
    bodies,
    fetch: (input, init) => {
      bodies.push(String(init?.body ?? ''));
      return act(bodies.length, () => fetch(input, init));
    },
  };
}

const cut = (): never => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
};
const refused = (): never => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) });
};

describe('options', () => {
  it('[CT1] an address without a scheme, with a key or a query in it, no key and an odd limit are misuse', () => {
    const { url } = server;
    const bad: readonly unknown[] = [
      undefined,
      {},
      { url: 'localhost', key },
      { url: 'ftp://localhost', key },
      { url: url.replace('//', '//me:secret@'), key },
      { url: `${url}?key=secret`, key },
      { url },
      { url, key: ' ' },
      { url, key, limits: { timeoutMs: Number.NaN } },
      { url, key, limits: { waits: 1 } },
    ];
    for (const options of bad) {
      const error = (() => {
        try {
          return createClient(options as ClientOptions);
        } catch (thrown) {
          return thrown;
        }
      })();
      expect(isEntenteError(error) && error.code, JSON.stringify(options)).toBe('misuse');
      expect(String(error)).not.toContain('secret');
    }
  });

  it('[CT1] the key may be a function, and is asked for at each request', async () => {
    let asked = 0;
    const keyed = client({
      key: async () => {
        asked += 1;
        return asked === 1 ? 'ent_wrong_key' : `${key}\n`;
      },
    });
    expect(await codeOf(keyed.stats())).toBe('unauthenticated');
    expect((await keyed.stats()).revision).toBeGreaterThanOrEqual(0);
    expect(await codeOf(client({ key: () => 'no\nkey' }).stats())).toBe('unauthenticated');
  });
});

describe('values', () => {
  it('[CT2] bytes, tokens and packets come back as they are in the library', async () => {
    const entente = client();
    const bytes = Uint8Array.from([0, 255, 13, 10, 0xef, 0xbb, 0xbf]);
    const { token } = await entente.begin('values/odd', { agent: 'ann' });
    expect(Object.isFrozen(token)).toBe(true);
    expect(token.seal).toMatch(/^p1\./);
    expect(decodeToken(encodeToken(token))).toEqual(token);
    as(await entente.commit(token, { content: bytes }), 'committed');
    const draft = await entente.begin('values/odd', { agent: 'ann' });
    expect([draft.content, draft.head?.size]).toEqual([bytes, bytes.length]);
    const large = 'line\n'.repeat(700_000);
    as(await entente.commit(draft.token, { content: large }), 'committed');
    const read = await entente.read('values/odd');
    expect(Buffer.compare(read?.content ?? new Uint8Array(), Buffer.from(large))).toBe(0);
    expect(await entente.read('values/none')).toBeUndefined();
    expect(await entente.getVersion('values/none')).toBeUndefined();
    expect(await entente.hasChanged('values/odd', 1)).toBe(true);
  });

  it('[CT2] a history goes on after a version number, in pages of any size', async () => {
    const entente = client();
    let { token } = await entente.begin('values/long', { agent: 'ann' });
    for (let n = 0; n < 12; n += 1) ({ token } = as(await entente.commit(token, { content: `${n}` }), 'committed'));
    const first = await entente.history('values/long', { limit: 5 });
    expect([first.items.map(({ head }) => head.version), first.next]).toEqual([[12, 11, 10, 9, 8], '8']);
    const rest = await entente.history('values/long', { after: '8', limit: 1000 });
    expect([rest.items.map(({ head }) => head.version), rest.next]).toEqual([[7, 6, 5, 4, 3, 2, 1], undefined]);
    expect(await codeOf(entente.list('', { limit: 1001 }))).toBe('misuse');
  });

  it('[CT3] a token that no server signed, or that was changed since, is bad-token before anything is sent', async () => {
    const entente = client();
    const { token } = await entente.begin('values/forged', { agent: 'ann' });
    const { seal: _seal, ...plain } = token;
    expect(await codeOf(entente.commit(plain, { content: 'x' }))).toBe('bad-token');
    expect(await codeOf(entente.commit({ ...token, revision: 7 }, { content: 'x' }))).toBe('bad-token');
  });

  it('[CT3] a draft on an older version is judged from there: nobody is overwritten', async () => {
    const entente = client();
    const one = await entente.begin('values/at', { agent: 'ann' });
    const two = as(await entente.commit(one.token, { content: 'a\nb\nc\n' }), 'committed');
    as(await entente.commit(two.token, { content: 'A\nb\nc\n' }), 'committed');
    const { token } = await entente.begin('values/at', { agent: 'bob', at: 1 });
    expect(token).toMatchObject({ version: 1, revision: two.revision, agent: 'bob' });
    as(await entente.commit(token, { content: 'a\nb\nC\n' }), 'conflict');
    const none = await entente.begin('values/at', { agent: 'bob', at: 0 });
    as(await entente.commit(none.token, { content: 'mine\n' }), 'conflict');
  });
});

describe('answers that do not come', () => {
  it('[CT4] the same commit goes out again under the same commitId, before or after its effect', async () => {
    const { fetch: network, bodies } = through(async (count, real) => {
      if (count === 1) return cut();
      if (count === 2) {
        await (await real()).text();
        return cut();
      }
      return real();
    });
    const { token } = await client().begin('lost/once', { agent: 'ann' });
    const outcome = as(await client({ fetch: network }).commit(token, { content: 'x\n' }), 'committed');
    expect(outcome).toMatchObject({ replayed: true, version: 1, commitId: token.id });
    expect(bodies).toHaveLength(3);
    expect(new Set(bodies).size).toBe(1);
  });

  it('[CT4] a proxy that answers for the server, an answer that breaks off and a busy server are tried again', async () => {
    const answers = [
      () => new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'content-type': 'text/html' } }),
      () => new Response('{"items":', { status: 200, headers: { 'content-type': 'application/json' } }),
      () => new Response('', { status: 429, headers: { 'retry-after': '2' } }),
    ];
    const busy = client({ fetch: async () => new Response('', { status: 429, headers: { 'retry-after': '60' } }) });
    expect(await codeOf(busy.list())).toBe('rate-limited');
    expect(waits.slept).not.toContain(60_000);
    const { fetch: network, bodies } = through(async (count, real) => answers[count - 1]?.() ?? real());
    expect((await client({ fetch: network }).list('lost/none')).items).toEqual([]);
    expect(bodies).toHaveLength(4);
    expect(waits.slept).toContain(2000);
  });

  it('[CT5] a commit that stays in doubt is unknown with its commitId; sent again later, it has its effect once', async () => {
    const { token } = await client().begin('lost/doubt', { agent: 'ann' });
    const { fetch: network } = through(async (_count, real) => {
      await (await real()).text();
      return cut();
    });
    const lost = client({ fetch: network });
    const outcome = await lost.commit(token, { content: 'x\n' }, { commitId: 'mine' });
    expect(outcome).toEqual({ status: 'unknown', commitId: 'mine', resource: 'lost/doubt' });
    const again = as(await client().commit(token, { content: 'x\n' }, { commitId: 'mine' }), 'committed');
    expect(again).toMatchObject({ replayed: true, version: 1 });
    expect(
      await lost.transact({ agent: 'ann', writes: [{ token: again.token, change: { content: 'y\n' } }] }),
    ).toMatchObject({
      status: 'unknown',
      commitId: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('[CT5] the commitId that a set or a decision was answered with takes it once, as none does', async () => {
    const entente = client();
    const [one, two] = [
      await entente.begin('lost/set-1', { agent: 'ann' }),
      await entente.begin('lost/set-2', { agent: 'ann' }),
    ];
    const writes = [one, two].map(({ token }) => ({ token, change: { append: '+1\n' } }));
    const first = as(await entente.transact({ agent: 'ann', writes }), 'committed');
    const other = await entente.begin('lost/set-1', { agent: 'bob' });
    as(await entente.commit(other.token, { append: 'bob\n' }), 'committed');
    for (const more of [{}, { commitId: first.commitId }]) {
      const again = await entente.transact({ agent: 'ann', writes, ...more });
      expect(again).toMatchObject({ status: 'committed', replayed: true, commitId: first.commitId });
    }
    await entente.setPolicy({ rules: [['queue/**', 'escalate']] }, { agent: 'ann' });
    await entente.commit((await entente.begin('queue/a', { agent: 'ann' })).token, { content: '1' });
    const late = await entente.begin('queue/a', { agent: 'bob' });
    await entente.commit((await entente.begin('queue/a', { agent: 'ann' })).token, { content: '2' });
    const { conflictId } = as(await entente.commitOrResolve(late.token, { content: '3' }), 'escalated');
    const decided = as(await entente.resolve(conflictId, { use: 'proposed' }, { agent: 'eve' }), 'committed');
    const { commitId } = decided;
    const again = await entente.resolve(conflictId, { use: 'proposed' }, { agent: 'eve', commitId });
    expect(again).toMatchObject({ status: 'committed', replayed: true, commitId });
  });

  it('[CT5] a key that is refused after a doubt does not end the doubt', async () => {
    const { token } = await client().begin('lost/key', { agent: 'ann' });
    const { fetch: network } = through(async (count, real) => {
      if (count === 1) {
        await (await real()).text();
        return cut();
      }
      return fetch(`${server.url}/v1/spaces/default/stats`);
    });
    const outcome = await client({ fetch: network }).commit(token, { content: 'x\n' });
    expect(outcome).toMatchObject({ status: 'unknown', commitId: token.id });
  });

  it('[CT6] reads that stay without an answer, and commits that never left, are store-unavailable', async () => {
    const { token } = await client().begin('lost/never', { agent: 'ann' });
    for (const network of [through(async () => cut()), through(async () => refused())])
      expect(await codeOf(client({ fetch: network.fetch }).read('lost/never'))).toBe('store-unavailable');
    const never = client({ fetch: through(async () => refused()).fetch });
    expect(await codeOf(never.commit(token, { content: 'x\n' }))).toBe('store-unavailable');
    as(await client().commit(token, { content: 'x\n' }), 'committed');
  });

  it('[CT6] what is no entente server is said, and an address that moved is not followed with the key', async () => {
    const said = (status: number, headers: { readonly [name: string]: string } = {}): Client =>
      client({ fetch: async () => new Response('', { status, headers }) });
    expect(await codeOf(said(404).stats())).toBe('misuse');
    expect(await codeOf(said(302, { location: 'https://elsewhere.example' }).stats())).toBe('misuse');
    expect(await codeOf(said(403).stats())).toBe('forbidden');
    // A page of something else, as a server of developers or a login has it, is no answer, whatever its status.
    const page = (body: string, type: string): Client =>
      client({ fetch: async () => new Response(body, { status: 200, headers: { 'content-type': type } }) });
    for (const other of [page('<html></html>', 'text/html'), page('{}', 'application/json')]) {
      expect(await codeOf(other.stats())).toBe('misuse');
      expect(await codeOf(other.read('a'))).toBe('misuse');
      expect(await codeOf(other.feed()[Symbol.asyncIterator]().next())).toBe('misuse');
    }
  });

  it('[CT6] what is not given is misuse or a bad id, as in the library', async () => {
    const entente = client() as unknown as {
      readonly [name: string]: (...given: readonly unknown[]) => Promise<unknown>;
    };
    expect(await codeOf(entente['begin']?.('a.md') as Promise<unknown>)).toBe('bad-id');
    expect(await codeOf(entente['update']?.('a.md', undefined, () => ({})) as Promise<unknown>)).toBe('bad-id');
    const writes = [undefined];
    expect(await codeOf(entente['transact']?.({ agent: 'ann', writes }) as Promise<unknown>)).toBe('bad-token');
  });

  it('[CT7] an abort ends a read and an update at once; a commit on its way is still told what became of it', async () => {
    const stop = new AbortController();
    const { token } = await client().begin('lost/abort', { agent: 'ann' });
    const { fetch: network } = through(async (_count, real) => {
      stop.abort(new Error('enough'));
      return real();
    });
    as(await client({ fetch: network }).commit(token, { content: 'x\n' }, { signal: stop.signal }), 'committed');
    await expect(client().commit(token, { content: 'y\n' }, { signal: stop.signal })).rejects.toThrow('enough');
    const update = client().update('lost/abort', { agent: 'ann', signal: stop.signal }, () => ({ content: 'z' }));
    await expect(update).rejects.toThrow('enough');
  });

  it('[CT7] an update past its deadline is budget, or the last conflict that it lost to', async () => {
    const entente = client();
    const never = (): Promise<undefined> => new Promise(() => {});
    expect(await codeOf(entente.update('lost/late', { agent: 'ann', deadlineMs: 5 }, never))).toBe('budget');
    const { token } = await entente.begin('lost/late', { agent: 'bob' });
    as(await entente.commit(token, { content: '0' }), 'committed');
    const outcome = await entente.update(
      'lost/late',
      { agent: 'ann', deadlineMs: 2000 },
      async (draft, { attempt }) => {
        if (attempt > 0) return never();
        const other = await entente.begin('lost/late', { agent: 'bob' });
        await entente.commit(other.token, { content: `${draft.token.version}` });
        return { content: 'ann' };
      },
    );
    as(outcome, 'conflict');
  });
});

describe('the feed', () => {
  it('[CT8] goes on from its last item where a stream breaks: nothing is missed and nothing told twice', async () => {
    const entente = client();
    const { epoch, revision } = await entente.position();
    const { fetch: network } = through(async (count, real) => {
      const response = await real();
      if (count > 4 || response.body === null) return response;
      // Whole events at first, then the half of one.
      let left = 400 * count;
      const short = response.body.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform(chunk, control) {
            control.enqueue(chunk.subarray(0, left));
            left -= chunk.length;
            if (left <= 0) control.terminate();
          },
        }),
      );
      return new Response(short, response);
    });
    let { token } = await entente.begin('feed/one', { agent: 'ann' });
    for (let n = 0; n < 20; n += 1) ({ token } = as(await entente.commit(token, { content: `${n}` }), 'committed'));
    const seen: number[] = [];
    for await (const item of client({ fetch: network }).feed(`${epoch}:${revision}`)) {
      if (item.type === 'commit') seen.push(item.revision);
      if (seen.length === 20) break;
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, n) => revision + 1 + n));
  });

  it('[CT8] waits as long as the server asks for, and gives up where streams end without a word', async () => {
    const slept: number[] = [];
    const sleep = async (ms: number): Promise<void> => void slept.push(ms);
    const { fetch: network } = through(async (count, real) => {
      if (count > 1) return real();
      const body = JSON.stringify({ code: 'rate-limited', detail: 'too many feeds', next: [] });
      return new Response(body, { status: 429, headers: { 'retry-after': '5', 'content-type': 'application/json' } });
    });
    const busy = client({ fetch: network, sleep });
    const feed = busy.feed(undefined)[Symbol.asyncIterator]();
    await feed.next();
    await feed.return?.(undefined);
    expect(slept).toEqual([5000]);
    const mute = async (): Promise<Response> =>
      new Response(new Blob([]).stream(), { status: 200, headers: { 'entente-request-id': 'x' } });
    expect(await codeOf(client({ fetch: mute }).feed(undefined)[Symbol.asyncIterator]().next())).toBe(
      'store-unavailable',
    );
  });

  it('[CT8] a stream on which nothing is said any more is opened anew', async () => {
    const entente = client();
    const { epoch, revision } = await entente.position();
    const { token } = await entente.begin('feed/idle', { agent: 'ann' });
    as(await entente.commit(token, { content: 'x' }), 'committed');
    const { fetch: network, bodies } = through(async (count, real) =>
      count === 1
        ? new Response(new ReadableStream({ start: () => undefined }), { headers: { 'entente-request-id': 'x' } })
        : real(),
    );
    for await (const item of client({ fetch: network, limits: { idleMs: 20 } }).feed(`${epoch}:${revision}`)) {
      expect(item).toMatchObject({ type: 'commit', revision: revision + 1 });
      break;
    }
    expect(bodies).toHaveLength(2);
  });

  it('[CT8] ends with its signal and with close, and a cursor of another history is a fault', async () => {
    const entente = client();
    const stop = new AbortController();
    stop.abort();
    const none: unknown[] = [];
    for await (const item of entente.feed(undefined, { signal: stop.signal })) none.push(item);
    expect(none).toEqual([]);
    const other = client();
    for await (const item of other.feed()) {
      none.push(item);
      await other.close();
    }
    expect(none.length).toBeGreaterThan(0);
    const first = (cursor: string): Promise<unknown> => entente.feed(cursor)[Symbol.asyncIterator]().next();
    expect(await codeOf(first('other:1'))).toBe('epoch-changed');
    expect(await codeOf(first('nonsense'))).toBe('misuse');
  });
});

describe('what is not over HTTP', () => {
  it('[CT9] says so, with what to do instead', async () => {
    const entente: Controller = client();
    const calls: readonly (() => unknown)[] = [
      () => entente.registerStrategy('**', firstWriterWins()),
      () => entente.registerEngine('mine', () => ({}) as never),
      () => entente.resolveDetails({ resource: 'a', current: {}, proposed: {} }),
      () => entente.conflictHistory(),
      () => entente.clearHistory(),
    ];
    for (const call of calls) {
      const error = await Promise.resolve()
        .then(call)
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'misuse', details: { next: expect.any(String) } });
    }
    const { token } = await entente.begin('refused', { agent: 'ann' });
    expect(await codeOf(entente.commit(token, { content: 'x' }, { may: () => true }))).toBe('misuse');
  });
});
