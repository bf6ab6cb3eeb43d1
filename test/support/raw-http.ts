// HTTP as bytes on a socket, for requests that no client would send.
import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly text: string;
  /** The server ended the connection. */
  readonly closed: boolean;
}

/** Sends text, and goes on with `more` as long as it is asked for, until an answer came and the connection ended. */
export function sendRaw(url: string, text: string, more?: () => string | undefined): Promise<RawAnswer> {
  const { port, hostname } = new URL(url);
  return new Promise((resolve) => {
    let got = '';
    const socket = connect({ port: Number(port), host: hostname });
    const finish = (closed: boolean): void => {
      socket.destroy();
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(got)?.[1]), text: got, closed });
    };
    const feed = (): void => {
      if (socket.destroyed || more === undefined) return;
      const next = more();
      if (next !== undefined) socket.write(next, () => setImmediate(feed));
    };
    socket.on('connect', () => {
      socket.write(text);
      feed();
    });
    socket.on('data', (data) => {
      got += data.toString('latin1');
    });
    socket.on('end', () => finish(true));
    // A connection that is reset while bytes are on their way was ended by the server too.
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(true));
  });
}
