// The dashboard: one page and its assets, as a build left them in a folder. Only files of that folder are served, by
// names that hold no path, and the page may load nothing from anywhere else.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { EntenteError } from '../core/errors.ts';
import { matchesWeak, parseCondition } from '../service/etag.ts';
import { headerOf } from './request.ts';

/** Where a build puts it: from the built file as from the source. */
export const BUILT_DASHBOARD: string = fileURLToPath(new URL(`${'../..'}/dist/dashboard`, import.meta.url));

const PAGE = 'index.html';
const ASSET = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/;
const TYPES: { readonly [extension: string]: string } = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

const HEADERS: readonly (readonly [name: string, value: string])[] = [
  [
    'content-security-policy',
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-embedder-policy', 'require-corp'],
  ['x-frame-options', 'DENY'],
];

/** The bytes of a plain file; undefined where there is none. What a link points to may lie anywhere, so it is none. */
async function bytesOf(file: string): Promise<Buffer | undefined> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return (await handle.stat()).isFile() ? await handle.readFile() : undefined;
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EMLINK', 'EISDIR'].includes(code)) return undefined;
    throw error;
  }
}

/** Whether there is a page to be served. */
export async function hasDashboard(folder: string = BUILT_DASHBOARD): Promise<boolean> {
  return (await bytesOf(path.join(folder, PAGE))) !== undefined;
}

function headers(reply: FastifyReply, cache: string): void {
  for (const [header, value] of HEADERS) reply.header(header, value);
  reply.header('cache-control', cache);
}

function body(reply: FastifyReply, name: string, bytes: Buffer, cache: string): Buffer {
  headers(reply, cache);
  reply.header('content-type', TYPES[path.extname(name)] ?? '');
  return bytes;
}

function notBuilt(): EntenteError {
  return new EntenteError('not-found', 'The dashboard is not built here.', {
    next: 'Run npm run build in the folder of entente; the API is at /openapi.json.',
  });
}

/** The page at `/`, its assets below `/assets/`. Their names change with their bytes, so that they are kept for a year. */
export function dashboardRoutes(app: FastifyInstance, folder: string): void {
  app.get('/', async (request, reply) => {
    const bytes = await bytesOf(path.join(folder, PAGE));
    if (bytes === undefined) throw notBuilt();
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    reply.header('etag', etag);
    const known = headerOf(request, 'if-none-match');
    if (known === undefined || !matchesWeak(parseCondition('If-None-Match', known), etag))
      return body(reply, PAGE, bytes, 'no-cache');
    // A browser takes the headers of a 304 for those of the page that it kept.
    headers(reply, 'no-cache');
    reply.code(304);
    return undefined;
  });

  app.get<{ Params: { asset: string } }>('/assets/:asset', async (request, reply) => {
    const { asset } = request.params;
    const known = ASSET.test(asset) && Object.hasOwn(TYPES, path.extname(asset));
    const bytes = known ? await bytesOf(path.join(folder, 'assets', asset)) : undefined;
    if (bytes === undefined) {
      throw new EntenteError('not-found', 'There is no such file of the dashboard.', { next: 'Load the page again.' });
    }
    return body(reply, asset, bytes, 'public, max-age=31536000, immutable');
  });
}
