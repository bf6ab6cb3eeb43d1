// The HTTP surface: maps requests to operations of the service and their answers to HTTP, and decides nothing itself.
// Each file of routes/ is one resource of the API; this one puts them behind the border and the authentication.
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Mount } from '../service/exchange.ts';
import type { Principal } from '../service/principal.ts';
import { randomId } from '../service/random-id.ts';
import type { Service } from '../service/service.ts';
import { sendProblem } from './answer.ts';
import { type Border, type BorderOptions, createBorder } from './border.ts';
import { closeSoon } from './closing.ts';
import { BUILT_DASHBOARD, dashboardRoutes } from './dashboard.ts';
import { doubtStore, healthRoutes, metricsRoutes } from './health.ts';
import { parseBody } from './json-body.ts';
import { answerUnknown } from './methods.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { mountRoutes } from './mount.ts';
import { problemOf } from './problems.ts';
import { parseQuery, refuseQuery } from './query.ts';
import { sayQuota } from './rate-headers.ts';
import { bearerOf } from './request.ts';
import { accountRoutes, loginRoutes } from './routes/account.ts';
import { auditRoutes } from './routes/audit.ts';
import { commitRoutes } from './routes/commits.ts';
import { conflictRoutes } from './routes/conflicts.ts';
import { demoRoutes } from './routes/demo.ts';
import { draftRoutes } from './routes/drafts.ts';
import { eventRoutes } from './routes/events.ts';
import { headRoutes } from './routes/heads.ts';
import { listRoutes } from './routes/lists.ts';
import { policyRoutes } from './routes/policy.ts';
import { recordedRoutes } from './routes/recorded.ts';
import { resourceRoutes } from './routes/resource.ts';
import { rootRoutes } from './routes/root.ts';
import { type Routes, SPACE_PATH } from './routes/route.ts';
import { undoRoutes } from './routes/undo.ts';
import { traceRequests } from './spans.ts';
import { answerTogether } from './turns.ts';
import { answerUnreadable } from './unreadable.ts';

export interface HttpOptions extends BorderOptions {
  readonly service: Service;
  /** A pino logger, or nothing is logged. It must not be given keys or tokens, and gets none from here. */
  readonly logger?: FastifyBaseLogger;
  /** Those that the service tells its work to. @default new ones, of which gauges alone have something to say */
  readonly metrics?: Metrics;
  /** What else is served, behind the same border and the same keys. @default nothing */
  readonly mounts?: readonly Mount[];
  /** The folder of the dashboard that is served at `/`; false: none is. @default the one that the build made */
  readonly dashboard?: string | false;
}

/** Milliseconds for a whole request to arrive, and for its headers. */
const REQUEST_MS = 30_000;
const HEADERS_MS = 10_000;
const HEADER_BYTES = 16 * 1024;
/** Characters of a part of a path: a space of 255 bytes, percent-encoded. */
const PARAM_CHARS = 1024;

const HEADERS: readonly (readonly [name: string, value: string])[] = [
  ['x-content-type-options', 'nosniff'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'; sandbox"],
  ['cross-origin-resource-policy', 'same-origin'],
  ['referrer-policy', 'no-referrer'],
  ['cache-control', 'no-store'],
];

function setHeaders(reply: FastifyReply, requestId: string): void {
  for (const [name, value] of HEADERS) reply.header(name, value);
  reply.header('entente-request-id', requestId);
}

/** Refusals that whoever runs the server wants to see. Neither key nor token is told, only whose key it was. */
const SUSPECT: readonly string[] = ['bad-token', 'forbidden', 'token-not-yours', 'unauthenticated'];

/** Taking JSON alone: what a form or a script of another site can send without asking is none. */
const JSON_ROUTES: readonly Routes[] = [
  draftRoutes,
  commitRoutes,
  listRoutes,
  headRoutes,
  conflictRoutes,
  recordedRoutes,
  policyRoutes,
  auditRoutes,
  eventRoutes,
  accountRoutes,
  undoRoutes,
  demoRoutes,
];
/** Those that change something and have a query. */
const TAKE_QUERY: readonly string[] = [`${SPACE_PATH}/commits`, `${SPACE_PATH}/drafts/:id`];
/** Taking bytes of any kind. */
const BYTE_ROUTES: readonly Routes[] = [resourceRoutes];

function createApp({ service, logger }: HttpOptions, border: Border): FastifyInstance {
  const app = fastify({
    ...(logger === undefined ? { logger: false } : { loggerInstance: logger }),
    // What is worth a line is said where it happens; a line for each request is the metrics' business.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: service.limits.bodyBytes,
    // A server that stops answers as it always does: see closing.ts.
    return503OnClosing: false,
    requestTimeout: REQUEST_MS,
    http: { headersTimeout: HEADERS_MS, maxHeaderSize: HEADER_BYTES },
    genReqId: () => randomId(9),
    // Kept as it is sent: the schemas refuse fields that they do not name, and stored documents may have any name.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    routerOptions: {
      maxParamLength: PARAM_CHARS,
      querystringParser: parseQuery as (text: string) => Record<string, unknown>,
    },
    clientErrorHandler: answerUnreadable,
    // A path that cannot be decoded is refused before any hook runs.
    frameworkErrors: (error, request, reply) => {
      setHeaders(reply, request.id);
      sendProblem(reply, problemOf(border.refusal(request) ?? error, request.id));
    },
  });
  return app as unknown as FastifyInstance;
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** Bodies are JSON, read by our own rules. */
function takeJson(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** The server, not yet listening. */
export function createHttpApp(options: HttpOptions): FastifyInstance {
  const { service, metrics = createMetrics(), mounts = [], dashboard = BUILT_DASHBOARD } = options;
  const border = createBorder(options);
  const app = createApp(options, border);
  // A page of another site may send plain text without asking; there is no endpoint for it.
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('principal', null);
  app.addHook('onRequest', (request, reply, done) => {
    setHeaders(reply, request.id);
    border.check(request);
    done();
  });
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error, request.id);
    doubtStore(service, problem.code);
    if (problem.status >= 500) request.log.error({ requestId: request.id, err: error }, 'request failed');
    else if (SUSPECT.includes(problem.code))
      request.log.warn({ requestId: request.id, key: request.principal?.id, code: problem.code }, 'request refused');
    if (typeof problem['retryAfter'] === 'number') reply.header('retry-after', String(problem['retryAfter']));
    // What was refused before it was read is not read any more: the rest of it may have no end.
    if (request.body === undefined && hasBody(request)) reply.header('connection', 'close');
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
    sendProblem(reply, problem);
  });
  app.setNotFoundHandler(answerUnknown({ mounts, pages: dashboard !== false }));
  app.register(async (open) => {
    rootRoutes(open);
    healthRoutes(open, service);
    if (dashboard !== false) dashboardRoutes(open, dashboard);
    takeJson(open);
    loginRoutes(open, service);
  });
  answerTogether(app);
  closeSoon(app, service.timers);
  traceRequests(app);
  app.register(async (behind) => {
    const enter = (request: FastifyRequest, reply: FastifyReply, principal: Principal): void => {
      request.principal = principal;
      try {
        service.throttle.take(principal.id);
      } finally {
        sayQuota(reply, service.throttle, principal.id);
      }
    };
    // Nearly all keys were seen a moment ago: nothing has to be waited for.
    behind.addHook('onRequest', (request, reply, done) => {
      const text = bearerOf(request);
      const known = service.keys.recognise(text);
      if (known === undefined) {
        service.keys
          .authenticate(text)
          .then((principal) => enter(request, reply, principal))
          .then(() => done(), done);
        return;
      }
      enter(request, reply, known);
      done();
    });
    metricsRoutes(behind, service, metrics);
    behind.register(async (json) => {
      takeJson(json);
      json.register(async (own) => {
        own.addHook('onRequest', (request, _reply, done) => {
          refuseQuery(request, TAKE_QUERY);
          done();
        });
        for (const routes of JSON_ROUTES) routes(own, service);
      });
      for (const mount of mounts) mountRoutes(json, mount);
    });
    behind.register(async (bytes) => {
      bytes.removeAllContentTypeParsers();
      // By a pattern for every type that is one: which parser it found for a type it keeps, and for `*` it does not.
      for (const types of [/^/, '*'])
        bytes.addContentTypeParser(types, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
      for (const routes of BYTE_ROUTES) routes(bytes, service);
    });
  });
  return app;
}
