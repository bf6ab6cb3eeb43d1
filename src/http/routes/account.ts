// Who one is to this server, in no space: sessions and keys.
import type { FastifyInstance } from 'fastify';
import { perform } from '../../service/operation.ts';
import { endKey } from '../../service/operations/end-key.ts';
import { keys } from '../../service/operations/keys.ts';
import { login } from '../../service/operations/login.ts';
import { makeLoginCode } from '../../service/operations/login-code.ts';
import { makeKey } from '../../service/operations/make-key.ts';
import { rotate } from '../../service/operations/rotate.ts';
import { whoami } from '../../service/operations/whoami.ts';
import type { Service } from '../../service/service.ts';
import { bodyOf, ownCallOf } from '../request.ts';
import type { Routes } from './route.ts';

/** Bytes of a request that comes without a key: there is little to say. */
const OPEN_BYTES = 4096;

/** Asks for no key: it is where one is got. */
export function loginRoutes(app: FastifyInstance, service: Service): void {
  app.post('/v1/login', { bodyLimit: OPEN_BYTES }, async (request) =>
    perform(login, { service, requestId: request.id }, bodyOf(request)),
  );
}

export const accountRoutes: Routes = (app, service) => {
  app.post('/v1/login-codes', async (request, reply) => {
    reply.code(201);
    return perform(makeLoginCode, ownCallOf(service, request), bodyOf(request));
  });
  app.get('/v1/whoami', async (request) => perform(whoami, ownCallOf(service, request), {}));
  app.get('/v1/keys', async (request) => perform(keys, ownCallOf(service, request), { ...(request.query as object) }));
  app.post('/v1/keys', async (request, reply) => {
    reply.code(201);
    return perform(makeKey, ownCallOf(service, request), bodyOf(request));
  });
  app.post('/v1/signing-keys', async (request, reply) => {
    reply.code(201);
    return perform(rotate, ownCallOf(service, request), bodyOf(request));
  });
  app.delete<{ Params: { keyId: string } }>('/v1/keys/:keyId', async (request, reply) => {
    await perform(endKey, ownCallOf(service, request), { keyId: request.params.keyId });
    reply.code(204);
  });
};
