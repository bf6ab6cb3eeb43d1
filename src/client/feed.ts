// The feed over server-sent events: read from a cursor, taken up again where it broke off. The server says where a gap is;
// this adds none.
import type { FeedItem } from '../controller/types.ts';
import type { EntenteError } from '../core/errors.ts';
import { type Asked, afterOf, type Connection, isOurs, jitter } from './connection.ts';
import { errorOf, noAnswer, problemIn, strangeAnswer } from './faults.ts';
import { type ServerEvent, serverEvents } from './server-events.ts';

export interface FeedOptions {
  readonly pattern?: string;
  readonly signal?: AbortSignal;
}

const AGAIN: readonly string[] = ['store-unavailable', 'store-locked', 'rate-limited'];

type Opened =
  | { readonly stream: ReadableStream<Uint8Array> }
  | { readonly gone: string }
  /** `after`: milliseconds that the server asks to wait. */
  | { readonly fault: EntenteError; readonly after?: number };

async function faultOf(connection: Connection, response: Response): Promise<Opened> {
  const { url } = connection.settings;
  const body: unknown = await response.json().catch(() => undefined);
  const problem = problemIn(body);
  if (problem === undefined) {
    const fault = strangeAnswer(response.status, url);
    if (response.status < 500 && response.status !== 429) throw fault;
    return { fault, ...afterOf(response) };
  }
  const fault = errorOf(problem, response.status);
  if (problem.code === 'gone' && problem.oldest !== undefined) return { gone: problem.oldest };
  if (response.status < 500 && !AGAIN.includes(problem.code)) throw fault;
  return { fault, ...afterOf(response) };
}

async function open(connection: Connection, asked: Asked): Promise<Opened> {
  let response: Response;
  try {
    response = await connection.open(asked);
  } catch (error) {
    asked.signal?.throwIfAborted();
    return { fault: noAnswer(connection.settings.place, error) };
  }
  if (response.status !== 200) return faultOf(connection, response);
  if (!isOurs(response)) throw strangeAnswer(response.status, connection.settings.place);
  return response.body === null ? { fault: noAnswer(connection.settings.place, undefined) } : { stream: response.body };
}

/** What an event says: an item, an end of the feed, or only how far the stream has come. */
interface Told {
  readonly item?: FeedItem;
  readonly last?: true;
  readonly place?: string;
}

function resetOf(data: string): FeedItem {
  const { code, detail, oldest } = JSON.parse(data) as { readonly [field: string]: string | undefined };
  if (code === 'gone' && oldest !== undefined) return { type: 'gone', oldest };
  throw errorOf(
    {
      code: code ?? 'gone',
      detail: detail ?? 'The feed cannot go on.',
      next: ['Read the current state, and begin the feed anew without a cursor.'],
    },
    410,
  );
}

function toldBy({ type, id, data }: ServerEvent): Told {
  const place = id === undefined ? {} : { place: id };
  if (type === 'commit') return { ...place, item: JSON.parse(data) as FeedItem };
  if (type === 'bookmark' && id !== undefined) return { ...place, item: { type, cursor: id } };
  if (type === 'reset') return { item: resetOf(data), last: true };
  // `ready` says where the reader starts, `end` where it got to.
  return place;
}

/** Where a reader stands, and how long it has been without a word. */
interface Reader {
  readonly connection: Connection;
  readonly pattern: string | undefined;
  readonly signal: AbortSignal;
  place: string | undefined;
  tries: number;
  waited: number;
}

/** Tells what a stream holds until it ends; true where the feed itself is at its end. */
async function* tellStream(reader: Reader, stream: ReadableStream<Uint8Array>): AsyncGenerator<FeedItem, boolean> {
  for await (const event of serverEvents(stream, reader.connection.settings.limits.idleMs)) {
    [reader.tries, reader.waited] = [0, 0];
    const { item, last, place } = toldBy(event);
    reader.place = place ?? reader.place;
    if (item !== undefined) yield item;
    if (last === true) return true;
  }
  return false;
}

/** Reads until the feed ends. A stream that breaks is opened again from the last item. */
async function* follow(reader: Reader): AsyncGenerator<FeedItem> {
  const { connection, pattern, signal } = reader;
  const { settings } = connection;
  while (!signal.aborted) {
    const opened = await open(connection, {
      ...{ method: 'GET', path: '/events', headers: { accept: 'text/event-stream' }, signal },
      query: { since: reader.place, pattern },
    });
    if ('gone' in opened) {
      yield { type: 'gone', oldest: opened.gone };
      return;
    }
    const { fault, after = 0 } =
      'stream' in opened
        ? { fault: noAnswer(settings.place, undefined) }
        : (opened as Extract<Opened, { fault: unknown }>);
    if ('stream' in opened && (yield* tellStream(reader, opened.stream))) return;
    // A stream that ended before it said a word is no better than none.
    if (reader.waited >= settings.limits.settleMs || reader.waited + after > settings.limits.settleMs) throw fault;
    const ms = Math.max(jitter(settings.random, reader.tries), after);
    reader.tries += 1;
    reader.waited += ms;
    await settings.sleep(ms, signal);
  }
}

/**
 * Items from a cursor on, until the signal aborts. A server that stays away for `limits.settleMs` of waits is a fault.
 */
export async function* feed(
  connection: Connection,
  cursor: string | undefined,
  { pattern, signal: own }: FeedOptions,
  closed: AbortSignal,
): AsyncGenerator<FeedItem> {
  const ended = new AbortController();
  const signal = AbortSignal.any([closed, ended.signal, ...(own === undefined ? [] : [own])]);
  try {
    yield* follow({ connection, pattern, signal, place: cursor, tries: 0, waited: 0 });
  } catch (error) {
    // The end that was asked for is no fault; the controller's feed ends so too.
    if (!signal.aborted) throw error;
  } finally {
    ended.abort();
  }
}
