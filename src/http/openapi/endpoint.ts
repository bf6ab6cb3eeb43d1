// How an endpoint is described: from the schemas of its operation, with one example that a test sends to a real server.
import type * as z from 'zod';
import type { OpenCall, Operation } from '../../service/operation.ts';

export interface Example {
  /** Another space than the one that the others work in. */
  readonly space?: string;
  /** Values of the query's parameters. */
  readonly query?: { readonly [name: string]: string };
  /** Values of parts of the path. */
  readonly path?: { readonly [name: string]: string };
  readonly headers?: { readonly [name: string]: string };
  /** JSON, or a text for bytes. Words in braces, such as `{token}`, stand for what an earlier answer gave. */
  readonly body?: unknown;
  readonly status: number;
}

export interface Endpoint {
  readonly method: 'get' | 'put' | 'post' | 'delete';
  /** Below `/v1/spaces/{space}`; one that starts with `//` below the root. */
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  /** The operation's input; fields that come from elsewhere are left out. */
  readonly input?: z.ZodType;
  readonly inputIs?: 'query' | 'body';
  readonly without?: readonly string[];
  /** Fields beside the operation's own, such as a flag of the query. */
  readonly query?: { readonly [name: string]: string };
  /** The body is content of any kind. */
  readonly takesBytes?: true;
  readonly headers?: readonly HeaderName[];
  /** What a good answer holds; `bytes` for content, nothing for an empty one. */
  readonly output?: z.ZodType | 'bytes';
  /** The bytes come as HTML too, for who prefers that. */
  readonly html?: true;
  /** The answer is a stream of server-sent events unless JSON is asked for: what its events are. */
  readonly stream?: string;
  /** The statuses of good answers. */
  readonly good: readonly number[];
  /** The statuses of problems beside those of every endpoint. */
  readonly bad?: readonly number[];
  /** Answered without a key. */
  readonly open?: true;
  readonly example: Example;
}

/** Request headers that mean something here. */
export const HEADERS = {
  'If-Match': 'The ETag of what the change is made on: strong, quoted; a list, or * for anything that is there.',
  'If-None-Match': 'On a read: the ETag that is known already. On a write: * to create.',
  'Idempotency-Key': 'Unique for each change: the same request with the same key gets the first answer again.',
  'Entente-Agent': 'Who writes, percent-encoded; another name than the key’s needs an act-as grant.',
  'Last-Event-ID': 'The id of the last event that was got; goes before `since`.',
  'Entente-Note': 'Why, percent-encoded; shown to whoever meets this change in a conflict.',
} as const;

export type HeaderName = keyof typeof HEADERS;

type Described = Pick<Endpoint, 'name' | 'summary' | 'input' | 'output'>;

/** What an endpoint has from its operation. */
export function of<Input, Output, Of extends OpenCall>(operation: Operation<Input, Output, Of>): Described {
  const { name, summary, input, output } = operation;
  return { name, summary, input, output };
}

/** Of endpoints that take a body of JSON. */
export const BODIES: readonly number[] = [413, 415];
