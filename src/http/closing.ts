// How the server stops: requests under way are answered, what comes after is told to come again, connections without a
// request are closed at once, and what does not end by itself is cut off after a while.
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { EntenteError } from '../core/errors.ts';
import { every, type Timers } from '../service/timers.ts';

/** Milliseconds that a request under way may still take. */
const CLOSE_MS = 8000;
const LOOK_MS = 50;
/** Milliseconds after which a client may find a server again: the next one has to start first. */
const RETRY_MS = 5000;

/** Lets `app.close()` end: connections that are open without a request would hold it up for as long as they are kept. */
export function closeSoon(app: FastifyInstance, timers: Timers): void {
  const { server } = app;
  /** Those that nothing has come from yet: clients open some in advance, and Node does not count them as idle. */
  const silent = new Set<Socket>();
  server.on('connection', (socket) => {
    silent.add(socket);
    const forget = (): void => {
      silent.delete(socket);
    };
    socket.once('close', forget);
  });
  let stopping = false;
  app.addHook('onRequest', (request, reply, done) => {
    silent.delete(request.raw.socket);
    if (!stopping) return done();
    reply.header('connection', 'close');
    done(
      new EntenteError('store-unavailable', 'The server is stopping; nothing of this request was done.', {
        next: 'Send the same request again when the server is back.',
        retryAfterMs: RETRY_MS,
      }),
    );
  });
  app.addHook('preClose', async () => {
    stopping = true;
    const look = (): void => {
      server.closeIdleConnections();
      for (const socket of silent) if (socket.bytesRead === 0) socket.destroy();
    };
    look();
    const stopLooking = every(timers, LOOK_MS, look);
    const cancel = timers.after(CLOSE_MS, () => server.closeAllConnections());
    server.once('close', () => {
      stopLooking();
      cancel();
    });
  });
}
