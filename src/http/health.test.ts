// Health, metrics, spans and logs of a busy server (OP rules).
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import {
  type Context,
  type ContextManager,
  context,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Span,
  trace,
} from '@opentelemetry/api';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFakeTimers } from '../../test/support/fake-timers.ts';
import { openServer } from '../../test/support/server.ts';
import { createTestStore } from '../../test/support/stores.ts';
import { withMethods } from '../../test/support/wrap.ts';
import { EntenteError } from '../core/errors.ts';
import { SERVICE_SPACE, TRIAL_SPACE } from '../core/resource.ts';
import { verifyStore } from '../verify/index.ts';
import { createMetrics } from './metrics.ts';

interface Traced {
  readonly name: string;
  readonly parent: string | undefined;
  ended: boolean;
}

const spans: Traced[] = [];
const records = new WeakMap<Span, Traced>();

/** As little of OpenTelemetry's SDK as tells who is below whom. */
function startSpan(name: string, _options?: object, within: Context = context.active()): Span {
  const above = trace.getSpan(within);
  const record: Traced = { name, parent: above && records.get(above)?.name, ended: false };
  spans.push(record);
  const span: Span = {
    ...trace.wrapSpanContext(INVALID_SPAN_CONTEXT),
    spanContext: () => INVALID_SPAN_CONTEXT,
    setAttribute: () => span,
    setAttributes: () => span,
    setStatus: () => span,
    updateName: () => span,
    isRecording: () => true,
    end: () => {
      record.ended = true;
    },
  };
  records.set(span, record);
  return span;
}

const kept = new AsyncLocalStorage<Context>();
const manager: ContextManager = {
  active: () => kept.getStore() ?? ROOT_CONTEXT,
  with: (within, fn, self, ...args) => kept.run(within, () => fn.call(self as never, ...args)),
  bind: (_within, target) => target,
  enable: () => manager,
  disable: () => manager,
};

beforeAll(() => {
  context.setGlobalContextManager(manager);
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) as never });
});
afterAll(() => {
  context.disable();
  trace.disable();
});

describe('a server that is looked after', () => {
  it('[OP7] is ready while its store answers, not while it fails, and again when it is back', async () => {
    const inner = createTestStore();
    let broken = false;
    const store = withMethods(inner, {
      read: async (space, ids) => {
        if (broken) throw new Error('the disk is gone');
        return inner.read(space, ids);
      },
    });
    const server = await openServer({ store });
    const look = async () => {
      const answers = await Promise.all(['healthz', 'readyz'].map((path) => fetch(`${server.url}/${path}`)));
      return Promise.all(answers.map(async (answer) => [answer.status, await answer.text()] as const));
    };
    expect((await look()).map(([status]) => status)).toEqual([200, 200]);
    broken = true;
    const [alive, ready] = await look();
    expect([alive?.[0], ready?.[0]]).toEqual([200, 503]);
    expect(ready?.[1]).toContain('store-unavailable');
    expect(ready?.[1]).not.toContain('disk');
    broken = false;
    expect((await look()).map(([status]) => status)).toEqual([200, 200]);
    await server.close();
  });

  it('[OP11] is not ready while its store reads but takes no writes, and says what a commit came to', async () => {
    const inner = createTestStore();
    let readOnly = false;
    const error = new EntenteError('read-only', 'The folder is read-only.');
    const store = withMethods(inner, {
      commit: async (requests) =>
        readOnly ? requests.map(() => ({ status: 'unavailable', error })) : inner.commit(requests),
    });
    const server = await openServer({ store });
    const ann = await server.caller('ann');
    const ready = async () => (await fetch(`${server.url}/readyz`)).status;
    expect(await ready()).toBe(200);
    const token = await ann.begin('a');
    readOnly = true;
    // What landed a moment ago proves the next write; a second later it is tried again.
    expect(await ready()).toBe(200);
    server.clock.now += 1000;
    expect([await ready(), await ready()]).toEqual([503, 503]);
    const refused = await ann.ask('POST', '/commits', { json: { token, content: 'x' } });
    expect([refused.status, refused.body.code]).toEqual([503, 'read-only']);
    expect((await ann.ask('GET', '/resource?id=a')).status).toBe(404);
    readOnly = false;
    expect([await ready(), await ready()]).toEqual([200, 200]);
    expect((await ann.ask('POST', '/commits', { json: { token, content: 'x' } })).status).toBe(201);
    await server.close();
  });

  it('[OP11] is not ready while its store hangs, whoever asks how often, and is again when it answers', async () => {
    const inner = createTestStore();
    let hung: (() => void)[] | undefined;
    const store = withMethods(inner, {
      commit: async (requests) => {
        if (hung !== undefined) await new Promise<void>((resolve) => hung?.push(resolve));
        return inner.commit(requests);
      },
    });
    const timers = createFakeTimers(100);
    const server = await openServer({ store, timers });
    const ready = async () => (await fetch(`${server.url}/readyz`)).status;
    expect(await ready()).toBe(200);
    server.clock.now += 1000;
    hung = [];
    const asked = [ready(), ready(), ready()];
    while (timers.waiting() < 3 || hung.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(hung.length).toBe(1);
    await timers.pass(2000);
    expect(await Promise.all(asked)).toEqual([503, 503, 503]);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    const [release] = hung;
    hung = undefined;
    release?.();
    expect(await ready()).toBe(200);
    await server.close();
  });

  it('[OP11] trying leaves nothing that grows: the log of the trials is trimmed, and is no space of anybody', async () => {
    const server = await openServer();
    const before = await server.store.counts(SERVICE_SPACE);
    for (let times = 0; times < 130; times += 1) {
      server.clock.now += 1000;
      await server.service.readiness.check();
    }
    const { trimmed } = await server.store.read(TRIAL_SPACE, []);
    expect(await server.store.log(TRIAL_SPACE, trimmed, 100)).toMatchObject({ status: 'ok', entries: [{}, {}] });
    expect(await server.store.counts(SERVICE_SPACE)).toEqual(before);
    expect((await verifyStore(server.store, TRIAL_SPACE)).first).toBeUndefined();
    await server.close();
  });

  it('[OP3] a connection that nothing came from does not hold up the end', async () => {
    const server = await openServer({ timers: createFakeTimers(100) });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(socket, 'connect');
    await fetch(`${server.url}/healthz`);
    const closed = once(socket.resume(), 'close');
    await server.close();
    await closed;
  });

  it('[OP8] counts commits by outcome, merges, conflicts, the feed and the store, for keys that may audit everything', async () => {
    const metrics = createMetrics();
    const server = await openServer({ meter: metrics.meter, http: { metrics } });
    const ann = await server.caller('ann');
    const bob = await server.caller('bob', ['audit:**', 'read@*']);
    const rules = [
      ['m/**', 'merge(text)'],
      ['q/**', 'escalate'],
    ];
    const policy = await ann.ask('GET', '/policy');
    await ann.ask('PUT', '/policy', { headers: { 'if-match': policy.body.etag }, json: { rules } });
    for (const id of ['m/a', 'q/a']) {
      await ann.put(id, 'one\n\ntwo\n\nthree\n');
      const [first, second] = [await ann.begin(id), await ann.begin(id, { agent: 'eve' })];
      await ann.ask('POST', '/commits', { json: { token: first, content: 'ONE\n\ntwo\n\nthree\n' } });
      // The second time it is answered as the first time, and counted as neither.
      for (let times = 0; times < 2; times += 1)
        await ann.ask('POST', '/commits', { json: { token: second, content: 'one\n\ntwo\n\nTHREE\n' } });
    }
    const [{ id }] = (await ann.ask('GET', '/conflicts')).body.items;
    await ann.ask('GET', `/conflicts/${id}`);
    const { text, headers, status } = await ann.ask('GET', '//metrics');
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain')]);
    const lines = text.split('\n');
    for (const line of [
      'entente_commits_total{outcome="committed"} 4',
      'entente_commits_total{outcome="merged"} 1',
      'entente_commits_total{outcome="escalated"} 1',
      'entente_commits_total{outcome="replayed"} 2',
      'entente_open_conflicts 1',
      'entente_feed_streams 0',
    ])
      expect(lines, line).toContain(line);
    expect(text).toMatch(/entente_merge_seconds_count [1-9]/);
    expect(text).toMatch(/entente_conflict_rate 0\.33/);
    for (const operation of ['commit', 'read', 'content', 'record', 'records'])
      expect(text, operation).toMatch(
        new RegExp(`entente_store_seconds_count\\{operation="${operation}",failed="false"\\} [1-9]`),
      );
    expect((await bob.ask('GET', '//metrics')).status).toBe(403);
    expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
    await server.close();
  });

  it('[OP9] a request is a span, and what the store and the merge take of it are spans below', async () => {
    const server = await openServer();
    const ann = await server.caller('ann');
    const policy = await ann.ask('GET', '/policy');
    const rules = [['**', 'merge(text)']];
    await ann.ask('PUT', '/policy', { headers: { 'if-match': policy.body.etag }, json: { rules } });
    await ann.put('a', 'one\n\ntwo\n');
    const [first, second] = [await ann.begin('a'), await ann.begin('a')];
    await ann.ask('POST', '/commits', { json: { token: first, content: 'ONE\n\ntwo\n' } });
    spans.length = 0;
    const merged = await ann.ask('POST', '/commits', { json: { token: second, content: 'one\n\nTWO\n' } });
    const request = 'POST /v1/spaces/:space/commits';
    expect(spans.find(({ name }) => name === request)).toEqual({ name: request, parent: undefined, ended: true });
    expect(spans.filter(({ parent }) => parent === request).map(({ name }) => name)).toContain('entente.store.commit');
    expect(merged.body.status).toBe('merged');
    expect(spans.filter(({ parent }) => parent === request).map(({ name }) => name)).toContain('entente.merge');
    expect(spans.every(({ ended }) => ended)).toBe(true);
    await server.close();
  });

  it('[OP10] K12 logs JSON lines, and no key, no token and no content in any of them', async () => {
    let output = '';
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        output += chunk.toString();
        done();
      },
    });
    const inner = createTestStore();
    let broken = false;
    const store = withMethods(inner, {
      list: async (space, prefix, page) => {
        if (broken) throw new Error('disk on fire');
        return inner.list(space, prefix, page);
      },
    });
    const server = await openServer({ store, http: { logger: pino({ level: 'trace' }, stream) } });
    const ann = await server.caller('ann');
    const bob = await server.caller('bob', ['read:b/**']);
    const token = await ann.begin('a');
    const secret = 'the content of a';
    await ann.ask('POST', '/commits', { json: { token, content: secret } });
    await ann.ask('POST', '/commits', { json: { token: `${token.slice(0, -2)}xx`, content: secret } });
    await bob.ask('POST', '/commits', { json: { token, content: secret } });
    await ann.ask('POST', '/commits', { bytes: `{"token":"${token}`, headers: { 'content-type': 'application/json' } });
    await fetch(`${server.url}/v1/spaces/default/resources?key=${ann.key}`);
    await fetch(`${server.url}/v1/spaces/default/resources`, { headers: { authorization: `Bearer ${ann.key}x` } });
    broken = true;
    expect((await ann.ask('GET', '/resources')).status).toBe(500);
    expect(output).toContain('disk on fire');
    const lines = output.trim().split('\n');
    expect(lines.map((line) => typeof JSON.parse(line)).every((type) => type === 'object')).toBe(true);
    for (const hidden of [ann.key, bob.key, ann.key.slice(-43), bob.key.slice(-43), token, token.slice(-43), secret])
      expect(output.includes(hidden)).toBe(false);
    await server.close();
  });
});
