// The queue of conflicts: list, look, take, propose, decide.
import { EntenteError } from '../../core/errors.ts';
import { visibleConflict } from '../../service/conflict-view.ts';
import { matchesStrong, onlyWeak, parseCondition, recordEtag } from '../../service/etag.ts';
import { type Call, perform } from '../../service/operation.ts';
import { claim } from '../../service/operations/claim.ts';
import { conflict } from '../../service/operations/conflict.ts';
import { conflicts } from '../../service/operations/conflicts.ts';
import { compose, dissect } from '../../service/operations/dissect.ts';
import { propose } from '../../service/operations/propose.ts';
import { resolve } from '../../service/operations/resolve.ts';
import { failed, required, weak } from '../../service/operations/write.ts';
import { outcomeBody } from '../answer.ts';
import { bodyOf, callOf, headerOf, keyedBodyOf } from '../request.ts';
import { contentHeaders } from './resource.ts';
import { type Routes, SPACE_PATH } from './route.ts';

interface Params {
  readonly conflictId: string;
}

const SIDES = ['base', 'current', 'proposed'] as const;

/** The revision that an If-Match names; it is compared again where the decision is written. */
async function revisionOf(call: Call, conflictId: string, ifMatch: string | undefined): Promise<number> {
  const found = await visibleConflict(call, conflictId);
  if (ifMatch === undefined) throw required('the ETag of the conflict as If-Match');
  const condition = parseCondition('If-Match', ifMatch);
  const etag = recordEtag(await call.service.store.epoch(), found.revision);
  if (matchesStrong(condition, etag)) return found.revision;
  // What is resolved already is answered with what it was resolved to, whatever was seen of it before.
  if (found.state === 'resolved') return found.revision;
  throw onlyWeak(condition, etag) ? weak() : failed(etag, 'conflict');
}

export const conflictRoutes: Routes = (app, service) => {
  const path = `${SPACE_PATH}/conflicts`;
  app.get(path, async (request) => perform(conflicts, callOf(service, request), { ...(request.query as object) }));

  app.get<{ Params: Params }>(`${path}/:conflictId`, async (request, reply) => {
    const { conflictId } = request.params;
    const found = await perform(conflict, callOf(service, request), { conflictId });
    reply.header('etag', found.etag);
    return found;
  });

  app.get<{ Params: Params }>(`${path}/:conflictId/view`, async (request, reply) => {
    const { conflictId } = request.params;
    const found = await perform(dissect, callOf(service, request), { conflictId });
    reply.header('etag', found.conflict.etag);
    return found;
  });

  app.post<{ Params: Params }>(`${path}/:conflictId/composition`, async (request) => {
    const { conflictId } = request.params;
    return perform(compose, callOf(service, request), { ...bodyOf(request, 'conflictId'), conflictId });
  });

  app.get<{ Params: Params }>(`${path}/:conflictId/content`, async (request, reply) => {
    const call = callOf(service, request);
    const { side: name } = request.query as { readonly side?: unknown };
    const side = SIDES.find((known) => known === name);
    if (side === undefined)
      throw new EntenteError('misuse', `The side is one of ${SIDES.join(', ')}.`, { next: 'Send it as ?side=current' });
    const found = await visibleConflict(call, request.params.conflictId);
    const content = await call.controller.conflictContent(found.id, side);
    if (content === undefined)
      throw new EntenteError('no-content', 'This side has no content here.', { next: 'Look at the conflict for why.' });
    contentHeaders(reply);
    return Buffer.from(content);
  });

  app.post<{ Params: Params }>(`${path}/:conflictId/claim`, async (request) => {
    const { conflictId } = request.params;
    return perform(claim, callOf(service, request), { ...bodyOf(request, 'conflictId'), conflictId });
  });

  app.delete<{ Params: Params }>(`${path}/:conflictId/claim`, async (request, reply) => {
    await perform(claim, callOf(service, request), { conflictId: request.params.conflictId, release: true });
    reply.code(204);
  });

  app.post<{ Params: Params }>(`${path}/:conflictId/proposals`, async (request, reply) => {
    const { conflictId } = request.params;
    const body = keyedBodyOf(request, 'conflictId');
    const made = await perform(propose, callOf(service, request), { ...body, conflictId });
    reply.code(201);
    return made;
  });

  app.post<{ Params: Params }>(`${path}/:conflictId/resolution`, async (request, reply) => {
    const call = callOf(service, request);
    const { conflictId } = request.params;
    const body = keyedBodyOf(request, 'conflictId', 'revision');
    const revision = await revisionOf(call, conflictId, headerOf(request, 'if-match'));
    const outcome = await perform(resolve, call, { ...body, conflictId, revision });
    return outcomeBody(reply, call, outcome, 'decision');
  });
};
