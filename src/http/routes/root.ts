// What is told without a key: how the API is made, what the error codes mean, and that this is entente.
import { readFile } from 'node:fs/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { EntenteError } from '../../core/errors.ts';
import { type ErrorPages, type Page, prefersHtml, readErrorPages } from '../error-pages.ts';
import { openapiDocument } from '../openapi/document.ts';

/** From the built file as from the source. */
const ROOT = '../../..';
const PACKAGE = new URL(`${ROOT}/package.json`, import.meta.url);

async function version(): Promise<string> {
  return String((JSON.parse(await readFile(PACKAGE, 'utf8')) as { readonly version?: unknown }).version);
}

function sendPage(request: FastifyRequest, reply: FastifyReply, { text, html }: Page): FastifyReply {
  const wantsHtml = prefersHtml(request.headers.accept);
  return reply
    .header('vary', 'Accept')
    .header('content-type', `text/${wantsHtml ? 'html' : 'plain'}; charset=utf-8`)
    .send(wantsHtml ? html : text);
}

export function rootRoutes(app: FastifyInstance): void {
  let document: Promise<string> | undefined;
  let pages: Promise<ErrorPages> | undefined;
  const errorPages = (): Promise<ErrorPages> => {
    pages ??= readErrorPages();
    return pages;
  };
  app.get('/openapi.json', async (_request, reply) => {
    document ??= version().then((name) => JSON.stringify(openapiDocument(name)));
    return reply.header('content-type', 'application/json; charset=utf-8').send(await document);
  });
  app.get('/errors', async (request, reply) => sendPage(request, reply, (await errorPages()).all));
  // The types of problems are these.
  app.get<{ Params: { code: string } }>('/errors/:code', async (request, reply) => {
    const page = (await errorPages()).of(request.params.code);
    if (page === undefined) throw new EntenteError('not-found', 'There is no such code.', { next: 'GET /errors' });
    return sendPage(request, reply, page);
  });
  app.get('/.well-known/entente', async () => ({
    ...{ name: 'entente', version: await version(), api: '/v1/spaces/{space}', openapi: '/openapi.json' },
    errors: '/errors',
  }));
}
