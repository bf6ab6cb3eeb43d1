// An earlier version again: a JSON body, under the precondition of a plain conditional write.
import { perform } from '../../service/operation.ts';
import { undo } from '../../service/operations/undo.ts';
import { problemBody } from '../answer.ts';
import { outcomeProblem } from '../problems.ts';
import { callOf, headerOf, keyedBodyOf } from '../request.ts';
import { landedBody } from './resource.ts';
import { type Routes, SPACE_PATH } from './route.ts';

export const undoRoutes: Routes = (app, service) => {
  app.post(`${SPACE_PATH}/resource/undo`, async (request, reply) => {
    const call = callOf(service, request);
    const ifMatch = headerOf(request, 'if-match');
    const landed = await perform(undo, call, {
      ...keyedBodyOf(request, 'ifMatch'),
      ...(ifMatch === undefined ? {} : { ifMatch }),
    });
    if ('status' in landed) return problemBody(reply, outcomeProblem(landed, call.requestId));
    return landedBody(reply, landed);
  });
};
