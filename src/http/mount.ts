// A place for what is not of the API and answers for itself, such as `/mcp`: at a path of its own, for each space, behind
// the same border, the same keys and the same limits.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DEFAULT_SPACE, parseSpace } from '../core/resource.ts';
import type { Exchange, Mount } from '../service/exchange.ts';
import { unauthenticated } from '../service/keys.ts';
import { agentHeaderOf } from './request.ts';

export const MOUNT_METHODS: readonly string[] = ['GET', 'POST', 'DELETE'];
/** Names that a key would have in a query, where it ends up in logs and histories. */
const KEY_NAMES = ['access_token', 'token', 'key', 'api_key', 'apikey', 'authorization', 'bearer'];

function exchangeOf(request: FastifyRequest, reply: FastifyReply): Exchange {
  const { principal } = request;
  const query = Object.keys(request.query as object);
  // A key of the header does not make one of the query good: whoever sent it there has to hear of it.
  if (principal === null || query.some((name) => KEY_NAMES.includes(name.toLowerCase()))) throw unauthenticated();
  const { space } = request.params as { readonly space?: string };
  const agent = agentHeaderOf(request);
  return {
    ...{ request: request.raw, response: reply.raw, body: request.body, principal },
    space: space === undefined ? DEFAULT_SPACE : parseSpace(space),
    ...(agent === undefined ? {} : { agent }),
  };
}

async function hand(mount: Mount, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const exchange = exchangeOf(request, reply);
  const { response } = exchange;
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) response.setHeader(name, value);
  reply.hijack();
  try {
    await mount.handle(exchange);
  } catch (error) {
    request.log.error({ requestId: request.id, err: error }, 'request failed');
    if (response.headersSent) response.destroy();
    else response.writeHead(500).end();
  }
}

export function mountRoutes(app: FastifyInstance, mount: Mount): void {
  for (const url of [mount.path, `${mount.path}/:space`]) {
    app.route({
      method: [...MOUNT_METHODS],
      url,
      exposeHeadRoute: false,
      handler: (request, reply) => hand(mount, request, reply),
    });
  }
  app.addHook('preClose', () => mount.close());
}
