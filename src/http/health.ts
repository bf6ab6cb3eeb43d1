// How a server is: `/healthz` says that it runs, `/readyz` that its store answers and takes writes, `/metrics` what it has done.
import type { FastifyInstance } from 'fastify';
import { SERVICE_SPACE } from '../core/resource.ts';
import { unauthenticated } from '../service/keys.ts';
import { forbidden, mayAll } from '../service/rights.ts';
import type { Service } from '../service/service.ts';
import type { Metrics } from './metrics.ts';

/** Answered without a key, so that they say no more than yes or no, and since when. */
export function healthRoutes(app: FastifyInstance, service: Service): void {
  const { readiness } = service;
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    const { since } = await readiness.check();
    return { status: 'ok', since: new Date(since).toISOString() };
  });
  readiness.onTurn(({ ready, since, before, cause }) => {
    const at = new Date(since).toISOString();
    if (!ready) {
      app.log.error({ since: at, err: cause }, 'the store does not answer, or takes no writes');
      return;
    }
    const seconds = Math.round((since - before.since) / 1000);
    app.log.warn({ since: at, away: new Date(before.since).toISOString(), seconds }, 'the store answers again');
  });
  app.addHook('onClose', async () => readiness.end());
}

/** What a store is in doubt for: it may be away, and not only for whoever asked. */
const DOUBTFUL: readonly string[] = ['store-unavailable', 'store-full', 'store-locked', 'store-corrupt', 'read-only'];

/** Looks at the store where an answer says that it failed, so that the log and `/readyz` know since when. */
export function doubtStore({ readiness }: Service, code: string): void {
  if (DOUBTFUL.includes(code)) readiness.doubt();
}

/** For keys that may audit every space: counts tell of all of them. */
export function metricsRoutes(app: FastifyInstance, service: Service, metrics: Metrics): void {
  app.get('/metrics', async ({ principal }, reply) => {
    if (principal === null) throw unauthenticated();
    const everywhere = principal.grants.some(({ capability, space }) => capability === 'audit' && space === '*');
    if (!everywhere || !mayAll(principal, 'audit', SERVICE_SPACE))
      throw forbidden('Metrics are for keys that may audit all spaces.', 'Ask for the grant audit@*');
    reply.header('content-type', metrics.contentType);
    return metrics.text(service);
  });
}
