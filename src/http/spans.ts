// A span of OpenTelemetry for each request, with what is done for it below. Its name is the route's, never the address:
// that one holds ids.
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';
import { isTraced, isTracing } from '../service/observed.ts';

const tracer = trace.getTracer('entente');

/** Registers the spans, for all routes that are registered after it. */
export function traceRequests(app: FastifyInstance): void {
  // Entered before the handler and not before the body, whose arrival would leave the context again.
  app.addHook('preHandler', (request, reply, done) => {
    if (!isTracing()) return done();
    const { method, routeOptions } = request;
    const span = tracer.startSpan(`${method} ${routeOptions.url ?? ''}`, { kind: SpanKind.SERVER });
    if (!isTraced(span)) return done();
    span.setAttribute('http.request.method', method);
    span.setAttribute('http.route', routeOptions.url ?? '');
    reply.raw.once('close', () => {
      span.setAttribute('http.response.status_code', reply.raw.statusCode);
      if (reply.raw.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    context.with(trace.setSpan(context.active(), span), done);
  });
}
