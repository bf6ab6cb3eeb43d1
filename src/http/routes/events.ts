// `/events`: the feed of a space, as server-sent events or, for who asks for JSON, as a long poll. The id of an event is
// the cursor to go on from. What a reader would miss is told (410 at the start, `reset` later), never passed over.
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { EntenteError, isEntenteError } from '../../core/errors.ts';
import type { FeedSession, FeedText } from '../../service/feed-session.ts';
import { countField, optional } from '../../service/schemas/fields.ts';
import type { Service } from '../../service/service.ts';
import { type EventStream, frame, openEventStream } from '../event-stream.ts';
import { callOf, headerOf } from '../request.ts';
import { type Routes, SPACE_PATH } from './route.ts';

const MAX_WAIT_S = 60;
const LIMIT = 500;
/** Characters that go out with one write. */
const WRITE_CHARS = 64 * 1024;

interface EventsInput {
  readonly since?: string;
  readonly pattern?: string;
  /** Seconds that a long poll waits for something to come. */
  readonly wait?: number;
  /** Items of one answer of a long poll. */
  readonly limit?: number;
}

export const eventsInput: z.ZodType<EventsInput> = z
  .strictObject({
    since: optional(
      z.string().min(1).max(300).meta({ description: 'A cursor, or `now`. Without it: from the oldest that is kept.' }),
    ),
    pattern: optional(z.string().max(256).meta({ description: 'Only what concerns these resources.' })),
    wait: optional(countField(0, MAX_WAIT_S)),
    limit: optional(countField(1, LIMIT)),
  })
  .meta({ id: 'EventsInput' });

export const eventsResult: z.ZodType = z
  .looseObject({
    items: z.array(z.looseObject({ type: z.literal('commit'), cursor: z.string(), revision: z.int() })),
    cursor: z.string().meta({ description: 'The `since` of the next request.' }),
  })
  .meta({ id: 'Events' });

/** `Last-Event-ID` is what a reader has got as far as, so that it goes before the `since` that it began with. */
function inputOf(request: FastifyRequest): EventsInput {
  const parsed = eventsInput.safeParse({ ...(request.query as object) });
  if (!parsed.success) {
    throw new EntenteError('misuse', 'The query of a feed is since, pattern, wait and limit, each once.', {
      next: 'GET /v1/spaces/default/events?pattern=notes/**&since=now',
    });
  }
  const last = headerOf(request, 'last-event-id');
  return last === undefined ? parsed.data : { ...parsed.data, since: last };
}

/** How much a header asks for a type, 0 to 1; undefined where it does not name it. */
function weightOf(accept: string, type: string): number | undefined {
  const found = accept.split(',').find((each) => each.split(';')[0]?.trim().toLowerCase() === type);
  return found === undefined ? undefined : Number(/;\s*q=([\d.]+)/i.exec(found)?.[1] ?? 1);
}

function wantsJson({ headers }: FastifyRequest): boolean {
  const { accept = '' } = headers;
  const [json, stream] = [weightOf(accept, 'application/json'), weightOf(accept, 'text/event-stream')];
  return json !== undefined && json > (stream ?? 0);
}

/** The items of a batch in texts of a bounded length. */
function* writesOf(items: readonly FeedText[]): Generator<string> {
  let text = '';
  for (const { cursor, text: data } of items) {
    text += `id: ${cursor}\nevent: commit\ndata: ${data}\n\n`;
    if (text.length < WRITE_CHARS) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

/** What a stream has to say at its end where it cannot go on; undefined for what is no answer but a fault. */
function resetOf(error: unknown): string | undefined {
  if (!isEntenteError(error) || (error.code !== 'gone' && error.code !== 'epoch-changed')) return undefined;
  const { oldest } = error.details;
  const { next } = error.details;
  const more = { ...(next === undefined ? {} : { next }), ...(oldest === undefined ? {} : { oldest }) };
  return JSON.stringify({ code: error.code, detail: error.message, ...more });
}

interface Progress {
  /** What the reader was told of. */
  cursor: string;
  /** Where hidden entries have moved it on to; said with the next heartbeat. */
  passed?: string | undefined;
}

/** Sends batches until the session ends; false where the reader is gone. */
async function pump(session: FeedSession, stream: EventStream, progress: Progress): Promise<boolean> {
  for await (const { items, cursor, live } of session.batches()) {
    for (const text of writesOf(items)) {
      if (!stream.send(text)) return false;
      // Who comes up to the head is given time for it; new items do not wait for anybody.
      if (!live) await stream.drained(session.signal);
    }
    const last = items.at(-1)?.cursor;
    progress.cursor = last ?? progress.cursor;
    progress.passed = last === cursor ? undefined : cursor;
  }
  return true;
}

async function follow(
  service: Service,
  session: FeedSession,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, {
    ...(reply.getHeaders() as { readonly [name: string]: string }),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  const progress: Progress = { cursor: session.start };
  const stream = openEventStream({
    ...{ response, timers: service.timers, maxQueued: service.limits.streamQueueBytes, onClose: session.close },
    onHeartbeat: () => {
      const { passed } = progress;
      progress.passed = undefined;
      return passed === undefined ? ': \n\n' : frame({ event: 'bookmark', id: passed, data: passed });
    },
  });
  const { start, head } = session;
  stream.send(frame({ event: 'ready', id: start, data: JSON.stringify({ cursor: start, head }) }));
  try {
    if (!(await pump(session, stream, progress))) return;
    const cursor = progress.passed ?? progress.cursor;
    const reason = String(session.signal.reason);
    stream.end(frame({ event: 'end', id: cursor, data: JSON.stringify({ reason, cursor }) }));
  } catch (error) {
    const reset = resetOf(error);
    if (reset !== undefined) stream.end(frame({ event: 'reset', data: reset }));
    else {
      request.log.warn({ requestId: request.id, err: error }, 'feed failed');
      const { cursor } = progress;
      stream.end(frame({ event: 'end', id: cursor, data: JSON.stringify({ reason: 'store-unavailable', cursor }) }));
    }
  } finally {
    session.close();
  }
}

/** Answers as soon as there is something, or when the wait is over with where to go on from. */
async function poll(service: Service, session: FeedSession, { wait = 0, limit = LIMIT }: EventsInput): Promise<string> {
  const cancel = service.timers.after(wait * 1000, session.close);
  let cursor = session.start;
  let items: readonly FeedText[] = [];
  try {
    for await (const batch of session.batches()) {
      items = batch.items.slice(0, limit);
      cursor = items.length < batch.items.length ? (items.at(-1)?.cursor ?? cursor) : batch.cursor;
      if (items.length > 0) break;
    }
  } finally {
    cancel();
    session.close();
  }
  return `{"items":[${items.map(({ text }) => text).join(',')}],"cursor":${JSON.stringify(cursor)}}`;
}

export const eventRoutes: Routes = (app, service) => {
  app.get(`${SPACE_PATH}/events`, { exposeHeadRoute: false }, async (request, reply) => {
    const input = inputOf(request);
    const json = wantsJson(request);
    const session = await service.feeds.open(callOf(service, request), input);
    if (json) {
      reply.raw.once('close', session.close);
      const page = await poll(service, session, input);
      reply.header('content-type', 'application/json; charset=utf-8');
      return page;
    }
    await follow(service, session, request, reply);
    return reply;
  });
  app.addHook('preClose', async () => service.feeds.close());
};
