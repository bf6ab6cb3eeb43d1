// The audit of a space, and its numbers.
import { Readable } from 'node:stream';
import { EntenteError } from '../../core/errors.ts';
import { perform } from '../../service/operation.ts';
import { audit } from '../../service/operations/audit.ts';
import { exportAudit } from '../../service/operations/audit-export.ts';
import { auditHead } from '../../service/operations/audit-head.ts';
import { series } from '../../service/operations/series.ts';
import { stats } from '../../service/operations/stats.ts';
import { startVerification, verification } from '../../service/operations/verify.ts';
import { bodyOf, callOf } from '../request.ts';
import { type Routes, SPACE_PATH } from './route.ts';

async function* begin(begun: readonly string[], rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield* begun;
  yield* rest;
}

export const auditRoutes: Routes = (app, service) => {
  app.get(`${SPACE_PATH}/audit`, async (request) =>
    perform(audit, callOf(service, request), { ...(request.query as object) }),
  );
  app.get(`${SPACE_PATH}/audit/head`, async (request) => perform(auditHead, callOf(service, request), {}));
  app.get(`${SPACE_PATH}/audit/export`, async (request, reply) => {
    const { cursor, ...odd } = request.query as { readonly cursor?: unknown };
    if ((cursor !== undefined && typeof cursor !== 'string') || Object.keys(odd).length > 0)
      throw new EntenteError('misuse', 'The export takes a cursor, or nothing.', { next: 'Send ?cursor=…, once.' });
    const rows = exportAudit(callOf(service, request), cursor);
    // A cursor that is of no use is told as a problem, and not in the middle of a table.
    const [head, first] = [await rows.next(), await rows.next()];
    const begun = [head, first].map(({ value }) => String(value ?? ''));
    reply.header('content-type', 'text/csv; charset=utf-8');
    reply.header('content-disposition', 'attachment; filename="entente-audit.csv"');
    return reply.send(Readable.from(begin(begun, rows), { objectMode: false }));
  });
  app.get(`${SPACE_PATH}/audit/verify`, async (request) => perform(verification, callOf(service, request), {}));
  app.post(`${SPACE_PATH}/audit/verify`, async (request, reply) => {
    reply.code(202);
    return perform(startVerification, callOf(service, request), bodyOf(request));
  });
  app.addHook('preClose', async () => service.verifications.close());
  app.get(`${SPACE_PATH}/stats/series`, async (request) =>
    perform(series, callOf(service, request), { ...(request.query as object) }),
  );
  app.get(`${SPACE_PATH}/stats`, async (request) => perform(stats, callOf(service, request), {}));
};
