// `POST /commits`: compare and let the policy decide. The status tells the kind of outcome, the body the outcome.
import { EntenteError } from '../../core/errors.ts';
import { once } from '../../service/once.ts';
import { perform } from '../../service/operation.ts';
import { commit } from '../../service/operations/commit.ts';
import { commitStatus } from '../../service/operations/commit-status.ts';
import { transact } from '../../service/operations/transact.ts';
import { outcomeBody } from '../answer.ts';
import { callOf, idempotencyKeyOf, keyedBodyOf } from '../request.ts';
import { type Routes, SPACE_PATH } from './route.ts';

/** A word that is not known must not pass for "no": it would commit what was only to be tried. */
function isDryRun(query: unknown): boolean {
  const { dry_run: dry, ...rest } = query as { readonly [name: string]: unknown };
  if (Object.keys(rest).length === 0) {
    if (dry === undefined || dry === '0' || dry === 'false') return false;
    if (dry === '1' || dry === 'true') return true;
  }
  throw new EntenteError('misuse', 'The query of a commit is nothing, or dry_run=1.', { next: 'Nothing was written.' });
}

export const commitRoutes: Routes = (app, service) => {
  app.post(`${SPACE_PATH}/commits`, async (request, reply) => {
    const call = callOf(service, request);
    const key = idempotencyKeyOf(request);
    const dryRun = isDryRun(request.query);
    const body = keyedBodyOf(request, 'dryRun');
    const outcome = await once(call, key, () => perform(commit, call, dryRun ? { ...body, dryRun } : body));
    // A rehearsal answers what it was asked, whatever would come of it.
    return dryRun ? outcome : outcomeBody(reply, call, outcome);
  });

  app.get<{ Params: { commitId: string } }>(`${SPACE_PATH}/commits/:commitId`, async (request) => {
    const { commitId } = request.params;
    return perform(commitStatus, callOf(service, request), { ...(request.query as object), commitId });
  });

  app.post(`${SPACE_PATH}/transactions`, async (request, reply) => {
    const call = callOf(service, request);
    return outcomeBody(reply, call, await perform(transact, call, keyedBodyOf(request)));
  });
};
