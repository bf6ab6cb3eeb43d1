// How the server stops: requests under way are answered, connections without one are closed at once, and what does not
// end by itself is cut off after a while.
import type { FastifyInstance } from 'fastify';
import { every, type Timers } from '../service/timers.ts';

/** Milliseconds that a request under way may still take. */
export const CLOSE_MS = 8000;
const LOOK_MS = 50;

/** Lets `app.close()` end: connections that are open without a request would hold it up for as long as they are kept. */
export function closeSoon(app: FastifyInstance, timers: Timers): void {
  app.addHook('preClose', async () => {
    const { server } = app;
    const stopLooking = every(timers, LOOK_MS, () => server.closeIdleConnections());
    const cancel = timers.after(CLOSE_MS, () => server.closeAllConnections());
    server.once('close', () => {
      stopLooking();
      cancel();
    });
  });
}
