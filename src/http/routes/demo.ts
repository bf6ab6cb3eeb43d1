// The demo of a space.
import { perform } from '../../service/operation.ts';
import { demo, startDemo } from '../../service/operations/demo.ts';
import { bodyOf, callOf } from '../request.ts';
import { type Routes, SPACE_PATH } from './route.ts';

export const demoRoutes: Routes = (app, service) => {
  app.get(`${SPACE_PATH}/demo`, async (request) => perform(demo, callOf(service, request), {}));
  app.post(`${SPACE_PATH}/demo`, async (request, reply) => {
    reply.code(202);
    return perform(startDemo, callOf(service, request), bodyOf(request));
  });
  app.addHook('preClose', async () => service.demos.close());
};
