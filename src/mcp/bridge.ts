// The bridge between a host that speaks over stdin and stdout and the `/mcp` of a server: each message goes out as one
// request with the key, and what comes back is written down as it is. It understands of a message no more than the
// headers that the transport wants said again.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

export interface BridgeOptions {
  /** The server's address, without a slash at its end. */
  readonly url: string;
  /** What messages call the server. @default the url */
  readonly place?: string;
  readonly key: string;
  readonly space: string;
  /** Whom the agent is written down as; it needs an `act-as` grant. @default the key's own name */
  readonly agent?: string;
  readonly input: Readable;
  readonly output: Writable;
  /** Ends the bridge. */
  readonly signal: AbortSignal;
  /** @default the fetch of the platform */
  readonly fetch?: typeof fetch;
}

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: { readonly [name: string]: unknown };
}

const VERSION_META = 'io.modelcontextprotocol/protocolVersion';
const PARSE_ERROR = -32_700;
const INTERNAL_ERROR = -32_603;

function record(value: unknown): { readonly [name: string]: unknown } | undefined {
  return typeof value === 'object' && value !== null ? (value as { readonly [name: string]: unknown }) : undefined;
}

/** A header's value as the transport wants it: what is no plain ASCII goes as base64. */
function headerText(text: string): string {
  const plain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !/^=\?base64\?.*\?=$/.test(text);
  return plain ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;
}

/** What a message says of itself again in headers: only since the revision that names itself in each request. */
function headersOf({ method, params }: Message, negotiated: string | undefined): { [name: string]: string } {
  const claimed = record(params?.['_meta'])?.[VERSION_META];
  if (typeof claimed !== 'string') return negotiated === undefined ? {} : { 'mcp-protocol-version': negotiated };
  const name = params?.['name'] ?? params?.['uri'];
  return {
    'mcp-protocol-version': claimed,
    ...(typeof method === 'string' ? { 'mcp-method': method } : {}),
    ...(typeof name === 'string' ? { 'mcp-name': headerText(name) } : {}),
  };
}

/** The data of the events of a stream, one after the other. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let waiting = '';
  for await (const chunk of body) {
    waiting += decoder.decode(chunk, { stream: true });
    for (;;) {
      const end = /\r?\n\r?\n/.exec(waiting);
      if (end === null) break;
      const lines = waiting.slice(0, end.index).split(/\r?\n/);
      waiting = waiting.slice(end.index + end[0].length);
      const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart());
      if (data.length > 0) yield data.join('\n');
    }
  }
}

/** Passes messages on until the host closes its end, or the signal. False where the server never answered any of them. */
export async function bridgeMcp(options: BridgeOptions): Promise<boolean> {
  const { url, place = url, key, space, agent, input, output, signal, fetch: ask = fetch } = options;
  const target = `${url}/mcp/${encodeURIComponent(space)}`;
  const ending = new AbortController();
  /** Requests that are under way, by their id, so that they can be cancelled. */
  const open = new Map<unknown, AbortController>();
  const tasks = new Set<Promise<void>>();
  let negotiated: string | undefined;
  let [asked, answered] = [false, false];

  const write = async (line: string): Promise<void> => {
    // A message is one line: JSON needs none of its own.
    if (!output.write(`${line.replace(/[\r\n]+/g, ' ')}\n`)) await once(output, 'drain');
  };
  const fail = (id: unknown, code: number, message: string): Promise<void> =>
    write(JSON.stringify({ jsonrpc: '2.0', id: id ?? null, error: { code, message } }));

  const heard = async (line: string): Promise<void> => {
    const { result } = JSON.parse(line) as { readonly result?: { readonly protocolVersion?: unknown } };
    if (typeof result?.protocolVersion === 'string') negotiated = result.protocolVersion;
    await write(line);
  };

  const request = (line: string, message: Message, stop: AbortSignal): Promise<Response> =>
    ask(target, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        accept: 'application/json, text/event-stream',
        ...(agent === undefined ? {} : { 'entente-agent': encodeURIComponent(agent) }),
        ...headersOf(message, negotiated),
      },
      body: line,
      // A server that sends elsewhere does not get the key there too.
      redirect: 'error',
      signal: AbortSignal.any([stop, ending.signal]),
    });

  /** Writes down what came back; the reason where that is no message. */
  async function receive(response: Response): Promise<string | undefined> {
    answered = true;
    const type = response.headers.get('content-type') ?? '';
    if (type.startsWith('text/event-stream') && response.body !== null) {
      for await (const data of eventsOf(response.body)) await heard(data);
      return undefined;
    }
    const text = await response.text();
    if (!type.startsWith('application/json')) return refusal(response.status, text);
    await heard(text);
    return undefined;
  }

  async function send(line: string, message: Message): Promise<void> {
    const { id } = message;
    asked = true;
    const stop = new AbortController();
    const waits = id !== undefined && message.method !== undefined;
    if (waits) open.set(id, stop);
    try {
      const refused = await receive(await request(line, message, stop.signal));
      if (refused !== undefined && waits) await fail(id, INTERNAL_ERROR, refused);
    } catch {
      if (!waits || stop.signal.aborted || ending.signal.aborted) return;
      await fail(id, INTERNAL_ERROR, `The server ${place} did not answer. Send the same again: nothing is done twice.`);
    } finally {
      if (open.get(id) === stop) open.delete(id);
    }
  }

  function pass(line: string): void {
    let message: Message | undefined;
    try {
      message = record(JSON.parse(line));
    } catch {
      message = undefined;
    }
    const parsed = message;
    if (parsed?.method === 'notifications/cancelled') open.get(parsed.params?.['requestId'])?.abort();
    const task = parsed === undefined ? fail(null, PARSE_ERROR, 'Parse error') : send(line, parsed);
    tasks.add(task);
    const done = (): void => {
      tasks.delete(task);
    };
    task.then(done, done);
  }

  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const stop = (): void => {
    ending.abort();
    lines.close();
  };
  signal.addEventListener('abort', stop, { once: true });
  output.once('error', stop);
  for await (const line of lines) if (line.trim() !== '') pass(line);
  // What is still open has nobody to be answered to.
  ending.abort();
  await Promise.allSettled(tasks);
  signal.removeEventListener('abort', stop);
  return answered || !asked;
}

/** What a refusal of the server is to its reader: the words of the problem where there are some. */
function refusal(status: number, text: string): string {
  try {
    const { code, detail } = JSON.parse(text) as { readonly code?: unknown; readonly detail?: unknown };
    if (typeof detail === 'string') return `${typeof code === 'string' ? `${code}: ` : ''}${detail}`.slice(0, 500);
  } catch {
    // No problem of ours.
  }
  return `The server answered ${status}.`;
}
