// A connection that is kept, for load: one request at a time, and its answer read strictly. It knows what a server sends to
// this load and no more: a status, an ETag, and a body of a length that is said.
import { createConnection } from 'node:net';

export interface Answer {
  readonly status: number;
  /** Empty where there is none. */
  readonly etag: string;
  /** Good until the next request. */
  readonly body: Buffer;
}

export interface Wire {
  ask(request: string, heard: (answer: Answer) => void): void;
  close(): void;
}

/** Bytes of one answer; those of the benchmarks have 2 KB. */
const ROOM = 64 * 1024;
const HEAD_END = '\r\n\r\n';

/** Both servers write names of fields in lower case. */
function fieldOf(head: string, name: string): string | undefined {
  const at = head.indexOf(`\r\n${name}: `);
  if (at === -1) return undefined;
  const from = at + name.length + 4;
  return head.slice(from, head.indexOf('\r\n', from));
}

/** The answer; undefined until all of it is there. */
function read(bytes: Buffer): Answer | undefined {
  const at = bytes.indexOf(HEAD_END, 0, 'latin1');
  if (at === -1) return undefined;
  const head = bytes.toString('latin1', 0, at + 2);
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
  const size = status === 304 ? 0 : Number(fieldOf(head, 'content-length'));
  if (!Number.isInteger(status) || !Number.isInteger(size)) throw new Error(`an answer without a length: ${head}`);
  const from = at + HEAD_END.length;
  if (bytes.length > from + size) throw new Error('more than one answer');
  if (bytes.length < from + size) return undefined;
  return { status, etag: fieldOf(head, 'etag') ?? '', body: bytes.subarray(from) };
}

/** `failed` hears what ends the connection before `close` does. */
export function openWire({ hostname, port }: URL, failed: (error: Error) => void): Wire {
  const chunk = Buffer.allocUnsafeSlow(ROOM);
  const parts = Buffer.allocUnsafeSlow(ROOM);
  let used = 0;
  let waiting: ((answer: Answer) => void) | undefined;

  const take = (length: number): void => {
    let bytes = chunk;
    // Nearly all answers come in one piece, and are read where they lie.
    if (used > 0) {
      if (used + length > ROOM) throw new Error(`an answer of more than ${ROOM} bytes`);
      chunk.copy(parts, used, 0, length);
      bytes = parts;
    }
    const answer = read(bytes.subarray(0, used + length));
    if (answer === undefined) {
      if (used === 0) chunk.copy(parts, 0, 0, length);
      used += length;
      return;
    }
    const heard = waiting;
    if (heard === undefined) throw new Error('an answer that nobody asked for');
    used = 0;
    waiting = undefined;
    heard(answer);
  };

  const callback = (length: number): boolean => {
    try {
      take(length);
      return true;
    } catch (error) {
      failed(error as Error);
      return false;
    }
  };
  const onread = { buffer: chunk, callback };
  const socket = createConnection({ host: hostname, port: Number(port), noDelay: true, onread });
  socket.on('error', failed);
  socket.on('end', () => failed(new Error('the server ended a connection')));
  return {
    ask(request, heard) {
      waiting = heard;
      socket.write(request, 'latin1');
    },
    close() {
      socket.removeAllListeners('end');
      socket.destroy();
    },
  };
}
