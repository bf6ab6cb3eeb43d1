// Lists of a space: its resources, and the versions of one of them.

import { perform } from '../../service/operation.ts';
import { list } from '../../service/operations/list.ts';
import { versions } from '../../service/operations/versions.ts';
import { callOf } from '../request.ts';
import { type Routes, SPACE_PATH } from './route.ts';

export const listRoutes: Routes = (app, service) => {
  app.get(`${SPACE_PATH}/resources`, async (request) =>
    perform(list, callOf(service, request), { ...(request.query as object) }),
  );
  app.get(`${SPACE_PATH}/resource/versions`, async (request) =>
    perform(versions, callOf(service, request), { ...(request.query as object) }),
  );
};
