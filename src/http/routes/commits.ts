// `POST /commits`: compare and let the policy decide. The status tells the kind of outcome, the body the outcome.

import { once } from '../../service/once.ts';
import { perform } from '../../service/operation.ts';
import { commit } from '../../service/operations/commit.ts';
import { commitStatus } from '../../service/operations/stats.ts';
import { transact } from '../../service/operations/transact.ts';
import { sendOutcome } from '../answer.ts';
import { callOf, idempotencyKeyOf } from '../request.ts';
import { type Routes, SPACE_PATH } from './route.ts';

const DRY = ['1', 'true'];

export const commitRoutes: Routes = (app, service) => {
  app.post(`${SPACE_PATH}/commits`, async (request, reply) => {
    const call = callOf(service, request);
    const key = idempotencyKeyOf(request);
    const { dry_run: dry } = request.query as { readonly dry_run?: unknown };
    const dryRun = DRY.includes(String(dry));
    const body = { ...(request.body as object), ...(key === undefined ? {} : { commitId: key }) };
    const outcome = await once(call, key, () => perform(commit, call, dryRun ? { ...body, dryRun } : body));
    // A rehearsal answers what it was asked, whatever would come of it.
    return dryRun ? reply.send(outcome) : sendOutcome(reply, call, outcome);
  });

  app.get<{ Params: { commitId: string } }>(`${SPACE_PATH}/commits/:commitId`, async (request) => {
    const { commitId } = request.params;
    return perform(commitStatus, callOf(service, request), { ...(request.query as object), commitId });
  });

  app.post(`${SPACE_PATH}/transactions`, async (request, reply) => {
    const call = callOf(service, request);
    const key = idempotencyKeyOf(request);
    const body = { ...(request.body as object), ...(key === undefined ? {} : { commitId: key }) };
    return sendOutcome(reply, call, await perform(transact, call, body));
  });
};
