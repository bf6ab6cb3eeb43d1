// The document and the server agree: every route is described, everything described is a route, and every example works.

import { fileURLToPath } from 'node:url';
import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { checkAnswers } from '../../../test/support/check-answers.ts';
import { type Caller, openServer, type Server } from '../../../test/support/server.ts';
import { openapiDocument, pathOf } from './document.ts';
import type { Endpoint } from './endpoint.ts';
import { ENDPOINTS } from './endpoints.ts';

let server: Server;
let ann: Caller;
const routes = new Set<string>();
beforeAll(async () => {
  const dashboard = fileURLToPath(new URL('../../../test/fixtures/dashboard', import.meta.url));
  server = await openServer({ http: { dashboard }, onRoute: (method, path) => routes.add(`${method} ${path}`) });
  ann = await server.caller('ann');
});
afterAll(() => server.close());

const keyOf = (endpoint: Endpoint): string =>
  `${endpoint.method.toUpperCase()} ${pathOf(endpoint).replace(/\{(\w+)\}/g, ':$1')}`;

/** A conflict that is decided, so that its decision is kept. */
async function decideAnother(): Promise<void> {
  const id = `q/${Math.random()}.md`;
  await ann.put(id, 'base\n');
  const [first, second] = [await ann.begin(id, { agent: 'bob' }), await ann.begin(id, { agent: 'eve' })];
  await ann.ask('POST', '/commits', { json: { token: first, content: `bob ${id}\n` } });
  const { body } = await ann.ask('POST', '/commits', { json: { token: second, content: `eve ${id}\n` } });
  const { headers } = await ann.ask('GET', `/conflicts/${body.conflictId}`);
  const etag = headers.get('etag') ?? '';
  await ann.ask('POST', `/conflicts/${body.conflictId}/resolution`, {
    ...{ headers: { 'if-match': etag }, json: { use: 'proposed' } },
  });
}

/** What the words in braces of the examples stand for: a resource as it is now, a conflict that waits. */
async function values(): Promise<{ readonly [name: string]: string }> {
  const ask = ann.ask;
  await ann.put('notes/plan.md', `# Plan\n\n${Math.random()}\n`);
  const etag = (await ask('GET', '/resource?id=notes/plan.md')).headers.get('etag') ?? '';
  const policy = await ask('GET', '/policy');
  const rules = [['q/**', 'escalate']];
  await ask('PUT', '/policy', { headers: { 'if-match': policy.body.etag }, json: { rules } });
  const id = `q/${Math.random()}`;
  await ann.put(id, 'base\n');
  const [first, second] = [await ann.begin(id, { agent: 'bob' }), await ann.begin(id, { agent: 'eve' })];
  await ask('POST', '/commits', { json: { token: first, content: 'bob\n' } });
  const opened = await ask('POST', '/commits', { json: { token: second, content: 'eve\n' } });
  const { conflictId } = opened.body;
  const conflict = await ask('GET', `/conflicts/${conflictId}`);
  await decideAnother();
  const recorded = await ask('GET', '/recorded?limit=1');
  const landed = await ann.put('notes/other.md', `${Math.random()}`);
  return {
    ...{ token: await ann.begin('notes/plan.md'), etag, conflictId, conflictEtag: conflict.body.etag },
    regionId: (await ask('GET', `/conflicts/${conflictId}/view`)).body.regions[0].id,
    ...{ policyEtag: (await ask('GET', '/policy')).body.etag, commitId: landed.body.commitId },
    recordedId: recorded.body.items[0].id,
    loginCode: (await ask('POST', '//v1/login-codes', { json: {} })).body.code,
    keyId: (await server.caller('once')).id,
    asset: 'app-1a2b3c4d.js',
  };
}

function filled<T>(value: T, known: { readonly [name: string]: string }): T {
  const text = JSON.stringify(value ?? null).replace(/\{(\w+)\}/g, (whole, name: string) =>
    known[name] === undefined ? whole : JSON.stringify(known[name]).slice(1, -1),
  );
  return JSON.parse(text) as T;
}

function takenBy({ input, without = [] }: Endpoint): string[] {
  return input instanceof z.ZodObject ? Object.keys(input.shape).filter((key) => !without.includes(key)) : [];
}

describe('/openapi.json', () => {
  it('[HT2] describes every route, and nothing that is none', async () => {
    const described = ENDPOINTS.map(keyOf);
    const served = [...routes].filter((route) => !route.startsWith('HEAD '));
    expect(described.toSorted()).toEqual(served.toSorted());
    const { paths } = (await ann.ask('GET', '//openapi.json')).body;
    const { content } = paths['/v1/spaces/{space}/events'].get.responses['200'];
    expect(Object.keys(content)).toEqual(['text/event-stream', 'application/json']);
  });

  it('[HT2] is OpenAPI 3.1, made from the schemas, with all its references in it', async () => {
    const { body, status } = await ann.ask('GET', '//openapi.json');
    expect([status, body.openapi]).toEqual([200, '3.1.0']);
    const text = JSON.stringify(body);
    const refs = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)];
    expect(refs.length).toBeGreaterThan(20);
    expect(refs.filter(([, kind = '', name = '']) => body.components[kind][name] === undefined)).toEqual([]);
    expect(text).not.toContain('$defs');
    const ids = Object.values(body.paths).flatMap((path) =>
      Object.values(path as object).map((operation) => (operation as { operationId: string }).operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(body).toEqual(JSON.parse(JSON.stringify(openapiDocument(body.info.version))));
  });

  it('[HT2] tells every field that an endpoint takes, and each example sends what it describes', async () => {
    interface Described {
      readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
      readonly requestBody?: {
        readonly content: { readonly [type: string]: { readonly schema: Described['schema'] } };
      };
      readonly schema: { readonly properties: object; readonly required: readonly string[] };
    }
    const { paths } = (await ann.ask('GET', '//openapi.json')).body;
    for (const endpoint of ENDPOINTS) {
      const { inputIs, example } = endpoint;
      const told: Described = paths[pathOf(endpoint)][endpoint.method];
      const query = told.parameters.filter((parameter) => parameter.in === 'query');
      const body = told.requestBody?.content['application/json']?.schema;
      const name = keyOf(endpoint);
      if (inputIs !== undefined) expect([name, endpoint.input instanceof z.ZodObject]).toEqual([name, true]);
      const taken = takenBy(endpoint);
      const inQuery = [...(inputIs === 'query' ? taken : []), ...Object.keys(endpoint.query ?? {})];
      expect([name, query.map((parameter) => parameter.name).toSorted()]).toEqual([name, inQuery.toSorted()]);
      expect([name, Object.keys(body?.properties ?? {})]).toEqual([name, inputIs === 'body' ? taken : []]);
      const sent = [
        ...Object.keys(example.query ?? {}),
        ...(body === undefined ? [] : Object.keys(example.body as object)),
      ];
      const needed = [
        ...query.filter(({ required }) => required).map((parameter) => parameter.name),
        ...(body?.required ?? []),
      ];
      expect([name, needed.filter((field) => !sent.includes(field))]).toEqual([name, []]);
      const known = [...inQuery, ...taken];
      expect([name, sent.filter((field) => !known.includes(field))]).toEqual([name, []]);
    }
    const { parameters } = paths['/v1/spaces/{space}/resources'].get;
    const limit = parameters.find((parameter: { name?: string }) => parameter.name === 'limit');
    expect(limit.schema).toMatchObject({ type: 'integer', minimum: 1, maximum: 200 });
  });

  it.each(ENDPOINTS.map((endpoint) => [keyOf(endpoint), endpoint] as const))(
    '[HT3] the example of %s does what it says, and answers by its schema',
    async (_name, endpoint) => {
      const { example, output } = endpoint;
      const known = await values();
      const parts = filled(example.path ?? {}, known);
      const below = endpoint.path.replace(/\{(\w+)\}/g, (_whole, name: string) => parts[name] ?? '');
      const query = new URLSearchParams(filled(example.query ?? {}, known)).toString();
      const body = filled(example.body, known);
      const sent =
        example.body === undefined ? {} : endpoint.takesBytes === true ? { bytes: body as string } : { json: body };
      const place = example.space === undefined ? below : `//v1/spaces/${example.space}${below}`;
      const answer = await ann.ask(endpoint.method.toUpperCase(), `${place}${query === '' ? '' : `?${query}`}`, {
        headers: filled(example.headers ?? {}, known),
        ...sent,
      });
      expect([answer.status, answer.status === example.status ? '' : answer.text]).toEqual([example.status, '']);
      expect(endpoint.good).toContain(answer.status);
      if (output === undefined) expect(answer.text).toBe('');
      else if (output !== 'bytes')
        expect(z.prettifyError(output.safeParse(answer.body).error ?? new z.ZodError([]))).toBe('');
    },
  );

  it('[HT19] every answer in the tests of the server is looked at by what its endpoint declares', async () => {
    const faults: string[] = [];
    const app = fastify();
    checkAnswers(app, faults);
    const answers: readonly (readonly [status: number, body: unknown, type?: string])[] = [
      [200, { totalResources: 1, commits: 1, open: 0, revision: 1 }],
      [200, { totalResources: '1', commits: 1, open: 0, revision: 1 }],
      [200, { commits: 1, open: 0, revision: 1 }],
      [201, { totalResources: 1, commits: 1, open: 0, revision: 1 }],
      [404, { code: 'not-found' }, 'application/problem+json'],
      [404, { code: 'not-found' }, 'application/json'],
    ];
    app.get<{ Params: { space: string } }>('/v1/spaces/:space/stats', async (request, reply) => {
      const [status, body, type = 'application/json'] = answers[Number(request.params.space)] ?? [500, {}];
      return reply.code(status).header('content-type', type).send(JSON.stringify(body));
    });
    for (const index of answers.keys()) {
      await app.inject(`/v1/spaces/${index}/stats`);
      expect([index, faults.splice(0).length]).toEqual([index, index === 0 ? 0 : 1]);
    }
  });
});
