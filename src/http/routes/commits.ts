// `POST /commits`: compare and let the policy decide. The status tells the kind of outcome, the body the outcome.

import { perform } from '../../service/operation.ts';
import { commit } from '../../service/operations/commit.ts';
import { sendOutcome } from '../answer.ts';
import { callOf, idempotencyKeyOf } from '../request.ts';
import { type Routes, SPACE_PATH } from './route.ts';

export const commitRoutes: Routes = (app, service) => {
  app.post(`${SPACE_PATH}/commits`, async (request, reply) => {
    const call = callOf(service, request);
    const key = idempotencyKeyOf(request);
    const body = request.body as { readonly [field: string]: unknown };
    const outcome = await perform(commit, call, key === undefined ? body : { ...body, commitId: key });
    return sendOutcome(reply, call, outcome);
  });
};
