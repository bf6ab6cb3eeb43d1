// JSON-RPC over stdio: one message a line, taken apart without being changed. What goes through goes through byte for byte.
import type { Readable } from 'node:stream';

export type Id = string | number;

/** A message as far as it matters here. */
export interface Message {
  readonly id?: Id;
  readonly method?: string;
  readonly params?: { readonly [name: string]: unknown };
  readonly result?: { readonly [name: string]: unknown };
}

/** Longer lines are no messages of ours; a server that sends one is broken. */
const MAX_LINE = 64 * 1024 * 1024;

/** Calls back with each line, without its end. */
export async function eachLine(stream: Readable, take: (line: string) => void): Promise<void> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    let rest = Buffer.from(chunk as Uint8Array | string);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      take(Buffer.concat([...parts, rest.subarray(0, end)]).toString('utf8'));
      parts = [];
      size = 0;
      rest = rest.subarray(end + 1);
    }
    size += rest.length;
    if (size > MAX_LINE) throw new Error(`A line is longer than ${MAX_LINE} bytes.`);
    if (rest.length > 0) parts.push(rest);
  }
  if (parts.length > 0) take(Buffer.concat(parts).toString('utf8'));
}

/** The message of a line; `many` for a batch, undefined for what is none. */
export function messageOf(line: string): Message | 'many' | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (Array.isArray(value)) return 'many';
    return typeof value === 'object' && value !== null ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}

export function errorLine(id: Id | null, code: number, message: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } });
}

/** A tool's failure, as a result: models see these, and not the errors of the protocol. */
export function failedCall(id: Id, text: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }], isError: true } });
}

/** The same answer with one more line of text for the model. */
export function withText(answer: Message, text: string): string {
  const content = Array.isArray(answer.result?.['content']) ? answer.result['content'] : [];
  return JSON.stringify({ ...answer, result: { ...answer.result, content: [...content, { type: 'text', text }] } });
}
