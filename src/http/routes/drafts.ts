// `POST /drafts` begins a change. A draft holds nothing open on the server.

import { perform } from '../../service/operation.ts';
import { begin } from '../../service/operations/begin.ts';
import { callOf } from '../request.ts';
import { type Routes, SPACE_PATH } from './route.ts';

export const draftRoutes: Routes = (app, service) => {
  app.post(`${SPACE_PATH}/drafts`, async (request, reply) => {
    const draft = await perform(begin, callOf(service, request), request.body);
    return reply.send(draft);
  });

  // There is nothing on the server to give up: the token is the whole draft. The endpoint is for clients that tidy up.
  app.delete(`${SPACE_PATH}/drafts/:id`, async (request, reply) => {
    callOf(service, request);
    return reply.code(204).send();
  });
};
