// How the server stops: requests under way are answered, connections without one are closed at once, and what does not
// end by itself is cut off after a while.
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { every, type Timers } from '../service/timers.ts';

/** Milliseconds that a request under way may still take. */
const CLOSE_MS = 8000;
const LOOK_MS = 50;

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
  app.addHook('onRequest', (request, _reply, done) => {
    silent.delete(request.raw.socket);
    done();
  });
  app.addHook('preClose', async () => {
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
