// Asks the guard that listens in a home, as the front without Node does: one request over its socket.
import * as http from 'node:http';
import * as path from 'node:path';
import { type Place, SOCKET } from './place.ts';

/** A guard that hangs must not hang the host. */
const PATIENCE_MS = 20_000;

/** What the hook prints, in the guard's words; undefined where none answers. */
export function askGuard(place: Place, host: string, text: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = http.request(
      {
        socketPath: path.join(place.home, SOCKET),
        path: `/hook/${host}`,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
        timeout: PATIENCE_MS,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', () => resolve(undefined));
        response.on('end', () =>
          resolve(response.statusCode === 200 ? Buffer.concat(chunks).toString('utf8') : undefined),
        );
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
    request.end(text);
  });
}
