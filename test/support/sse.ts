// A reader of server-sent events, written from the standard and not from our server.

export interface Event {
  readonly event: string;
  readonly data: string;
  readonly id: string;
}

export interface Events {
  readonly status: number;
  readonly headers: Headers;
  /** The id of the last event that was taken. */
  lastId(): string;
  /** Comments and `retry` lines, as they came. */
  readonly others: readonly string[];
  /** The next event; undefined after a clean end. Rejects when the connection broke. */
  next(): Promise<Event | undefined>;
  /** All events until there are so many of a kind, or the end. */
  take(count: number, kind?: string): Promise<Event[]>;
  close(): void;
}

export interface EventsOptions {
  readonly key: string;
  readonly lastEventId?: string;
  readonly headers?: { readonly [name: string]: string };
}

export async function openEvents(url: string, { key, lastEventId, headers = {} }: EventsOptions): Promise<Events> {
  const stop = new AbortController();
  const response = await fetch(url, {
    signal: stop.signal,
    headers: {
      ...{ authorization: `Bearer ${key}`, accept: 'text/event-stream', ...headers },
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const ready: Event[] = [];
  const others: string[] = [];
  let lastId = lastEventId ?? '';
  let takenId = lastId;
  let text = '';

  function dispatch(block: string): void {
    let [event, data] = ['message', [] as string[]];
    for (const line of block.split('\n')) {
      const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (name === 'event') event = value;
      else if (name === 'data') data.push(value);
      else if (name === 'id') lastId = value;
      else others.push(line);
    }
    if (data.length > 0) ready.push({ event, data: data.join('\n'), id: lastId });
  }

  const next = async (): Promise<Event | undefined> => {
    while (ready.length === 0) {
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) return undefined;
      const blocks = (text + chunk.value).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) dispatch(block);
    }
    const event = ready.shift();
    takenId = event?.id ?? takenId;
    return event;
  };

  return {
    ...{ status: response.status, headers: response.headers, others, next },
    lastId: () => takenId,
    async take(count, kind) {
      const taken: Event[] = [];
      while (taken.filter(({ event }) => kind === undefined || event === kind).length < count) {
        const event = await next();
        if (event === undefined) break;
        taken.push(event);
      }
      return taken;
    },
    close: () => stop.abort(),
  };
}
