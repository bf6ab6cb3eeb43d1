// What is told without a key: how the API is made, what the error codes mean, and that this is entente.
import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { openapiDocument } from '../openapi/document.ts';

/** From the built file as from the source. */
const ROOT = '../../..';
const ERRORS = new URL(`${ROOT}/docs/errors.md`, import.meta.url);
const PACKAGE = new URL(`${ROOT}/package.json`, import.meta.url);

async function version(): Promise<string> {
  return String((JSON.parse(await readFile(PACKAGE, 'utf8')) as { readonly version?: unknown }).version);
}

export function rootRoutes(app: FastifyInstance): void {
  let document: Promise<string> | undefined;
  app.get('/openapi.json', async (_request, reply) => {
    document ??= version().then((name) => JSON.stringify(openapiDocument(name)));
    return reply.header('content-type', 'application/json; charset=utf-8').send(await document);
  });
  // The types of problems point here.
  app.get('/errors', async (_request, reply) =>
    reply.header('content-type', 'text/plain; charset=utf-8').send(await readFile(ERRORS, 'utf8')),
  );
  app.get('/.well-known/entente', async () => ({
    ...{ name: 'entente', version: await version(), api: '/v1/spaces/{space}', openapi: '/openapi.json' },
    errors: '/errors',
  }));
}
