// The format of server-sent events (HTML Living Standard, 9.2.6), as far as a feed uses it.

export interface ServerEvent {
  readonly type: string;
  readonly id?: string;
  readonly data: string;
}

/** Characters of one event: a stream without an end to its lines is none. */
const MAX_EVENT = 16 * 1024 * 1024;

/** The event of a block of lines; undefined for comments, such as a heartbeat. */
function eventOf(block: string): ServerEvent | undefined {
  let [type, id]: [string, string | undefined] = ['message', undefined];
  const data: string[] = [];
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === 'event') type = value;
    else if (name === 'id') id = value;
    else if (name === 'data') data.push(value);
  }
  if (data.length === 0 && id === undefined && type === 'message') return undefined;
  return { type, data: data.join('\n'), ...(id === undefined ? {} : { id }) };
}

/**
 * The events of a stream, whole ones alone: a block that breaks off is not told. Ends where the stream ends or breaks, and
 * where nothing came for `idleMs`: a connection whose other end is gone says nothing of it.
 */
export async function* serverEvents(stream: ReadableStream<Uint8Array>, idleMs: number): AsyncGenerator<ServerEvent> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const idle = setTimeout(() => void reader.cancel().catch(() => undefined), idleMs);
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      clearTimeout(idle);
      if (done || value === undefined) return;
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split(/\r\n\r\n|\n\n|\r\r/);
      rest = blocks.pop() ?? '';
      if (rest.length > MAX_EVENT) return;
      for (const block of blocks) {
        const event = eventOf(block);
        if (event !== undefined) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
