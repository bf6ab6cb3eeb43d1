// The server on the standard streams of a process. The stream for answers is handed in: nothing else may write there.
import type { Readable, Writable } from 'node:stream';
import type { Server, Transport } from '@modelcontextprotocol/server';
import { type StdioServerHandle, StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { createSubscriptions } from './follow.ts';
import { createMcpServer } from './server.ts';
import type { Session } from './session.ts';

/** Bytes of one message: 8 MiB of content as JSON, and what stands around it. */
const MESSAGE_BYTES = 20 * 1024 * 1024;

export interface StdioOptions {
  readonly session: Session;
  readonly version: string;
  readonly input: Readable;
  /** Where messages go, and nothing else. */
  readonly output: Writable;
  /** Ends the server. */
  readonly signal: AbortSignal;
}

/** Serves until the client closes its end, or the signal. */
export async function serveMcp({ session, version, input, output, signal }: StdioOptions): Promise<void> {
  const transport = new StdioServerTransport(input, output, { maxBufferSize: MESSAGE_BYTES });
  const ended = new Promise<void>((resolve) => {
    input.once('end', resolve);
    input.once('close', resolve);
    output.once('error', () => resolve());
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const handle = serveOn({ session, version, transport });
  await ended;
  await handle.close();
}

export interface ServeOptions {
  readonly session: Session;
  readonly version: string;
  readonly transport: Transport;
}

/** Serves one connection, whatever carries it. */
export function serveOn({ session, version, transport }: ServeOptions): StdioServerHandle {
  let current: Server | undefined;
  const subscriptions = createSubscriptions(session, (uri) => {
    current?.sendResourceUpdated({ uri }).catch((error: unknown) => session.fault(error));
  });
  const handle = serveStdio(
    ({ era }) => {
      current = createMcpServer(session, {
        version,
        ...(era === 'modern' ? { listens: true } : { subscriptions }),
      });
      return current;
    },
    { transport, onerror: (error) => session.fault(error) },
  );
  // Which addresses a stream listens for is the carrier's business; that there is one is ours.
  const deliver = transport.onmessage?.bind(transport);
  transport.onmessage = (message, extra) => {
    if ('method' in message && message.method === 'subscriptions/listen') subscriptions.all();
    deliver?.(message, extra);
  };
  return {
    async close() {
      subscriptions.close();
      await handle.close();
    },
  };
}
