// Which methods a path has: for requests that no route takes, so that a wrong method is told from a wrong path. It says
// what /openapi.json says to everybody, and so of no resource, conflict or key whether it is there.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EntenteError } from '../core/errors.ts';
import type { Mount } from '../service/exchange.ts';
import { problemBody } from './answer.ts';
import { MOUNT_METHODS } from './mount.ts';
import { PAGE } from './openapi/account-endpoints.ts';
import { pathOf } from './openapi/document.ts';
import type { Endpoint } from './openapi/endpoint.ts';
import { ENDPOINTS } from './openapi/endpoints.ts';
import { type Problem, problemOf } from './problems.ts';

export interface Served {
  readonly mounts: readonly Mount[];
  /** The dashboard is served. */
  readonly pages: boolean;
}

interface Known {
  readonly path: RegExp;
  readonly methods: readonly string[];
}

function known(template: string, methods: readonly string[]): Known {
  const source = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+');
  return { path: new RegExp(`^${source}$`), methods };
}

/** Where an endpoint can be read, its head can be. */
function ofEndpoint(endpoint: Endpoint): Known {
  const method = endpoint.method.toUpperCase();
  // A stream has no head: to answer it would be to open it.
  return known(pathOf(endpoint), method === 'GET' && endpoint.stream === undefined ? ['GET', 'HEAD'] : [method]);
}

/** The methods of a path, sorted; none where it is no path of this server. */
export function createMethods({ mounts, pages }: Served): (path: string) => readonly string[] {
  const list = [
    ...ENDPOINTS.filter((endpoint) => pages || !PAGE.includes(endpoint)).map(ofEndpoint),
    ...mounts.flatMap(({ path }) => [path, `${path}/{space}`].map((each) => known(each, MOUNT_METHODS))),
  ];
  return (path) => {
    const found = list.filter((each) => each.path.test(path)).flatMap(({ methods }) => methods);
    return [...new Set(found)].sort();
  };
}

/** Answers what no route takes: 405 with `Allow` where the path is known, else 404. */
export function answerUnknown(served: Served): (request: FastifyRequest, reply: FastifyReply) => Problem {
  const methodsOf = createMethods(served);
  return (request, reply) => {
    const [path = ''] = request.url.split('?', 1);
    const methods = methodsOf(path);
    const next = { next: 'GET /openapi.json' };
    // One that is listed and yet came here has no route behind it: there is nothing to allow.
    if (methods.length === 0 || methods.includes(request.method))
      return problemBody(
        reply,
        problemOf(new EntenteError('not-found', 'There is no such endpoint.', next), request.id),
      );
    const allowed = methods.join(', ');
    const detail = `There is no ${request.method.slice(0, 20)} here; there is ${allowed}.`;
    reply.header('allow', allowed);
    return problemBody(reply, problemOf(new EntenteError('method-not-allowed', detail, next), request.id));
  };
}
