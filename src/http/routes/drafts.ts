// `/drafts`: begin a change, see what is announced, take that back. A draft holds nothing open on the server.

import { perform } from '../../service/operation.ts';
import { begin } from '../../service/operations/begin.ts';
import { drafts } from '../../service/operations/drafts.ts';
import { release } from '../../service/operations/release.ts';
import { callOf } from '../request.ts';
import { type Routes, SPACE_PATH } from './route.ts';

export const draftRoutes: Routes = (app, service) => {
  app.post(`${SPACE_PATH}/drafts`, async (request) => perform(begin, callOf(service, request), request.body));

  app.get(`${SPACE_PATH}/drafts`, async (request) => perform(drafts, callOf(service, request), request.query));

  // The token is the whole draft: what is given up is what others were told of it.
  app.delete<{ Params: { id: string } }>(`${SPACE_PATH}/drafts/:id`, async (request, reply) => {
    const { id } = request.params;
    await perform(release, callOf(service, request), { ...(request.query as object), draftId: id });
    reply.code(204);
  });
};
