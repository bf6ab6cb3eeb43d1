// The format of server-sent events (HTML Living Standard, 9.2.6), read from a stream: EventSource cannot send a key.

export interface ServerEvent {
  readonly type: string;
  /** The cursor to go on from. */
  readonly id?: string;
  readonly data: string;
}

/** The event of a block of lines; undefined for a comment, such as a heartbeat. */
export function eventOf(block: string): ServerEvent | undefined {
  let type = 'message';
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'event') type = value;
    else if (name === 'id') id = value;
    else if (name === 'data') data.push(value);
  }
  if (data.length === 0 && id === undefined) return undefined;
  return { type, data: data.join('\n'), ...(id === undefined ? {} : { id }) };
}

/** The whole events of a stream; `onBytes` hears of every sign of life, heartbeats too. */
export async function* eventsOf(stream: ReadableStream<Uint8Array>, onBytes: () => void): AsyncGenerator<ServerEvent> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split(/\r\n\r\n|\n\n|\r\r/);
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = eventOf(block);
        if (event !== undefined) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
