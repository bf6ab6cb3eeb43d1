// The policy of a space, with its ETag; and which rule applies to a resource.
import { matchesStrong, onlyWeak } from '../../service/etag.ts';
import { perform } from '../../service/operation.ts';
import { explain } from '../../service/operations/explain.ts';
import { policy } from '../../service/operations/policy.ts';
import { rehearsePolicy } from '../../service/operations/rehearsal.ts';
import { setPolicy } from '../../service/operations/set-policy.ts';
import { failed, required, weak } from '../../service/operations/write.ts';
import { preconditionsOf } from '../preconditions.ts';
import { bodyOf, callOf } from '../request.ts';
import { type Routes, SPACE_PATH } from './route.ts';

export const policyRoutes: Routes = (app, service) => {
  app.get(`${SPACE_PATH}/policy`, async (request, reply) => {
    const found = await perform(policy, callOf(service, request), {});
    reply.header('etag', found.etag);
    return found;
  });

  app.put(`${SPACE_PATH}/policy`, async (request, reply) => {
    const call = callOf(service, request);
    const { ifMatch, ifNoneMatch } = preconditionsOf(request);
    const now = await perform(policy, call, {});
    if (ifMatch === undefined && ifNoneMatch === undefined) throw required('the ETag of the policy as If-Match');
    if (ifNoneMatch === '*' && now.revision > 0) throw failed(now.etag, 'policy');
    if (ifMatch === '*' && now.revision === 0) throw failed(undefined, 'policy');
    if (ifMatch !== undefined && !matchesStrong(ifMatch, now.etag))
      throw onlyWeak(ifMatch, now.etag) ? weak() : failed(now.etag, 'policy');
    const body = { ...bodyOf(request, 'revision'), revision: now.revision };
    const stored = await perform(setPolicy, call, body);
    reply.code(now.revision === 0 ? 201 : 200).header('etag', stored.etag);
    return stored;
  });

  app.post(`${SPACE_PATH}/policy/rehearsal`, async (request) =>
    perform(rehearsePolicy, callOf(service, request), bodyOf(request)),
  );
  app.post(`${SPACE_PATH}/policy/explain`, async (request) => perform(explain, callOf(service, request), request.body));
};
