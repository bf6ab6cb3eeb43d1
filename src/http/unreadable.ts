// What is no request at all: two lengths, bare line feeds, headers without end, an unknown method. No route and no hook
// sees it, so that it is answered on the socket itself, as a problem like every other, and the connection ends.
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { randomId } from '../service/random-id.ts';
import { PROBLEM } from './answer.ts';
import { problemOf } from './problems.ts';

/** What Node calls it, as a status; all else is 400. */
const STATUS: { readonly [code: string]: number } = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  const { code = '' } = error;
  // A connection that was reset takes no answer.
  if (code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) {
    const requestId = randomId(9);
    const statusCode = Object.hasOwn(STATUS, code) ? (STATUS[code] ?? 400) : 400;
    const problem = problemOf({ statusCode }, requestId);
    const body = JSON.stringify(problem);
    const head = [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      `Content-Type: ${PROBLEM}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...['X-Content-Type-Options: nosniff', 'Cache-Control: no-store', 'Connection: close'],
      `Entente-Request-Id: ${requestId}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroy(error);
}
