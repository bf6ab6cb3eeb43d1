// A fetch of few means, for clients that put a server under load: one connection that is kept, one request at a time, and
// of an answer what a client of ours looks at. The platform's costs a client several times what the answer costs the server.
import { connect, type Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');

interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** The server ends the connection after it. */
  readonly last: boolean;
}

/** The answer that the bytes begin with, once it is whole. Our server tells every answer's length. */
function parseAnswer(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(first.slice(9, 12));
  const headers = new Map<string, string>(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const length = status === 204 || status === 304 ? '0' : headers.get('content-length');
  if (length === undefined) throw new Error(`an answer of no told length: ${first}`);
  const [from, to] = [end + HEAD_END.length, end + HEAD_END.length + Number(length)];
  if (bytes.length < to) return undefined;
  return { status, headers, body: bytes.subarray(from, to), last: headers.get('connection') === 'close' };
}

interface Waiting {
  readonly take: (answer: Answer) => void;
  readonly fail: (cause: Error) => void;
}

/** Of one server, for a caller that awaits each answer before it asks again. No redirects, no streams. */
export function createLeanFetch(): typeof fetch {
  let kept: Socket | undefined;
  let waiting: Waiting | undefined;
  let bytes: Buffer = Buffer.alloc(0);

  function drop(socket: Socket, cause: Error): void {
    socket.destroy();
    if (socket !== kept) return;
    kept = undefined;
    waiting?.fail(cause);
  }

  function open({ hostname, port }: URL): Socket {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    bytes = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      try {
        const answer = parseAnswer(bytes);
        if (answer === undefined) return;
        bytes = Buffer.alloc(0);
        if (answer.last) {
          kept = undefined;
          socket.destroy();
        }
        waiting?.take(answer);
      } catch (error) {
        drop(socket, error as Error);
      }
    });
    socket.on('error', (error) => drop(socket, error));
    socket.on('close', () => drop(socket, Object.assign(new Error('the connection ended'), { code: 'ECONNRESET' })));
    return socket;
  }

  async function lean(input: string, { method = 'GET', headers, body, signal }: RequestInit = {}): Promise<Response> {
    if (waiting !== undefined) throw new Error('one request at a time');
    const url = new URL(input);
    kept ??= open(url);
    const socket = kept;
    // A connection that is only kept is no reason for a process to go on.
    socket.ref();
    const told = Object.entries(headers as { readonly [name: string]: string }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    const length = typeof body === 'string' ? `content-length: ${Buffer.byteLength(body)}\r\n` : '';
    const abort = (): void => drop(socket, signal?.reason as Error);
    try {
      const answer = await new Promise<Answer>((take, fail) => {
        waiting = { take, fail };
        signal?.addEventListener('abort', abort);
        socket.write(
          `${method} ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\n${told.join('')}${length}\r\n${body ?? ''}`,
        );
      });
      const get = (name: string): string | null => answer.headers.get(name) ?? null;
      return { status: answer.status, headers: { get }, arrayBuffer: async () => answer.body } as unknown as Response;
    } catch (cause) {
      // As the platform's: what went wrong on the way is the cause.
      throw new TypeError('fetch failed', { cause });
    } finally {
      waiting = undefined;
      socket.unref();
      signal?.removeEventListener('abort', abort);
    }
  }

  return lean as typeof fetch;
}
