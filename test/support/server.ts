// A server in this process, over real HTTP: a store (in memory, unless the tests run on another one), a clock of its own, and callers with the keys they need.
import type { FastifyInstance } from 'fastify';
import { createHttpApp, type HttpOptions } from '../../src/http/app.ts';
import { ALL_GRANTS, type Grant, parseGrant } from '../../src/service/principal.ts';
import { createService, type Service, type ServiceOptions } from '../../src/service/service.ts';
import type { Store } from '../../src/stores/store.ts';
import { checkAnswers } from './check-answers.ts';
import { createTestStore } from './stores.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON body. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
  readonly body: any;
}

export interface Asked {
  readonly headers?: { readonly [name: string]: string };
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly bytes?: Uint8Array | string;
}

export interface Caller {
  readonly key: string;
  readonly id: string;
  /** `path` is below the space, such as `/drafts`; one that starts with `//` is below the root. */
  ask(method: string, path: string, asked?: Asked): Promise<Answer>;
  /** Begins and answers the token. */
  begin(id: string, more?: object): Promise<string>;
  /** Begins and commits content: a resource to work with. */
  put(id: string, content: string): Promise<Answer>;
}

export interface Server {
  readonly url: string;
  readonly app: FastifyInstance;
  readonly service: Service;
  readonly store: Store;
  readonly clock: { now: number };
  /** A caller with a key of these grants, as text. All of them, unless said. */
  caller(name: string, grants?: readonly string[]): Promise<Caller>;
  close(): Promise<void>;
}

export interface ServerOptions extends Omit<ServiceOptions, 'store' | 'clock'> {
  readonly store?: Store;
  readonly http?: Omit<HttpOptions, 'service'>;
  /** What the server mounts beside its API. */
  readonly mounts?: (service: Service) => HttpOptions['mounts'];
  /** Told of every route that is registered. */
  readonly onRoute?: (method: string, path: string) => void;
}

/** Bodies are read whole, whatever they are. */
export async function fetchAnswer(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}

export async function openServer(options: ServerOptions = {}): Promise<Server> {
  const { store = createTestStore(), http = {}, mounts, onRoute, ...rest } = options;
  const clock = { now: 1_700_000_000_000 };
  const service = createService({ ...rest, store, clock: () => clock.now });
  const mounted = mounts?.(service);
  const app = createHttpApp({ ...http, service, ...(mounted === undefined ? {} : { mounts: mounted }) });
  app.addHook('onRoute', ({ method, path }) => {
    for (const each of [method].flat()) onRoute?.(each, path);
  });
  const faults: string[] = [];
  checkAnswers(app, faults);
  /** Fails where an answer so far was not what its endpoint declares. */
  const assertDeclared = (): void => {
    if (faults.length > 0) throw new Error(`not as declared: ${faults.splice(0).join('\n')}`);
  };
  const url = await app.listen({ port: 0, host: '127.0.0.1' });

  const callerOf = (key: string, id: string): Caller => {
    const ask: Caller['ask'] = async (method, path, { headers = {}, json, bytes } = {}) => {
      const body = json === undefined ? bytes : JSON.stringify(json);
      const answer = await fetchAnswer(
        path.startsWith('//') ? url + path.slice(1) : `${url}/v1/spaces/default${path}`,
        {
          method,
          headers: {
            authorization: `Bearer ${key}`,
            ...(json === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body === undefined ? {} : { body }),
        },
      );
      assertDeclared();
      return answer;
    };
    const begin: Caller['begin'] = async (resource, more = {}) => {
      const draft = await ask('POST', '/drafts', { json: { id: resource, ...more } });
      if (draft.status !== 200) throw new Error(`begin ${resource}: ${draft.text}`);
      return draft.body.token;
    };
    return {
      ...{ key, id, ask, begin },
      put: async (resource, content) => ask('POST', '/commits', { json: { token: await begin(resource), content } }),
    };
  };

  return {
    ...{ url, app, service, store, clock },
    async caller(name, grants) {
      const given: readonly Grant[] = grants === undefined ? ALL_GRANTS : grants.map(parseGrant);
      const { info, text } = await service.keys.create({ name, grants: given });
      return callerOf(text, info.id);
    },
    async close() {
      await app.close();
      await store.close();
      assertDeclared();
    },
  };
}
