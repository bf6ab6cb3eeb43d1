// Requests that came in one turn of the event loop are all worked on before the first of them is answered, where nothing has
// to be waited for. A client on the same machine sleeps until it is answered, and to wake it is the dearest part of an
// answer: those that are written one after another wake it once, and one after each request's own work wakes it each time.
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** The turn of the event loop in which it came. */
    turn: number;
  }
}

/** Registers this for all routes that are registered after it. */
export function answerTogether(app: FastifyInstance): void {
  let turn = 0;
  let isOver = true;
  const end = (): void => {
    turn += 1;
    isOver = true;
  };
  app.decorateRequest('turn', -1);
  app.addHook('onRequest', (request, _reply, done) => {
    if (isOver) {
      isOver = false;
      setImmediate(end);
    }
    request.turn = turn;
    done();
  });
  app.addHook('onSend', (request, _reply, payload, done) => {
    // What was waited for has been answered together with others already, if at all: a group of commits.
    // A stream that fails meanwhile would find nobody who listens.
    if (isOver || request.turn !== turn || payload instanceof Readable) done(null, payload);
    else setImmediate(done, null, payload);
  });
}
