// `/resource?id=`: content as it is, with conditional requests as RFC 9110 has them.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EntenteError } from '../../core/errors.ts';
import { parseResourceId, type ResourceId } from '../../core/resource.ts';
import { matchesWeak, parseCondition } from '../../service/etag.ts';
import type { Call } from '../../service/operation.ts';
import { type Found, look, lookAt, noResource } from '../../service/operations/read.ts';
import { checkConditions, type Landed, type WriteInput, writeIf } from '../../service/operations/write.ts';
import type { Service } from '../../service/service.ts';
import { problemBody } from '../answer.ts';
import { preconditionsOf } from '../preconditions.ts';
import { outcomeProblem } from '../problems.ts';
import { sayQuota } from '../rate-headers.ts';
import { agentHeaderOf, callOf, headerOf, idempotencyKeyOf, noteHeaderOf } from '../request.ts';
import { type Routes, SPACE_PATH } from './route.ts';

/** Without a schema: these routes are the busiest, and to build what a schema answers takes longer than to look. */
export function idOf(given: unknown): ResourceId {
  const { id } = given as { readonly id?: unknown };
  if (typeof id === 'string' && Object.keys(given as object).length === 1) return parseResourceId(id);
  if (Array.isArray(id) && id.length === 0)
    throw new EntenteError('bad-id', 'The id is not well-formed UTF-8.', { next: 'Percent-encode it once, as UTF-8.' });
  throw new EntenteError('misuse', 'The query is exactly one id, in well-formed UTF-8.', {
    next: 'Send it as ?id=notes/plan.md, percent-encoded once.',
  });
}

/** Versioned answers must not be re-coded on the way: a proxy that compresses would make the ETag weak. */
export function headHeaders(reply: FastifyReply, { head, etag }: Found): void {
  reply.header('etag', etag);
  reply.header('entente-version', String(head.version));
  reply.header('cache-control', 'no-transform, no-cache');
  if (head.mediaType !== undefined) reply.header('entente-media-type', head.mediaType);
}

/** Stored bytes are data: never shown as a page, never run, whatever somebody wrote into them. */
export function contentHeaders(reply: FastifyReply): void {
  reply.header('content-type', 'text/plain; charset=utf-8');
  reply.header('content-disposition', 'attachment');
}

async function contentBody(reply: FastifyReply, found: Found): Promise<Buffer> {
  const content = await found.content();
  if (content === undefined) {
    throw new EntenteError('no-content', `Only the hash of ${found.head.resource} is kept here, not its content.`, {
      next: 'Get the content from whoever committed the hash.',
    });
  }
  contentHeaders(reply);
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}

/** The content, or 304 where the caller has it already: that one does not count against what its key may send. */
function foundBody(
  call: Call,
  request: FastifyRequest,
  reply: FastifyReply,
  found: Found,
): Promise<Buffer> | undefined {
  const match = headerOf(request, 'if-match');
  if (match !== undefined) checkConditions(found.etag, { ifMatch: parseCondition('If-Match', match) });
  const unless = headerOf(request, 'if-none-match');
  const known = unless !== undefined && matchesWeak(parseCondition('If-None-Match', unless), found.etag);
  headHeaders(reply, found);
  if (!known) return contentBody(reply, found);
  const { principal, service } = call;
  service.throttle.giveBack(principal.id);
  sayQuota(reply, service.throttle, principal.id);
  reply.code(304);
  return undefined;
}

/** The input of most requests by itself: what says more is put beside it. */
function inputOf(request: FastifyRequest, change: WriteInput['change']): WriteInput {
  const [agent, note, key] = [agentHeaderOf(request), noteHeaderOf(request), idempotencyKeyOf(request)];
  const { ifMatch, ifNoneMatch } = preconditionsOf(request);
  const id = idOf(request.query);
  const isPlain = agent === undefined && note === undefined && key === undefined && ifNoneMatch === undefined;
  if (isPlain && ifMatch !== undefined) return { id, change, ifMatch };
  return {
    ...{ id, change },
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
    ...(agent === undefined ? {} : { agent }),
    ...(note === undefined ? {} : { note }),
    ...(key === undefined ? {} : { key }),
  };
}

async function write(
  service: Service,
  request: FastifyRequest,
  reply: FastifyReply,
  change: WriteInput['change'],
): Promise<object | undefined> {
  const call = callOf(service, request);
  const landed = await writeIf(call, inputOf(request, change));
  if ('status' in landed) return problemBody(reply, outcomeProblem(landed, call.requestId));
  if (!('delete' in change)) return landedBody(reply, landed);
  reply.code(204);
  return undefined;
}

export function landedBody(reply: FastifyReply, landed: Landed): Landed {
  reply.headers({ etag: landed.etag, 'entente-version': String(landed.version) });
  reply.code(landed.created ? 201 : 200);
  return landed;
}

/** What clients send unasked says nothing about the content. */
const NO_TYPES = ['application/x-www-form-urlencoded', 'application/octet-stream', ''];

function mediaTypeOf(request: FastifyRequest): string | undefined {
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('text/')) return type;
  return NO_TYPES.includes(type.split(';')[0]?.trim().toLowerCase() ?? '') ? undefined : type;
}

export const resourceRoutes: Routes = (app, service) => {
  app.get(`${SPACE_PATH}/resource`, async (request, reply) => {
    const call = callOf(service, request);
    const id = idOf(request.query);
    const found = await look(call, id);
    if (found === undefined || found.head.deleted) throw noResource(id);
    return foundBody(call, request, reply, found);
  });

  app.put(`${SPACE_PATH}/resource`, (request, reply) => {
    // A part of a content, taken for all of it, would drop the rest.
    if (request.headers['content-range'] !== undefined)
      throw new EntenteError('misuse', 'A content is written whole: a Content-Range is not taken.', {
        next: 'Send the whole content, or POST /commits with edits or append.',
      });
    const content = request.body instanceof Uint8Array ? request.body : new Uint8Array();
    const mediaType = mediaTypeOf(request);
    return write(service, request, reply, mediaType === undefined ? { content } : { content, mediaType });
  });

  app.delete(`${SPACE_PATH}/resource`, (request, reply) => write(service, request, reply, { delete: true }));

  app.get(`${SPACE_PATH}/resource/versions/:version`, async (request, reply) => {
    const call = callOf(service, request);
    const id = idOf(request.query);
    const { version } = request.params as { readonly version: string };
    const found = /^[1-9]\d{0,15}$/.test(version) ? await lookAt(call, id, Number(version)) : undefined;
    if (found === undefined || found.head.deleted) throw noResource(id);
    return foundBody(call, request, reply, found);
  });
};
