// The audit of a space, and its numbers.

import { perform } from '../../service/operation.ts';
import { audit, auditHead } from '../../service/operations/audit.ts';
import { stats } from '../../service/operations/stats.ts';
import { callOf } from '../request.ts';
import { type Routes, SPACE_PATH } from './route.ts';

export const auditRoutes: Routes = (app, service) => {
  app.get(`${SPACE_PATH}/audit`, async (request) =>
    perform(audit, callOf(service, request), { ...(request.query as object) }),
  );
  app.get(`${SPACE_PATH}/audit/head`, async (request) => perform(auditHead, callOf(service, request), {}));
  app.get(`${SPACE_PATH}/stats`, async (request) => perform(stats, callOf(service, request), {}));
};
