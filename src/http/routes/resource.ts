// `/resource?id=`: content as it is, with conditional requests as RFC 9110 has them.
import type { FastifyReply } from 'fastify';
import * as z from 'zod';
import { EntenteError } from '../../core/errors.ts';
import type { ResourceId } from '../../core/resource.ts';
import { matchesWeak, parseCondition } from '../../service/etag.ts';
import { type Found, look, noResource } from '../../service/operations/read.ts';
import { resourceField } from '../../service/schemas/fields.ts';
import { callOf, headerOf } from '../request.ts';
import { type Routes, SPACE_PATH } from './route.ts';

const query = z.strictObject({ id: resourceField });

export function idOf(given: unknown): ResourceId {
  const parsed = query.safeParse(given);
  if (parsed.success) return parsed.data.id;
  throw new EntenteError('misuse', 'The query is exactly one id, in well-formed UTF-8.', {
    next: 'Send it as ?id=notes/plan.md, percent-encoded once.',
  });
}

/** Versioned answers must not be re-coded on the way: a proxy that compresses would make the ETag weak. */
export function headHeaders(reply: FastifyReply, { head, etag }: Found): void {
  reply.headers({
    etag,
    'entente-version': String(head.version),
    'cache-control': 'no-transform, no-cache',
    ...(head.mediaType === undefined ? {} : { 'entente-media-type': head.mediaType }),
  });
}

/** Stored bytes are data: never shown as a page, never run, whatever somebody wrote into them. */
export function contentHeaders(reply: FastifyReply): void {
  reply.headers({ 'content-type': 'text/plain; charset=utf-8', 'content-disposition': 'attachment' });
}

export const resourceRoutes: Routes = (app, service) => {
  app.get(`${SPACE_PATH}/resource`, async (request, reply) => {
    const call = callOf(service, request);
    const id = idOf(request.query);
    const found = await look(call, id);
    if (found === undefined || found.head.deleted) throw noResource(id);
    const unless = headerOf(request, 'if-none-match');
    headHeaders(reply, found);
    if (unless !== undefined && matchesWeak(parseCondition('If-None-Match', unless), found.etag))
      return reply.code(304).send();
    const content = await found.content();
    if (content === undefined) {
      throw new EntenteError('no-content', `Only the hash of ${id} is kept here, not its content.`, {
        next: 'Get the content from whoever committed the hash.',
      });
    }
    contentHeaders(reply);
    return reply.send(Buffer.from(content.buffer, content.byteOffset, content.byteLength));
  });
};
