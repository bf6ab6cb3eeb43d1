// How a server is: `/healthz` says that it runs, `/readyz` that its store answers and takes writes, `/metrics` what it has done.
import type { FastifyInstance } from 'fastify';
import { SERVICE_SPACE } from '../core/resource.ts';
import { unauthenticated } from '../service/keys.ts';
import { forbidden, mayAll } from '../service/rights.ts';
import type { Service } from '../service/service.ts';
import type { Metrics } from './metrics.ts';

/** Answered without a key, so that they say no more than yes or no. */
export function healthRoutes(app: FastifyInstance, service: Service): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    await service.readiness.check();
    return { status: 'ok' };
  });
}

/** For keys that may audit every space: counts tell of all of them. */
export function metricsRoutes(app: FastifyInstance, service: Service, metrics: Metrics): void {
  app.get('/metrics', async ({ principal }, reply) => {
    if (principal === null) throw unauthenticated();
    const everywhere = principal.grants.some(({ capability, space }) => capability === 'audit' && space === '*');
    if (!everywhere || !mayAll(principal, 'audit', SERVICE_SPACE))
      throw forbidden('Metrics are for keys that may audit all spaces.', 'Ask for the grant audit@*');
    return reply.header('content-type', metrics.contentType).send(await metrics.text(service));
  });
}
