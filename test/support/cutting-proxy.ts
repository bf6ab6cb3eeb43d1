// A TCP proxy before a server that cuts connections: before a request has reached the server, or after the server has
// answered and before the answer is through. Which, a seeded random number decides for each request.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly url: string;
  /** How many requests met which fate. */
  readonly cuts: { before: number; after: number; through: number };
  close(): Promise<void>;
}

export interface CuttingOptions {
  /** In [0, 1). */
  readonly random: () => number;
  /** The share of requests that is cut before the server has them, and of answers that are cut after their effect. */
  readonly before: number;
  readonly after: number;
  /** Whether a request begins in what a client sends. @default HTTP's methods */
  readonly isRequest?: (chunk: Buffer) => boolean;
}

type Fate = 'before' | 'after' | 'through';

/** Passes requests on to the server at `target` (`http://127.0.0.1:PORT`, or the address of a database). */
export async function openCuttingProxy(target: string, options: CuttingOptions): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target);
  const cuts = { before: 0, after: 0, through: 0 };
  const sockets = new Set<Socket>();
  const isRequest = options.isRequest ?? isHttpRequest;

  const draw = (): Fate => {
    const drawn = options.random();
    const fate = drawn < options.before ? 'before' : drawn < options.before + options.after ? 'after' : 'through';
    cuts[fate] += 1;
    return fate;
  };

  function pass(client: Socket): void {
    const server = connect(Number(port), hostname);
    let fate: Fate = 'through';
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => {
      if (isRequest(chunk)) fate = draw();
      if (fate === 'before') client.resetAndDestroy();
      else server.write(chunk);
    });
    // The answer is only written when the effect is there.
    server.on('data', (chunk: Buffer) => {
      if (fate === 'through') client.write(chunk);
      else client.resetAndDestroy();
    });
  }

  const proxy = createServer(pass);
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port: own } = proxy.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${own}`,
    cuts,
    async close() {
      proxy.close();
      for (const socket of sockets) socket.destroy();
      await once(proxy, 'close');
    },
  };
}

function isHttpRequest(chunk: Buffer): boolean {
  return /^(?:GET|POST|PUT|DELETE) /.test(chunk.toString('latin1', 0, 8));
}

/** Whether a Bind message to PostgreSQL carries a batch of the store: an array of rows. */
export function isPostgresBatch(chunk: Buffer): boolean {
  return chunk.includes('{"(');
}
