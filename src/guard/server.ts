// The guard as a process: HTTP on a Unix socket that only its owner may open. `POST /hook/HOST` takes what a host gives to
// its hook and answers what the hook prints, so that a front is one call of curl.
import * as fs from 'node:fs';
import * as http from 'node:http';
import * as net from 'node:net';
import { EntenteError } from '../core/errors.ts';
import { createLock } from './spool/lock.ts';

export interface GuardServerOptions {
  readonly socket: string;
  /** What the hook of a host prints for what it was given; undefined for a host that nobody knows. */
  readonly answer: (host: string, text: string) => Promise<string | undefined>;
  /** Bytes of a request. @default 32 MiB */
  readonly maxBody?: number;
  readonly sleep: (ms: number) => Promise<void>;
}

export interface GuardServer {
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
/** What the address of a Unix socket holds on Linux and macOS, without its end. */
const LONGEST_ADDRESS = 103;

/** Listens, or throws `misuse` where another process does. A socket that a dead process left behind is taken over. */
export async function listenOn(options: GuardServerOptions): Promise<GuardServer> {
  const { socket, sleep } = options;
  if (Buffer.byteLength(socket) > LONGEST_ADDRESS) {
    throw new EntenteError('misuse', `The address of the guard's socket is too long for this machine: ${socket}`, {
      next: 'Hooks work without the process too; or move the folder to a shorter path.',
    });
  }
  // Of two that start at once, one looks, clears and listens before the other looks.
  return createLock(`${socket}.lock`, { sleep })(async () => {
    if (await answers(socket)) {
      throw new EntenteError('misuse', `A guard listens on ${socket} already.`, { next: 'entente status' });
    }
    clearStale(socket);
    const server = http.createServer((request, response) => void handle(options, request, response));
    await listen(server, socket);
    const { ino } = fs.lstatSync(socket);
    return { close: () => close(server, socket, ino) };
  });
}

/** Whether a process listens there. */
function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect(socket);
    probe.on('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', () => resolve(false));
  });
}

function clearStale(socket: string): void {
  const found = fs.lstatSync(socket, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new EntenteError('misuse', `${socket} is no socket: it is left as it is.`, {
      next: `Remove it: rm ${socket}`,
    });
  }
  fs.unlinkSync(socket);
}

function listen(server: http.Server, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    // Made for the owner alone from its first moment; what is bound is bound before this returns.
    const mask = process.umask(0o177);
    try {
      server.listen(socket, () => {
        fs.chmodSync(socket, 0o600);
        resolve();
      });
    } finally {
      process.umask(mask);
    }
  });
}

async function close(server: http.Server, socket: string, ino: number): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await ended;
  // Node has removed it. One that is there by now is somebody else's.
  if (fs.lstatSync(socket, { throwIfNoEntry: false })?.ino === ino) fs.rmSync(socket, { force: true });
}

async function handle(
  options: GuardServerOptions,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const host = /^\/hook\/([a-z0-9-]{1,40})$/.exec(request.url ?? '')?.[1];
  try {
    if (request.method === 'GET' && request.url === '/health') return end(response, 200, 'entente guard\n');
    if (request.method !== 'POST' || host === undefined) return end(response, 404, 'POST /hook/HOST\n');
    const text = await bodyOf(request, options.maxBody ?? 32 * MIB);
    if (text === undefined) return end(response, 413, 'too large\n');
    const answer = await options.answer(host, text);
    if (answer === undefined) return end(response, 404, 'there is no such host\n');
    end(response, 200, answer);
  } catch (error) {
    // The front falls back to a guard of its own.
    end(response, 500, `${error instanceof Error ? error.message : String(error)}\n`);
  }
}

function end(response: http.ServerResponse, status: number, text: string): void {
  // The length tells a front that the answer is whole.
  const length = Buffer.byteLength(text);
  response.writeHead(status, {
    ...{ 'content-type': 'text/plain; charset=utf-8', 'content-length': length, connection: 'close' },
  });
  response.end(text);
}

/** Undefined beyond the limit: the rest is not read. */
async function bodyOf(request: http.IncomingMessage, most: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
