// The kept decisions of a space. A store that did not say whether they were forgotten is a 503, as for commits.

import { perform } from '../../service/operation.ts';
import { forget } from '../../service/operations/forget.ts';
import { recorded } from '../../service/operations/recorded.ts';
import { callOf, idempotencyKeyOf } from '../request.ts';
import { type Routes, SPACE_PATH } from './route.ts';

export const recordedRoutes: Routes = (app, service) => {
  app.get(`${SPACE_PATH}/recorded`, async (request) =>
    perform(recorded, callOf(service, request), { ...(request.query as object) }),
  );
  app.post(`${SPACE_PATH}/recorded/forget`, async (request, reply) => {
    const key = idempotencyKeyOf(request);
    const body = { ...(request.body as object), ...(key === undefined ? {} : { commitId: key }) };
    const done = await perform(forget, callOf(service, request), body);
    reply.code(done.status === 'unknown' ? 503 : 200);
    return done;
  });
};
