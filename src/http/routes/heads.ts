// For programs that want more than the bytes: heads as JSON, how a version was made, and where the space stands.

import { perform } from '../../service/operation.ts';
import { head } from '../../service/operations/head.ts';
import { making } from '../../service/operations/making.ts';
import { position } from '../../service/operations/position.ts';
import { callOf } from '../request.ts';
import { type Routes, SPACE_PATH } from './route.ts';

export const headRoutes: Routes = (app, service) => {
  app.get(`${SPACE_PATH}/resource/head`, async (request) =>
    perform(head, callOf(service, request), { ...(request.query as object) }),
  );
  app.get<{ Params: { version: string } }>(`${SPACE_PATH}/resource/versions/:version/making`, async (request) => {
    const { version } = request.params;
    return perform(making, callOf(service, request), { ...(request.query as object), version });
  });
  app.get(`${SPACE_PATH}/position`, async (request) => perform(position, callOf(service, request), {}));
};
