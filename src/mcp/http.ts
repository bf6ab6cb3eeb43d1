// The server over Streamable HTTP, one for each request: nothing is kept between two of them, so that no answer of one
// reaches another and any server of a store can answer the next. Who asks was looked at before, by the border and the keys.
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, type McpHttpHandler, type ServerEventBus } from '@modelcontextprotocol/server';
import { isEntenteError } from '../core/errors.ts';
import type { Mount } from '../service/exchange.ts';
import { mayAny } from '../service/rights.ts';
import type { Service } from '../service/service.ts';
import { follow } from './follow.ts';
import { createMcpServer } from './server.ts';
import { createSession, type Session } from './session.ts';

export interface McpMountOptions {
  readonly service: Service;
  /** The package's. */
  readonly version: string;
  /** Where people have the dashboard of this server, once that is known. @default there is none */
  readonly dashboard?: () => string | undefined;
  /** Told of what failed inside. */
  readonly onFault?: (error: unknown) => void;
}

/** What a stream of subscriptions listens to: the feed of the space, with the rights of who asked. */
function busOf(session: Session, end: () => void): ServerEventBus {
  return {
    publish: () => undefined,
    subscribe(listener) {
      const stop = new AbortController();
      const done = (): void => {
        // The key ended, or the time of a stream: the client comes again, and is looked at again.
        if (!stop.signal.aborted) end();
      };
      follow(session, stop.signal, (uri) => listener({ kind: 'resource_updated', uri })).then(
        done,
        (error: unknown) => {
          // Too many streams, a server that stops: said by the end of the stream, and no fault.
          if (!stop.signal.aborted && !isEntenteError(error)) session.fault(error);
          done();
        },
      );
      return () => stop.abort();
    },
  };
}

/** What a server mounts at `/mcp`. */
export function createMcpMount({ service, version, dashboard, onFault }: McpMountOptions): Mount {
  const open = new Set<McpHttpHandler>();
  return {
    path: '/mcp',
    async handle({ request, response, body, principal, space, agent }) {
      const pages = dashboard?.();
      const session = createSession({
        ...{ service, principal, space },
        ...(pages === undefined ? {} : { dashboard: pages }),
        ...(agent === undefined ? {} : { agent }),
        ...(onFault === undefined ? {} : { onFault }),
        // A key that may decide what its own changes clash with is that of a person.
        ...(mayAny(principal, 'resolve-own', space) ? { person: principal } : {}),
      });
      const handler = createMcpHandler(
        ({ era }) => createMcpServer(session, { version, ...(era === 'modern' ? { listens: true } : {}) }),
        {
          bus: busOf(session, () => void handler.close()),
          maxSubscriptions: service.limits.streamsPerKey,
        },
      );
      open.add(handler);
      response.once('close', () => open.delete(handler));
      await toNodeHandler(handler, { onerror: (error) => session.fault(error) })(
        request as never,
        response as never,
        body,
      );
    },
    async close() {
      await Promise.all([...open].map((handler) => handler.close()));
    },
  };
}
