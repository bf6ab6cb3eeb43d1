// A controller that is a client of a server in this process, over real HTTP: for suites that say what every controller does.
import { createClient } from '../../src/client/client.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import type { Controller, ControllerOptions } from '../../src/controller/types.ts';
import type { Change } from '../../src/core/change.ts';
import { parseSpace } from '../../src/core/resource.ts';
import { decodeToken, type Token } from '../../src/core/token.ts';
import { createHttpApp } from '../../src/http/app.ts';
import { ALL_GRANTS } from '../../src/service/principal.ts';
import { createService } from '../../src/service/service.ts';

/** Known before the server listens; requests go to where it does. */
const PLACE = 'http://entente.test';

/**
 * A client whose server has these options. The server ends with the process, or when the client is closed. What belongs
 * to a server (registered strategies and engines, its history of conflicts) is asked of the server; tokens that a suite
 * changed are signed anew, as a server with another past would have signed them.
 */
export function createRemoteController(
  { space, store, clock, random, ...shared }: ControllerOptions,
  more: Partial<ClientOptions> = {},
): Controller {
  const service = createService({
    ...{ store, controller: shared, limits: { tokenTtlMs: 2 ** 50 } },
    ...(clock === undefined ? {} : { clock }),
    ...(random === undefined ? {} : { random }),
  });
  const app = createHttpApp({ service });
  let address: Promise<string> | undefined;
  let key: ReturnType<typeof service.keys.create> | undefined;
  const keyed = (): NonNullable<typeof key> => {
    key ??= service.keys.create({ name: 'tester', grants: ALL_GRANTS });
    return key;
  };
  const listen = async (): Promise<string> => {
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    app.server.unref();
    return url;
  };
  const client = createClient({
    url: PLACE,
    key: async () => (await keyed()).text,
    fetch: async (input, init) => {
      address ??= listen();
      return fetch(String(input).replace(PLACE, await address), init);
    },
    ...(space === undefined ? {} : { space }),
    ...more,
  });
  /** A token as this server would have signed it: whatever its fields are, and whoever signed it before. */
  const sign = async (token: Token): Promise<Token> => {
    if (typeof token !== 'object' || token === null) return token;
    const { seal, ...plain } = token;
    const same = seal !== undefined && JSON.stringify({ ...decodeToken(seal), seal }) === JSON.stringify(token);
    const mine = same && (await service.signer.open('p1', seal).catch(() => undefined)) !== undefined;
    if (mine) return token;
    const exp = Number.MAX_SAFE_INTEGER;
    return decodeToken(await service.signer.sign('p1', { ...plain, sub: (await keyed()).info.id, exp }));
  };
  const signAll = async <T extends { readonly reads?: readonly Token[] }>(options: T): Promise<T> =>
    Array.isArray(options?.reads) ? { ...options, reads: await Promise.all(options.reads.map(sign)) } : options;
  const own = service.controller(parseSpace(space ?? 'default'));
  return {
    ...client,
    async commit(token, given, options) {
      const change = copyOf(given);
      return client.commit(await sign(token), change, options === undefined ? options : await signAll(options));
    },
    async commitOrResolve(token, given, options) {
      const change = copyOf(given);
      return client.commitOrResolve(
        await sign(token),
        change,
        options === undefined ? options : await signAll(options),
      );
    },
    async transact(options) {
      if (!Array.isArray(options?.writes)) return client.transact(options);
      const given = options.writes.map(({ token, change }) => ({ token, change: copyOf(change) }));
      const writes = given.map(async ({ token, change }) => ({ token: await sign(token), change }));
      return client.transact({ ...(await signAll(options)), writes: await Promise.all(writes) });
    },
    registerStrategy: own.registerStrategy,
    registerEngine: own.registerEngine,
    conflictHistory: own.conflictHistory,
    clearHistory: own.clearHistory,
    async close() {
      await client.close();
      if (address !== undefined) await address.then(() => app.close());
      await store.close();
    },
  };
}

/** The caller's array may change while this waits for a signature. */
function copyOf(change: Change): Change {
  try {
    return structuredClone(change);
  } catch {
    return change;
  }
}

/** Set by a test file that runs shared suites through a client. */
export function isRemote(): boolean {
  return process.env['ENTENTE_TEST_CONTROLLER'] === 'client';
}
