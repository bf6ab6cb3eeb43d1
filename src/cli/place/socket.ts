// Unix sockets: how a server is reached by a file that only its owner may open, instead of a port that everybody on the
// machine can connect to. `unix:PATH` names one.
import { lstat, rm } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { EntenteError } from '../../core/errors.ts';

const SCHEME = 'unix:';
/** What a server that is reached by a socket takes as its name. */
const HOST = 'http://localhost';
/** Bytes of a path that every Unix takes. */
const MAX_PATH = 103;
const NO_BODY = [204, 304];

/** The file of a `unix:` address; undefined for any other address. */
export function socketOf(url: string): string | undefined {
  return url.startsWith(SCHEME) ? url.slice(SCHEME.length) : undefined;
}

export function socketUrl(file: string): string {
  return SCHEME + file;
}

/** `misuse` for a path that the system would cut off. */
export function checkSocketPath(file: string): void {
  if (Buffer.byteLength(file) <= MAX_PATH && file !== '') return;
  throw new EntenteError('misuse', `The path of a socket has 1 to ${MAX_PATH} bytes.`, {
    next: 'entente serve --socket /run/entente.sock',
  });
}

/** How a client reaches a server: an address as every client takes it, and for a socket what carries the requests there. */
export function wayTo(url: string): { readonly url: string; readonly place?: string; readonly fetch?: typeof fetch } {
  const file = socketOf(url);
  return file === undefined ? { url } : { url: HOST, place: url, fetch: socketFetch(file) };
}

function responseOf(message: IncomingMessage): Response {
  const headers = new Headers();
  for (let at = 0; at < message.rawHeaders.length; at += 2)
    headers.append(message.rawHeaders[at] ?? '', message.rawHeaders[at + 1] ?? '');
  const status = message.statusCode ?? 500;
  if (NO_BODY.includes(status)) message.resume();
  const body = NO_BODY.includes(status) ? null : (Readable.toWeb(message) as ReadableStream<Uint8Array>);
  return new Response(body, { status, headers });
}

/** `fetch` over a socket, as far as a client asks for it: a body of text, and a signal. */
function socketFetch(socketPath: string): typeof fetch {
  const agent = new Agent({ keepAlive: true });
  return (input, init = {}) => {
    const { pathname, search } = new URL(String(input));
    const { method = 'GET', headers, signal, body } = init;
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          ...{ socketPath, agent, method, path: pathname + search },
          headers: { host: 'localhost', ...Object.fromEntries(new Headers(headers)) },
          ...(signal === undefined || signal === null ? {} : { signal }),
        },
        (message) => resolve(responseOf(message)),
      );
      // As the fetch of the platform says it, so that a client knows what never reached the server.
      sent.once('error', (cause) =>
        reject(signal?.aborted === true ? signal.reason : new TypeError('fetch failed', { cause })),
      );
      sent.end(body ?? undefined);
    });
  };
}

function answers(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(file);
    const done = (there: boolean) => (): void => {
      socket.destroy();
      resolve(there);
    };
    socket.once('connect', done(true)).once('error', done(false));
  });
}

/** Makes room for a socket: one that a server which was killed has left behind goes, and nothing else does. */
export async function clearSocket(file: string): Promise<void> {
  const found = await lstat(file).catch(() => undefined);
  if (found === undefined) return;
  const next = 'entente serve --socket PATH   (a path where nothing is)';
  if (!found.isSocket()) throw new EntenteError('misuse', `${file} is there already, and is no socket.`, { next });
  if (await answers(file)) throw new EntenteError('misuse', `A server listens on ${file} already.`, { next });
  await rm(file);
}

/** Runs what makes a socket so that its file is of its owner alone from the first moment. */
export async function ownersOnly<T>(work: () => Promise<T>): Promise<T> {
  const mask = process.umask(0o177);
  try {
    return await work();
  } finally {
    process.umask(mask);
  }
}
