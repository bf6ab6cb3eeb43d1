// Requests to one endpoint, and whether they were sent. node:http and not `fetch`: a certificate authority or a client's
// certificate of one store cannot be given to the `fetch` of Node 20, and it takes twice the time for small requests.
import * as http from 'node:http';
import * as https from 'node:https';

export interface Tls {
  /** PEM texts: whom to trust, and who this client is. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** No answer came. */
export class NoAnswer extends Error {
  /** False: the request certainly did not leave this machine. */
  readonly sent: boolean;

  constructor(message: string, sent: boolean, cause?: unknown) {
    super(message, { cause });
    this.name = 'NoAnswer';
    this.sent = sent;
  }
}

export interface Asked {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly body?: string;
  readonly token?: string;
  readonly timeoutMs: number;
}

export interface Transport {
  ask(asked: Asked): Promise<Answer>;
  /** Each line of an answer that goes on; ends with the signal or when the connection ends, and throws NoAnswer. */
  lines(asked: Asked, signal: AbortSignal): AsyncIterable<string>;
  close(): void;
}

const IDLE_MS = 15_000;

export function createTransport(tls: Tls): Transport {
  // As many are kept as there may be: what comes in waves would open most of its connections anew with each.
  const options = { keepAlive: true, maxSockets: 64, maxFreeSockets: 64, timeout: IDLE_MS };
  const plainAgent = new http.Agent(options);
  const secureAgent = new https.Agent({ ...options, ...tls });

  function open(asked: Asked): { request: http.ClientRequest; wasSent: () => boolean } {
    const isSecure = asked.url.protocol === 'https:';
    const headers = {
      ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(asked.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(asked.body)) }),
      ...(asked.token === undefined ? {} : { authorization: asked.token }),
    };
    const request = isSecure
      ? https.request(asked.url, { method: asked.method, headers, agent: secureAgent })
      : http.request(asked.url, { method: asked.method, headers, agent: plainAgent });
    let sent = false;
    request.on('socket', (socket) => {
      const ready = isSecure ? 'secureConnect' : 'connect';
      if (socket.connecting) {
        socket.once(ready, () => {
          sent = true;
        });
      } else sent = true;
    });
    return { request, wasSent: () => sent };
  }

  function ask(asked: Asked): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { request, wasSent } = open(asked);
      const timer = setTimeout(() => {
        request.destroy(new Error(`no answer within ${asked.timeoutMs} ms`));
      }, asked.timeoutMs);
      const fail = (error: Error): void => {
        clearTimeout(timer);
        reject(new NoAnswer(error.message || String((error as NodeJS.ErrnoException).code), wasSent(), error));
      };
      request.on('error', fail);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () => {
          clearTimeout(timer);
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
        });
      });
      request.end(asked.body);
    });
  }

  async function* lines(asked: Asked, signal: AbortSignal): AsyncGenerator<string> {
    const { request, wasSent } = open(asked);
    const stop = (): void => void request.destroy();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
        request.on('response', resolve);
        request.on('error', reject);
        request.end(asked.body);
      });
      let rest = '';
      for await (const chunk of response.setEncoding('utf8')) {
        const parts = `${rest}${chunk as string}`.split('\n');
        rest = parts.pop() ?? '';
        yield* parts.filter((part) => part !== '');
      }
    } catch (error) {
      if (!signal.aborted) throw new NoAnswer((error as Error).message, wasSent(), error);
    } finally {
      signal.removeEventListener('abort', stop);
      request.destroy();
    }
  }

  return {
    ask,
    lines,
    close() {
      plainAgent.destroy();
      secureAgent.destroy();
    },
  };
}
